import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import { at, trees } from "../support/clusterParts.ts";
import { planPlatform } from "../support/platformPlan.ts";
import type { Tree } from "../support/reference.ts";

/** Everything of a plan that the pitfalls of decision 0405 are about. */
interface Planned {
  releases: Map<string, Tree>;
  objects: Tree[];
  /** A value of a release, by the path of its key. */
  value(release: string, ...path: string[]): unknown;
  /** Custom resources and objects of a kind. */
  ofKind(kind: string): Tree[];
}

/** A value that a chart must be given, or it does what the reason says. */
const values: [why: string, release: string, path: string, expected: unknown][] = [
  ["admission jobs are hooks", "kube-prometheus-stack", "prometheusOperator.admissionWebhooks.patch.enabled", false],
  [
    "its certificate then has to come from somewhere",
    "kube-prometheus-stack",
    "prometheusOperator.admissionWebhooks.certManager.enabled",
    true,
  ],
  ["CRDs have one owner", "kube-prometheus-stack", "crds.enabled", false],
  ["Endpoints are deprecated", "kube-prometheus-stack", "prometheusOperator.kubeletEndpointsEnabled", false],
  [
    "the kubelets would not be scraped at all",
    "kube-prometheus-stack",
    "prometheusOperator.kubeletEndpointSliceEnabled",
    true,
  ],
  ["names of volumes depend on it for ever", "kube-prometheus-stack", "cleanPrometheusOperatorObjectNames", true],
  [
    "a password at random differs at every rendering",
    "kube-prometheus-stack",
    "grafana.admin.existingSecret",
    "grafana-admin",
  ],
  ["a root container chowns the volume", "kube-prometheus-stack", "grafana.initChownData.enabled", false],
  ["the sidecar would read every Secret", "kube-prometheus-stack", "grafana.sidecar.dashboards.resource", "configmap"],
  ["the pod would read every Secret", "kube-prometheus-stack", "kube-state-metrics.collectorsExclude.0", "secrets"],
  ["a test hook", "kube-prometheus-stack", "grafana.testFramework.enabled", false],
  [
    "dropped without a word where the kind is missing",
    "external-secrets",
    "serviceMonitor.renderMode",
    "failIfMissing",
  ],
  ["a second maker of the webhook's certificate", "external-secrets", "certController.create", false],
  ["a certificate at random, which nobody checks", "metrics-server", "tls.type", "cert-manager"],
  ["the API server would not check it", "metrics-server", "apiService.insecureSkipTLSVerify", false],
  ["the Gateway's certificates are asked for by annotation", "cert-manager", "config.gatewayAPI.enabled", true],
  ["the first issuer comes before its webhook is trusted", "cert-manager", "startupapicheck.enabled", true],
  ["removing the release would remove every certificate", "cert-manager", "crds.keep", true],
  ["removing the release would remove every Rollout", "argo-rollouts", "keepCRDs", true],
  ["shifts no weights otherwise", "argo-rollouts", "providerRBAC.providers.gatewayAPI", true],
  ["environment variables show as differences", "reloader", "reloader.reloadStrategy", "annotations"],
  ["ACLs are asked for", "consul", "global.acls.manageSystemACLs", true],
  ["TLS is asked for", "consul", "global.tls.enabled", true],
  ["HTTP would stay open beside TLS", "consul", "global.tls.httpsOnly", true],
  ["a second owner of the Gateway API", "consul", "connectInject.apiGateway.manageExternalCRDs", false],
  ["a second owner of the Gateway API", "consul", "connectInject.apiGateway.manageNonStandardCRDs", false],
  ["a second owner of the Gateway API", "consul", "global.installK8sNetworkingCRDs", false],
  ["a demonstration only", "consul", "prometheus.enabled", false],
  ["a test hook", "consul", "tests.enabled", false],
  ["External Secrets brings the secrets", "vault", "injector.enabled", false],
  ["plain text among the servers", "vault", "global.tlsDisable", false],
  ["a rolling update would restart the leader first", "vault", "server.updateStrategyType", "OnDelete"],
  ["only makes the volume, which the device writes to", "vault", "server.auditStorage.enabled", true],
  ["no metrics on the default port 0", "eck-operator", "config.metrics.port", "8080"],
  ["sends data home", "eck-operator", "telemetry.disabled", true],
  ["sends data home", "nginx-gateway-fabric", "nginxGateway.productTelemetry.enable", false],
  ["makes the certificates of the control plane, as a hook", "nginx-gateway-fabric", "certGenerator.enable", true],
  ["the limit of connections is a snippet", "nginx-gateway-fabric", "nginxGateway.snippets.enable", true],
  ["looks for kube-dns, which Auto Mode does not have", "loki", "gateway.nginxConfig.resolver", "172.20.0.10"],
  ["removed on 31 October 2026", "loki", "minio.enabled", false],
  ["writes over what others may not lose", "alloy", "alloy.enableReporting", false],
  ["PodLogs are not used", "alloy", "crds.create", false],
  ["a client certificate that does not exist", "prometheus-elasticsearch-exporter", "es.ssl.client.enabled", false],
  ["ElastiCache refuses CONFIG", "prometheus-redis-exporter", "env.0.value", "-"],
  ["takes records of other clusters", "external-dns", "registry", "txt"],
];

