import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { loadCatalog } from "../../catalog/load.ts";
import { rabbitmq } from "../../catalog/metrics/messaging.ts";
import { cloudwatchExporter, elasticsearchExporter } from "../../catalog/metrics/stores.ts";
import { exporters } from "../../catalog/metrics.ts";
import { dataSources } from "../../components/observability/datasources.ts";
import { argoRolloutsValues } from "../../components/platform/argoRollouts.ts";
import { certManagerValues } from "../../components/platform/certManager.ts";
import { cloudwatchExporterValues, cloudwatchReadings } from "../../components/platform/cloudwatchJobs.ts";
import { blackboxModules, elasticsearchExporterValues } from "../../components/platform/exporterValues.ts";
import { grafanaDataSources } from "../../components/platform/grafanaDatasources.ts";
import { grafanaValues } from "../../components/platform/grafanaValues.ts";
import { publicProbes, vaultProbe } from "../../components/platform/probes.ts";
import { grafanaStatements } from "../../components/platform/prometheusStack.ts";
import { hiddenTargets, prometheusStackValues } from "../../components/platform/prometheusValues.ts";
import { rabbitmqScrapes } from "../../components/platform/rabbitmqScrape.ts";
import { tradingBotScrape } from "../../components/platform/tradingBotScrape.ts";
import type { ChartValues } from "../../components/platform/values.ts";
import type { Settings } from "../../stack/settings.ts";
import { checkCustomResource, needReference } from "../support/charts.ts";
import { stackContext, stackSettings } from "../support/platformPlan.ts";

const settings = stackSettings("production");
const context = stackContext(settings);
const search = { address: "https://search:9200", auditIndices: "trades", credentialsSecret: "c", authoritySecret: "a" };
const gateway = { name: "edge", namespace: "gateway", listener: "https" };

/** The value at a path of keys; undefined where there is none. */
function at(values: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], values);
}

describe("Prometheus", () => {
  const values = prometheusStackValues(context, settings.monitoring);
  const spec = at(values, "prometheus", "prometheusSpec") as Record<string, unknown>;

  it("scrapes and evaluates as often as the requirement says", () => {
    assert.equal(spec.scrapeInterval, "15s");
    assert.equal(spec.evaluationInterval, "30s");
  });

  it("reads the monitors, probes and rules of all namespaces", () => {
    for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"]) {
      assert.equal(spec[`${kind}SelectorNilUsesHelmValues`], false, kind);
      assert.deepEqual(spec[`${kind}NamespaceSelector`], {}, kind);
    }
  });

  it("looks for targets where the operator publishes the kubelets, which have no Service of their own", () => {
    const publishes = (key: string) => at(values, "prometheusOperator", key);
    assert.equal(publishes("kubeletEndpointsEnabled"), false);
    assert.equal(publishes("kubeletEndpointSliceEnabled"), true);
    assert.equal(spec.serviceDiscoveryRole, "EndpointSlice");
  });

  it("leaves their own namespace to the series of those who speak of others", () => {
    // Such a label is moved to `exported_…` unless the monitor honors it, and every selector on it finds nothing.
    const argo = argoRolloutsValues(context, 2);
    const [first, second] = at(argo, "controller", "metrics", "serviceMonitor", "metricRelabelings") as object[];
    const honored: { [exporter: string]: boolean } = {
      "argo-rollouts":
        JSON.stringify(first).includes(
          '"sourceLabels":["exported_namespace"],"regex":"(.+)","targetLabel":"namespace"',
        ) && JSON.stringify(second) === '{"action":"labeldrop","regex":"exported_namespace"}',
      "cert-manager": at(certManagerValues(context, 2), "prometheus", "servicemonitor", "honorLabels") === true,
      // By the chart's own values, which ours leave alone.
      "kube-state-metrics": at(values, "kube-state-metrics", "prometheus") === undefined,
      kubelet: at(values, "kubelet", "serviceMonitor", "honorLabels") === undefined,
    };
    const inNeed = exporters.filter(({ targetLabels, metrics }) =>
      metrics.some(({ labels }) => labels.some((label) => (targetLabels as readonly string[]).includes(label))),
    );
    assert.deepEqual(inNeed.map(({ name }) => name).sort(), Object.keys(honored).sort());
    for (const { name } of inNeed) assert.ok(honored[name], name);
  });

  it("leaves out the targets that EKS hides", () => {
    for (const target of hiddenTargets) assert.deepEqual(values[target], { enabled: false });
  });

  it("tells which environment, cluster and region an alert comes from", () => {
    assert.deepEqual(spec.externalLabels, {
      environment: "production",
      cluster: context.clusterName,
      region: "us-east-1",
    });
  });

  it("has a disruption budget exactly where there are two replicas or more", () => {
    const counts = fc.record({
      prometheus: fc.integer({ min: 1, max: 3 }),
      alertmanager: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(counts, ({ prometheus, alertmanager }) => {
        const changed = structuredClone(settings.monitoring);
        changed.prometheus.replicas = prometheus;
        changed.alertmanager.replicas = alertmanager;
        const result = prometheusStackValues(context, changed);
        const budget = (system: string) => at(result, system, "podDisruptionBudget") as Record<string, unknown>;
        assert.equal(budget("prometheus").enabled, prometheus >= 2);
        assert.equal(budget("alertmanager").enabled, alertmanager >= 2);
        // A budget that asks for all pods would keep every node from draining.
        if (alertmanager >= 2) assert.ok((budget("alertmanager").minAvailable as number) < alertmanager);
      }),
    );
  });
});

