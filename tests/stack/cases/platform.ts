import type { WrongCase } from "./types.ts";

const platform = "trading-platform:platform";
const gateway = "trading-platform:gateway";

/** Wrong stack files about the sections `platform` and `gateway`. */
export const platformCases: WrongCase[] = [
  {
    name: "an unknown system to be left out, with the nearest known one",
    change: (config) => {
      config[platform].without = ["externaldns"];
    },
    expect: { key: "platform.without.0", allowed: /external-dns/, nearest: "external-dns" },
  },
  {
    name: "a system left out that another needs",
    change: (config) => {
      config[platform].without = ["elastic"];
    },
    expect: { key: "platform.without.0", allowed: /tracing needs elastic/ },
  },
  {
    name: "an exception for a registry from which no image comes",
    change: (config) => {
      config[platform].imageMirror = { registry: "registry.example.com", except: ["docker.elastic.com"] };
    },
    expect: { key: "platform.imageMirror.except.0", allowed: /docker\.io/, nearest: "docker.elastic.co" },
  },
  {
    name: "a path in the mirror for a registry from which no image comes",
    change: (config) => {
      config[platform].imageMirror = { registry: "registry.example.com", prefixes: { "dokcer.io": "docker-hub" } };
    },
    expect: {
      key: "platform.imageMirror.prefixes.dokcer.io",
      allowed: /^one of docker\.io, ghcr\.io/,
      nearest: "docker.io",
    },
  },
  {
    name: "a chart mirror without scheme",
    change: (config) => {
      config[platform].chartMirror = "charts.example.com/all";
    },
    expect: { key: "platform.chartMirror", allowed: /oci:\/\/registry\/path, https:\/\/host\/path or file:directory/ },
  },
  {
    name: "a chart mirror in a directory that is not there",
    change: (config) => {
      config[platform].chartMirror = "file:./nowhere";
    },
    expect: { key: "platform.chartMirror", allowed: /a directory that exists/ },
  },
  {
    name: "a chart mirror in a directory that holds none of the charts",
    change: (config) => {
      config[platform].chartMirror = "file:./docs";
    },
    expect: { key: "platform.chartMirror", allowed: /missing are .*vault-[\d.]+tgz.*strimzi-[\d.]+yaml/ },
  },
  {
    name: "a quota of a namespace that nobody makes, with the nearest known one",
    change: (config) => {
      config[platform].quotas = { kafkas: { cpu: 4 } };
    },
    expect: { key: "platform.quotas.kafkas", allowed: /kafka, elastic/, nearest: "kafka" },
  },
  {
    name: "an image mirror with a scheme",
    change: (config) => {
      config[platform].imageMirror = { registry: "https://registry.example.com" };
    },
    expect: { key: "platform.imageMirror.registry", allowed: /without a scheme/ },
  },
  {
    name: "an image mirror in the account's own registry that caches too little",
    change: (config) => {
      config[platform].imageMirror = { registry: "111122223333.dkr.ecr.us-east-1.amazonaws.com" };
      config["trading-platform:workloads"].images.pullThrough = ["quay.io", "docker.io"];
    },
    expect: { key: "platform.imageMirror", allowed: /ghcr.io, registry.k8s.io, docker.elastic.co/ },
  },
  {
    name: "fewer NGINX pods at most than at least",
    change: (config) => {
      config[gateway].minimumReplicas = 3;
      config[gateway].maximumReplicas = 2;
    },
    expect: { key: "gateway.maximumReplicas", allowed: /at least gateway.minimumReplicas, 3/ },
  },
  {
    name: "an unknown kind of balancer",
    change: (config) => {
      config[gateway].balancer = "classic";
    },
    expect: { key: "gateway.balancer", allowed: /network, application/ },
  },
];
