import assert from "node:assert/strict";
import { type ExporterName, exporters, seriesIn } from "../../catalog/metrics.ts";
import { alertCatalogue } from "../../components/observability/alerts/catalogue.ts";
import { sharedSystems } from "../../components/observability/alerts/infrastructure/sharedSystems.ts";
import { stackContexts } from "../rules/support/stacks.ts";
import { madeByCharts } from "../support/madeByCharts.ts";
import { planPlatform } from "../support/platformPlan.ts";

/** Exporters of no shared system, and those whose absence is told by another alert. */
const toldOtherwise: Partial<Record<ExporterName, string>> = {
  scrape: "Prometheus' own words about targets: ServiceAbsent and this alert ask for them",
  prometheus: "Watchdog's beat stays away, outside and inside AWS",
  alertmanager: "Watchdog's beat stays away, outside and inside AWS",
  vault: "VaultNoActiveNode asks for the absence",
  "kube-state-metrics": "an instrument; TargetDown of the chart warns",
  kubelet: "of the cluster: KubeletDown of the chart",
  "node-exporter": "of each node, no shared system",
  "argo-rollouts": "serves releases, not services",
  "cert-manager": "certificates hold for weeks; EndpointCertificateExpires looks from outside",
  "blackbox-exporter": "an instrument, not a system",
  "cloudwatch-exporter": "BackupStale asks for the absence of its series",
  "kafka-exporter": "an instrument of Kafka, whose brokers tell of themselves",
  "consul-exporter": "an instrument of Consul, whose servers tell of themselves",
  "loki-canary": "an instrument of Loki, which tells of itself; SloIndicatorAbsent asks for it",
  velero: "never installed",
  opencost: "never installed",
};

describe("shared systems that are gone altogether", () => {
  it("are told, each by a page, or the reason is written down", () => {
    const told = new Set(sharedSystems.flatMap(({ sign }) => seriesIn(sign).map(({ exporter }) => exporter.name)));
    const untold = exporters.map(({ name }) => name).filter((name) => !told.has(name) || name === "scrape");
    assert.deepEqual(untold.sort(), Object.keys(toldOtherwise).sort());
  });

  it("are asked for in every stack that runs them", async () => {
    const { staging, production } = await stackContexts();
    for (const context of [staging, production]) {
      const asked = (without: typeof context.without) =>
        alertCatalogue({ ...context, without })
          .filter(({ name }) => name === "SharedSystemAbsent")
          .map(({ service }) => (service as { fixed: string }).fixed);
      assert.deepEqual(
        asked([]),
        sharedSystems.map(({ name }) => name),
      );
      assert.equal(asked(["tracing"]).length, sharedSystems.length - 3);
    }
  });

  for (const stack of ["staging", "production"] as const) {
    it(`are scraped under the jobs that their rules name in ${stack}`, async () => {
      const jobs = new Set<string>();
      const services: { name: string; namespace: string; labels: { [label: string]: string } }[] = [];
      const monitors: { namespace: string; matchLabels: { [label: string]: string } }[] = [];
      for (const release of Object.values(madeByCharts()[stack]!)) {
        services.push(...release.services);
        for (const { kind, namespace, selector } of release.monitors) {
          if (kind === "ServiceMonitor") monitors.push({ namespace, matchLabels: selector.matchLabels ?? {} });
        }
      }
      for (const { type, inputs } of (await planPlatform(stack)).resources) {
        const { metadata, spec } = inputs as {
          metadata?: { name: string; namespace: string; labels?: { [label: string]: string } };
          spec?: { selector?: { matchLabels: { [label: string]: string } } };
        };
        if (metadata === undefined) continue;
        // The operator names the job of a PodMonitor after it, that of a ServiceMonitor after each Service.
        if (type.endsWith(":PodMonitor")) jobs.add(`${metadata.namespace}/${metadata.name}`);
        if (type.endsWith(":ServiceMonitor"))
          monitors.push({ namespace: metadata.namespace, matchLabels: spec!.selector!.matchLabels });
        if (type.endsWith(":Service")) services.push({ ...metadata, labels: metadata.labels ?? {} });
      }
      for (const { namespace, matchLabels } of monitors) {
        const labels = Object.entries(matchLabels);
        const found = services.filter(
          (service) => service.namespace === namespace && labels.every(([key, value]) => service.labels[key] === value),
        );
        for (const { name } of found) jobs.add(name);
      }
      const named = sharedSystems.flatMap(({ sign }) => /^up\{job="([^"]+)"\}$/.exec(sign)?.[1] ?? []);
      assert.equal(named.length, 5);
      assert.deepEqual(
        named.filter((job) => !jobs.has(job)),
        [],
      );
    });
  }
});
