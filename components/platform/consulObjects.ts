import {
  consulBootstrapSecret,
  consulMetricsSecret,
  consulNamespace,
  consulTlsSecret,
  consulUrl,
} from "./consulNames.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { cronJobSpec, jobSpec, stepsTemplate } from "./jobs.ts";
import {
  type Flows,
  fromApiServer,
  fromPrometheus,
  toApiServer,
  toAws,
  toPodIdentity,
  withinNamespace,
} from "./networkPolicies.ts";
import { reloadOn, resources, restrictedContainer, restrictedPod } from "./pods.ts";

/** ConfigMap with the scripts of Consul's jobs. */
export const consulScriptsConfigMap = "consul-scripts";

/** Service account of the job that copies snapshots to S3. */
export const consulSnapshotServiceAccount = "consul-snapshot";

/** Rules of the policies that the chart does not know, in Consul's JSON form. */
const consulPolicies = {
  metrics: {
    agent_prefix: { "": { policy: "read" } },
    node_prefix: { "": { policy: "read" } },
    service_prefix: { "": { policy: "read" } },
    operator: "read",
  },
} as const;

/** Files of the ConfigMap that the access job reads. */
export function consulAccessFiles(): { [file: string]: string } {
  return Object.fromEntries(
    Object.entries(consulPolicies).map(([name, rules]) => [`policy-${name}.json`, JSON.stringify(rules, undefined, 2)]),
  );
}

const authority = {
  name: "certificate",
  secret: { secretName: consulTlsSecret, items: [{ key: "ca.crt", path: "ca.crt" }] },
};
const management = { name: "management", secret: { secretName: consulBootstrapSecret, defaultMode: 0o440 } };
const client = {
  CONSUL_HTTP_ADDR: consulUrl,
  CONSUL_CACERT: "/certificate/ca.crt",
  CONSUL_HTTP_TOKEN_FILE: "/management/token",
};

/** Spec of the job that writes policies and tokens; safe to run at any time. */
export function consulAccessJob(context: Pick<PlatformContext, "imageMirror">, accessConfigMap: string) {
  return jobSpec(
    stepsTemplate({
      scripts: consulScriptsConfigMap,
      labels: { "app.kubernetes.io/name": "consul-access" },
      priorityClassName: priorityClasses.stateful,
      volumes: [
        authority,
        management,
        { name: "access", configMap: { name: accessConfigMap } },
        { name: "tokens", secret: { secretName: consulMetricsSecret, defaultMode: 0o440 } },
      ],
      steps: [
        {
          name: "access",
          image: pinnedImage("consul", context.imageMirror),
          script: "consul-access.sh",
          environment: { ...client, ACCESS_DIRECTORY: "/access", TOKEN_DIRECTORY: "/tokens" },
          mounts: { certificate: "/certificate", management: "/management", access: "/access", tokens: "/tokens" },
        },
      ],
    }),
  );
}

/** Spec of the job that copies a snapshot to S3 by the clock. */
export function consulSnapshotJob(
  context: Pick<PlatformContext, "imageMirror" | "region">,
  schedule: string,
  bucketName: string,
  prefix: string,
) {
  return cronJobSpec(
    schedule,
    stepsTemplate({
      serviceAccount: consulSnapshotServiceAccount,
      scripts: consulScriptsConfigMap,
      labels: { "app.kubernetes.io/name": "consul-snapshot" },
      priorityClassName: priorityClasses.stateful,
      // A snapshot holds every token in clear: it stays in memory until it lies encrypted in S3.
      work: { medium: "Memory", sizeLimit: "512Mi" },
      volumes: [authority, management],
      steps: [
        {
          name: "snapshot",
          image: pinnedImage("consul", context.imageMirror),
          script: "consul-snapshot.sh",
          environment: client,
          mounts: { certificate: "/certificate", management: "/management" },
          resources: resources("50m", "256Mi", "768Mi"),
        },
        {
          name: "upload",
          image: pinnedImage("aws-cli", context.imageMirror),
          script: "upload-snapshot.sh",
          environment: { BUCKET: bucketName, PREFIX: prefix, AWS_REGION: context.region },
          resources: resources("50m", "256Mi", "1Gi"),
        },
      ],
    }),
  );
}

