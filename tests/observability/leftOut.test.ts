import assert from "node:assert/strict";
import { stackAlertContext } from "../../alerts/context.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { exporters, seriesIn } from "../../catalog/metrics.ts";
import type { Catalog } from "../../catalog/types.ts";
import { alertCatalogue } from "../../components/observability/alerts/catalogue.ts";
import type { AlertDefinition } from "../../components/observability/alerts/types.ts";
import { optionalSystems } from "../../stack/sections/platform.ts";
import type { Settings } from "../../stack/settings.ts";
import { stackSettings } from "../support/platformPlan.ts";

/** What is expected of a system that is left out: exporters that go with it. */
const exportersOf: Partial<Record<(typeof optionalSystems)[number], readonly string[]>> = {
  "argo-rollouts": ["argo-rollouts"],
  logging: ["loki", "loki-canary", "alloy"],
  vault: ["vault"],
  consul: ["consul", "consul-exporter"],
  kafka: ["kafka-exporter", "strimzi-brokers"],
  elastic: ["elasticsearch-exporter"],
};

describe("alerts of a stack that leaves systems out", () => {
  let catalog: Catalog;
  before(async () => {
    catalog = await loadCatalog();
  });

  function alertsOf(change: (settings: Settings) => void): AlertDefinition[] {
    const settings = structuredClone(stackSettings("production"));
    change(settings);
    return alertCatalogue(stackAlertContext(settings, catalog));
  }
  /** Alerts that read an exporter which nobody runs, unless another one that runs is enough. */
  const reading = (alerts: readonly AlertDefinition[], gone: readonly string[]) =>
    alerts
      .filter(({ anyExporterOf = [] }) => anyExporterOf.every((name) => gone.includes(name)))
      .filter(({ expr }) => seriesIn(expr).some(({ exporter }) => gone.includes(exporter.name)))
      .map(({ name }) => name);

  for (const system of optionalSystems) {
    it(`ask nothing of ${system}, which would be silent or page for ever`, () => {
      const alerts = alertsOf(({ platform }) => void platform.without.push(system));
      assert.deepEqual(reading(alerts, exportersOf[system] ?? []), []);
      assert.deepEqual(
        alerts.filter((alert) => alert.system === system).map(({ name }) => name),
        [],
      );
    });
  }

  it("are there where the systems are", () => {
    const alerts = alertsOf(() => undefined);
    for (const name of Object.values(exportersOf).flat()) {
      assert.ok(
        alerts.some(({ expr }) => seriesIn(expr).some(({ exporter }) => exporter.name === name)),
        name,
      );
    }
    assert.ok(alerts.some(({ name }) => name === "VaultSealed"));
  });

  it("say nothing of Vault when it is left out, neither by its metrics nor by its probe", () => {
    const alerts = alertsOf(({ platform }) => void platform.without.push("vault"));
    assert.deepEqual(
      alerts.filter(({ expr }) => expr.includes("vault_") || expr.includes("blackbox-vault")).map(({ name }) => name),
      [],
    );
  });

  it("follow the exporters of the monitoring", () => {
    const alerts = alertsOf(({ monitoring }) => {
      monitoring.exporters = monitoring.exporters.filter((name) => name !== "cloudwatch" && name !== "postgres");
    });
    assert.deepEqual(reading(alerts, ["cloudwatch-exporter", "postgres-exporter"]), []);
  });

  it("read no exporter that the platform never runs", () => {
    const never = exporters.map(({ name }) => name).filter((name) => name === "velero" || name === "opencost");
    assert.deepEqual(
      reading(
        alertsOf(() => undefined),
        never,
      ),
      [],
    );
  });
});