describe("Grafana", () => {
  const values = (grafana = settings.monitoring.grafana, neighbour: typeof search | null = search) =>
    grafanaValues(context, grafana, { gateway, ...(neighbour === null ? {} : { search: neighbour }) });

  it("has every data source under its constant uid, and links only to those", () => {
    const sources = grafanaDataSources(context, search);
    assert.deepEqual(
      sources.map(({ uid, type }) => ({ uid, type })),
      dataSources.map(({ uid, type }) => ({ uid, type })),
    );
    const linked = [...JSON.stringify(sources).matchAll(/"(?:datasourceUid|alertmanagerUid)":"([^"]+)"/g)];
    assert.ok(linked.length >= 6, "links between the data sources");
    for (const [, uid] of linked)
      assert.ok(
        dataSources.some((source) => source.uid === uid),
        uid,
      );
  });

  it("leads from an exemplar and from a log line to the trace, and from the trace to logs and metrics", () => {
    const byUid = Object.fromEntries(
      grafanaDataSources(context, search).map((source) => [source.uid, source.jsonData]),
    );
    assert.equal(at(byUid.prometheus, "exemplarTraceIdDestinations", "0", "datasourceUid"), "jaeger");
    assert.equal(at(byUid.loki, "derivedFields", "0", "datasourceUid"), "jaeger");
    assert.equal(at(byUid.jaeger, "tracesToLogsV2", "datasourceUid"), "loki");
    assert.equal(at(byUid.jaeger, "tracesToMetrics", "datasourceUid"), "prometheus");
  });

  it("doubles the dollars that Grafana would take for environment variables", () => {
    const text = JSON.stringify(grafanaDataSources(context, search));
    const single = [...text.matchAll(/(?<!\$)\$(?:\{)?(\w+)/g)].map(([, variable]) => variable);
    assert.deepEqual([...new Set(single)].sort(), ["ELASTICSEARCH_PASSWORD", "ELASTICSEARCH_USERNAME", "__file"]);
  });

  it("holds no secret in clear and reads each from a Secret", () => {
    const text = JSON.stringify(values()["grafana.ini"]);
    assert.doesNotMatch(text, /client_secret|"password"|admin_password/);
    assert.deepEqual(at(values(), "envValueFrom", "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET", "secretKeyRef"), {
      name: "grafana-oidc",
      key: "clientSecret",
      // A person fills the entry after the first deployment: nothing may wait for that.
      optional: true,
    });
    assert.equal(values().assertNoLeakedSecrets, true);
  });

  it("keeps the state of several replicas in the database, and of one on a volume that two pods never share", () => {
    assert.deepEqual(values().persistence, { enabled: false });
    const single = { ...settings.monitoring.grafana, replicas: 1, database: "volume" as const };
    assert.equal(at(values(single), "persistence", "enabled"), true);
    assert.equal(at(values(single), "deploymentStrategy", "type"), "Recreate");
    assert.deepEqual(values(single).podDisruptionBudget, {});
  });

  it("asks for nothing of Elasticsearch where that is not installed", () => {
    const text = JSON.stringify(values(settings.monitoring.grafana, null));
    assert.doesNotMatch(text, /ELASTICSEARCH|"uid":"elasticsearch"/);
  });

  it("may only read in AWS", () => {
    for (const action of grafanaStatements(context).flatMap(({ Action }) => Action)) {
      assert.match(action, /:(Get|List|Describe|StartQuery|StopQuery)/);
    }
  });
});

describe("probes", () => {
  const probes = publicProbes(context, settings.monitoring.blackbox);

  it("ask the health endpoints that the requirement names", () => {
    const targets = probes.flatMap(({ spec }) => spec.targets.staticConfig.static);
    for (const path of ["/health", "/health/ready", "/ping", "/version"]) {
      assert.ok(targets.includes(`https://api.trading.example.com${path}`), path);
    }
    assert.ok(targets.includes("https://dashboard.trading.example.com/health"));
    assert.ok(targets.some((target) => target.startsWith("https://grafana.trading.example.com/")));
  });

  it("carry the job that the alerts select, a module that exists, and more patience than the module", () => {
    for (const { spec } of [...probes, vaultProbe(3, 30)]) {
      assert.match(spec.jobName, /^blackbox-/);
      const module = at(blackboxModules(), spec.module) as { timeout: string };
      assert.ok(Number.parseInt(spec.scrapeTimeout, 10) > Number.parseInt(module.timeout, 10));
    }
  });

  it("ask every server of Vault by its own name", () => {
    const targets = vaultProbe(3, 30).spec.targets.staticConfig.static;
    assert.equal(new Set(targets).size, 3);
    assert.match(targets[2]!, /^https:\/\/vault-2\./);
  });

  it("fit their CRD", function () {
    needReference(this);
    assert.deepEqual(
      [...probes, vaultProbe(3, 30)].flatMap((probe) => checkCustomResource(probe)),
      [],
    );
  });
});

describe("exporter of Elasticsearch", () => {
  it("bears the cluster's name under the label that the metric list says, and leaves ours free", () => {
    const { serviceMonitor } = elasticsearchExporterValues({ address: "", credentialsSecret: "", authoritySecret: "" });
    const [rename, drop] = (serviceMonitor as { metricRelabelings: { [key: string]: unknown }[] }).metricRelabelings;
    assert.deepEqual([rename!.sourceLabels, rename!.targetLabel], [["cluster"], "elasticsearch_cluster"]);
    assert.deepEqual(drop, { action: "labeldrop", regex: "cluster" });
    const labels = elasticsearchExporter.metrics.flatMap(({ labels: those }) => those as readonly string[]);
    assert.ok(labels.includes("elasticsearch_cluster") && !labels.includes("cluster"));
  });
});

describe("scrapes of the message broker", () => {
  const scrapes = rabbitmqScrapes(settings.monitoring.rabbitmq, { host: "broker.example", credentialsSecret: "login" });

  it("fit their CRD", function () {
    needReference(this);
    assert.deepEqual(
      scrapes.flatMap((scrape) => checkCustomResource(scrape)),
      [],
    );
  });

  it("give each queue's series the names of the contract", () => {
    const [rule] = scrapes[1]!.spec.metricRelabelings as { regex: string; replacement: string }[];
    const renamed = (name: string) =>
      name.replace(new RegExp(`^(?:${rule!.regex})$`), rule!.replacement.replace("$1", "$1"));
    assert.equal(renamed("rabbitmq_detailed_queue_messages_ready"), "rabbitmq_queue_messages_ready");
    assert.equal(renamed("rabbitmq_detailed_queue_consumers"), "rabbitmq_queue_consumers");
    assert.equal(renamed("rabbitmq_alarms_memory_used_watermark"), "rabbitmq_alarms_memory_used_watermark");
  });

  it("leave out the sums of the queues, which the alerts would take for one more queue", () => {
    const [rule] = scrapes[0]!.spec.metricRelabelings as { action: string; regex: string }[];
    assert.equal(rule!.action, "drop");
    const dropped = new RegExp(`^(?:${rule!.regex})$`);
    for (const { name, labels } of rabbitmq.metrics) assert.equal(dropped.test(name), labels.includes("queue"), name);
  });
});

describe("scrape of the trading bot", () => {
  const scrape = tradingBotScrape(context);

  it("fits its CRD", function () {
    needReference(this);
    assert.deepEqual(checkCustomResource(scrape), []);
  });

  it("finds the machine by the name that the launch template gives it, on the port that the catalog says", async () => {
    const [discovery] = scrape.spec.ec2SDConfigs;
    assert.deepEqual(discovery!.filters[0], { name: "tag:Name", values: [`${context.names.prefix}-trading-bot`] });
    const { services } = await loadCatalog();
    assert.equal(discovery!.port, services.find(({ kind }) => kind === "bot")!.port);
  });

  it("carries the labels that the rules about all services select", () => {
    const labels = Object.fromEntries(scrape.spec.relabelings.map((rule) => [rule.targetLabel, rule.replacement]));
    assert.equal(scrape.spec.jobName, "trading-bot");
    assert.equal(labels.service, "trading-bot");
    assert.match(labels.namespace!, /^trading/);
  });
});

describe("CloudWatch exporter", () => {
  type Job = { type: string; length: number; nilToZero: boolean; searchTags: { key: string; value: string }[] };
  const jobs = (balancer: Settings["gateway"]["balancer"]): Job[] =>
    parse(cloudwatchExporterValues(context, settings.monitoring.cloudwatch, balancer).config as string).discovery.jobs;

  it("shows a completed backup for half an hour at most, or DatabaseBackupStale would count its hours from then", () => {
    const backup = jobs("application").find(({ type }) => type === "AWS/Backup")!;
    // Of the points within `length` it exports the newest one, however old.
    assert.ok(backup.length <= 1800, `${backup.length} s`);
    assert.equal(backup.nilToZero, false, "a zero would be a point too");
  });

  it("finds the resources of this environment only, and the balancer by the tag that EKS Auto Mode gives it", () => {
    for (const { type, searchTags } of jobs("application")) {
      const ofCluster = { key: "eks:eks-cluster-name", value: `^${context.clusterName}$` };
      const expected = type.endsWith("ELB") ? ofCluster : { key: "Environment", value: "^production$" };
      assert.deepEqual(searchTags, [expected], type);
    }
  });

  it("reads the balancer that there is", () => {
    const read = (balancer: Settings["gateway"]["balancer"]) =>
      jobs(balancer).flatMap(({ type }) => (type.endsWith("ELB") ? [type] : []));
    assert.deepEqual([read("application"), read("network")], [["AWS/ApplicationELB"], ["AWS/NetworkELB"]]);
  });

  it("reads every metric that the catalog promises", () => {
    const words = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
    const read = cloudwatchReadings(settings.gateway.balancer).flatMap(({ type, metrics }) =>
      metrics.flatMap(({ name, statistics }) =>
        statistics.map(
          (statistic) => `aws_${type.replace("AWS/", "").toLowerCase()}_${words(name)}_${statistic.toLowerCase()}`,
        ),
      ),
    );
    for (const { name } of cloudwatchExporter.metrics) assert.ok(read.includes(name), name);
  });

  it("is read once for all replicas of Prometheus", () => {
    const values: ChartValues = cloudwatchExporterValues(context, settings.monitoring.cloudwatch, "application");
    assert.equal(at(values, "extraArgs", "decoupled-scraping"), "true");
  });
});