const exporterLabels = { "app.kubernetes.io/name": "consul-exporter" };
const exporterPort = 9107;

/** The exporter that tells whether there is a leader and which services are critical. */
export function consulExporter(context: Pick<PlatformContext, "imageMirror">) {
  return {
    metadata: {
      name: "consul-exporter",
      namespace: consulNamespace,
      labels: exporterLabels,
      annotations: reloadOn(consulMetricsSecret, consulTlsSecret),
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: exporterLabels },
      template: {
        metadata: { labels: exporterLabels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: priorityClasses.observability,
          securityContext: restrictedPod(65534),
          containers: [
            {
              name: "exporter",
              image: pinnedImage("consul-exporter", context.imageMirror),
              args: [
                `--consul.server=${consulUrl}`,
                "--consul.ca-file=/certificate/ca.crt",
                `--web.listen-address=:${exporterPort}`,
              ],
              env: [
                {
                  name: "CONSUL_HTTP_TOKEN",
                  valueFrom: { secretKeyRef: { name: consulMetricsSecret, key: "metrics" } },
                },
              ],
              ports: [{ name: "metrics", containerPort: exporterPort }],
              readinessProbe: { httpGet: { path: "/-/ready", port: "metrics" } },
              livenessProbe: { httpGet: { path: "/-/healthy", port: "metrics" } },
              resources: resources("10m", "32Mi", "64Mi"),
              securityContext: restrictedContainer,
              volumeMounts: [{ name: "certificate", mountPath: "/certificate", readOnly: true }],
            },
          ],
          volumes: [authority],
        },
      },
    },
  };
}

/** What Prometheus scrapes: the exporter, and each server's own metrics with the metrics token. */
export function consulMonitors() {
  return [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "consul-exporter", namespace: consulNamespace },
      spec: {
        selector: { matchLabels: exporterLabels },
        podMetricsEndpoints: [{ port: "metrics", interval: "30s" }],
      },
    },
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name: "consul-server", namespace: consulNamespace },
      spec: {
        selector: { matchLabels: { app: "consul", component: "server" } },
        endpoints: [
          {
            port: "https",
            scheme: "https",
            path: "/v1/agent/metrics",
            params: { format: ["prometheus"] },
            interval: "30s",
            authorization: { credentials: { name: consulMetricsSecret, key: "metrics" } },
            tlsConfig: {
              ca: { secret: { name: consulTlsSecret, key: "ca.crt" } },
              serverName: `consul-server.${consulNamespace}.svc`,
            },
          },
        ],
      },
    },
  ];
}

/** What may flow to and from Consul's pods. */
export function consulFlows(
  context: Pick<PlatformContext, "vpcCidr" | "serviceCidr">,
  serviceMesh: boolean,
): { [name: string]: Flows } {
  const servers = { app: "consul", component: "server" };
  const gossip = [8300, 8301, 8302].flatMap((port) => [port, { port, protocol: "UDP" as const }]);
  return {
    "consul-servers": {
      namespace: consulNamespace,
      pods: servers,
      ingress: [
        { peers: [{ namespace: consulNamespace, pods: servers }], ports: gossip },
        { peers: [{ namespace: consulNamespace }, { namespace: "trading" }], ports: [8501, 8502, 8503] },
        fromPrometheus([8501]),
      ],
      egress: [{ peers: [{ namespace: consulNamespace, pods: servers }], ports: [...gossip, 8501, 8502, 8503] }],
    },
    // Catalog sync, the chart's jobs, the injector and our jobs: all speak to the servers, most to the API server.
    "consul-clients": {
      namespace: consulNamespace,
      egress: [withinNamespace(consulNamespace, [8501, 8502, 8503]), toApiServer(context)],
    },
    "consul-exporter": { namespace: consulNamespace, pods: exporterLabels, ingress: [fromPrometheus([exporterPort])] },
    ...(serviceMesh
      ? {
          "consul-injector": {
            namespace: consulNamespace,
            pods: { app: "consul", component: "connect-injector" },
            ingress: [fromApiServer(context, [8080])],
          },
        }
      : {}),
    "consul-snapshot": {
      namespace: consulNamespace,
      pods: { "app.kubernetes.io/name": "consul-snapshot" },
      egress: [toAws(context), toPodIdentity()],
    },
  };
}