for (const stack of ["staging", "production"]) {
  describe(`pitfalls of the charts in ${stack}`, () => {
    let planned: Planned;
    before(async () => {
      planned = read(await planPlatform(stack));
    });

    for (const [why, release, path, expected] of values) {
      it(`${release}: ${path} is ${expected}: ${why}`, () => {
        assert.deepEqual(planned.value(release, ...path.split(".")), expected);
      });
    }

    it("nothing that EKS hides is scraped", () => {
      for (const target of ["kubeEtcd", "kubeScheduler", "kubeControllerManager", "kubeProxy", "coreDns"]) {
        assert.equal(planned.value("kube-prometheus-stack", target, "enabled"), false, target);
      }
    });

    it("every monitor and rule is read, whoever wrote it", () => {
      for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"]) {
        const key = `${kind}SelectorNilUsesHelmValues`;
        assert.equal(planned.value("kube-prometheus-stack", "prometheus", "prometheusSpec", key), false, key);
      }
    });

    it("no release is a template only, for hooks would be missing", () => {
      const templates = planned.objects.filter(({ type }) => String(type).includes("helm.sh/v4"));
      assert.deepEqual(templates, []);
    });

    it("each release keeps few revisions and names its chart's version exactly", () => {
      for (const [name, { maxHistory, version }] of planned.releases) {
        assert.ok(Number(maxHistory) > 0 && Number(maxHistory) <= 10, name);
        assert.match(String(version), /^v?\d+\.\d+\.\d+$/, name);
      }
    });

    it("names of releases and of what they make are constant", () => {
      const free = ["alloy", "cert-manager", "external-secrets", "external-dns", "metrics-server", "argo-rollouts"];
      const named = ["alloy-events", "consul", "eck-operator", "nginx-gateway-fabric", "prometheus-operator-crds"];
      // Charts without the key, or whose own name is the release's; all others are told.
      const own = new Set([...free, ...named, "kube-prometheus-stack", "reloader", "strimzi-kafka-operator"]);
      for (const name of planned.releases.keys()) {
        assert.ok(own.has(name) || typeof planned.value(name, "fullnameOverride") === "string", name);
      }
    });

    it("Argo's plugin comes with an image, for a download that fails keeps the controller from starting", () => {
      const plugins = trees(planned.value("argo-rollouts", "controller", "trafficRouterPlugins"));
      assert.equal(plugins.length, 1);
      for (const { location } of plugins) assert.match(String(location), /^file:\/\//);
      const [copy] = trees(planned.value("argo-rollouts", "controller", "initContainers"));
      assert.match(String(copy?.image), /rollouts-plugin-trafficrouter-gatewayapi:v[\d.]+$/);
    });

    it("what Strimzi starts fits the level restricted", () => {
      const variables = trees(planned.value("strimzi-kafka-operator", "extraEnvs"));
      assert.ok(
        variables.some((each) => each.name === "STRIMZI_POD_SECURITY_PROVIDER_CLASS" && each.value === "restricted"),
      );
    });

    it("Loki's ingesters are one StatefulSet, without an operator for their zones", () => {
      const mode = planned.value("loki", "deploymentMode");
      const zones = planned.value("loki", "ingester", "zoneAwareReplication", "enabled");
      assert.equal(zones, mode === "Distributed" ? false : undefined);
    });

    it("Elasticsearch maps no memory, for Auto Mode's nodes take no sysctl, and keeps its volumes", () => {
      const [search] = planned.ofKind("Elasticsearch");
      for (const set of trees(at(search, "spec", "nodeSets"))) {
        assert.equal((set.config as Tree)["node.store.allow_mmap"], false, String(set.name));
      }
      assert.equal(at(search, "spec", "volumeClaimDeletePolicy"), "DeleteOnScaledownOnly");
    });

    it("Kibana has the two gigabytes without which it is killed", () => {
      const [kibana] = planned.ofKind("Kibana");
      const [container] = trees(at(kibana, "spec", "podTemplate", "spec", "containers"));
      assert.equal(at(container, "resources", "limits", "memory"), "2Gi");
    });

    it("Kafka's kinds are asked for in the one version that is served", () => {
      const versions = ["Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"].flatMap((kind) =>
        planned.ofKind(kind).map(({ apiVersion }) => apiVersion),
      );
      assert.deepEqual([...new Set(versions)], ["kafka.strimzi.io/v1"]);
    });

    it("the Gateway API comes by one bundle of the standard channel, of the minor that the gateway supports", () => {
      const bundles = planned.objects.filter(({ file }) => String(file).includes("gateway-api"));
      assert.equal(bundles.length, 1);
      // NGINX Gateway Fabric 2.6 is tested with 1.5; another minor works with a warning, another major not at all.
      assert.match(String(bundles[0]?.file), /\/v1\.5\.\d+\/standard-install\.yaml$/);
    });

    it("policies of the gateway never mix Gateways and routes, and stand beside their Gateway", () => {
      for (const kind of ["RateLimitPolicy", "SnippetsPolicy"]) {
        for (const policy of planned.ofKind(kind)) {
          const targets = trees(at(policy, "spec", "targetRefs")).map((target) => target.kind);
          assert.deepEqual(targets, ["Gateway"], kind);
          assert.equal(at(policy, "metadata", "namespace"), "gateway");
        }
      }
    });

    it("every namespace denies both directions by default", () => {
      const denials = planned.ofKind("NetworkPolicy").filter((each) => at(each, "metadata", "name") === "default-deny");
      assert.ok(denials.length >= 15);
      for (const { spec } of denials) assert.deepEqual(spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });
  });
}

function read(plan: Plan): Planned {
  const releases = new Map(
    plan.resources
      .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
      .map(({ inputs }) => [String(inputs.name), inputs as Tree]),
  );
  const objects = plan.resources.map(({ inputs, type }): Tree => ({ ...inputs, type }));
  return {
    releases,
    objects,
    value: (release, ...path) =>
      path.reduce<unknown>(
        (node, key) => (node as Record<string, unknown> | undefined)?.[key],
        releases.get(release)?.values ?? assert.fail(`there is no release ${release}`),
      ),
    ofKind: (kind) => objects.filter((object) => object.kind === kind),
  };
}
