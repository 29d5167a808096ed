import * as pulumi from "@pulumi/pulumi";
import { loadCatalog } from "../../catalog/load.ts";
import type { Catalog } from "../../catalog/types.ts";
import type { PlatformContext } from "../../components/platform/context.ts";
import type { Keys } from "../../components/security/keys.ts";
import type { WorkloadContext, WorkloadSettings } from "../../components/workload/context.ts";
import type { ImageVersion } from "../../components/workload/image.ts";
import { Workloads, type WorkloadsArgs } from "../../components/workload/workloads.ts";
import type { Mode } from "../../plan/monitor.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { createNames } from "../../stack/naming.ts";
import { type ComponentPlan, planProgram } from "../support/planProgram.ts";

const names = createNames({
  project: "trading-platform",
  environment: "test",
  accountId: "111122223333",
  region: "us-east-1",
});

/** A place to run, as a stack file would describe it. */
const place: PlatformContext = {
  environment: "test",
  region: "us-east-1",
  accountId: "111122223333",
  domain: "test.example.com",
  clusterName: names.cluster,
  names,
  vpcCidr: "10.20.0.0/16",
  serviceCidr: "172.20.0.0/16",
  storageClassName: "gp3",
  waitForReadiness: true,
  topologySpread: true,
  protect: true,
};

/** What the environment of these tests decides about all services. */
export const settings: WorkloadSettings = {
  exchangeHosts: "live",
  exchangeEgress: "names",
  canaryWithoutTraffic: "pause",
};

/** The same as the workloads see it. */
export const context: WorkloadContext = { ...place, settings, dataCidrs: ["10.20.160.0/22", "10.20.164.0/22"] };

/** Keys of the test, by purpose. */
export const keyArn = (purpose: string) => `arn:aws:kms:us-east-1:111122223333:key/${purpose}`;

/** One image for every service. */
export function releaseAll(catalog: Catalog): Record<string, { image: ImageVersion }> {
  return Object.fromEntries(catalog.services.map(({ name }) => [name, { image: { tag: "1.2.3" } }]));
}

/** The first version of each role's password. */
const versionsOf = (roles: readonly string[]) => Object.fromEntries(roles.map((role) => [role, pulumi.output("1")]));

/** Plans the workloads of a catalog alone, without the rooms below. */
export async function planWorkloads(
  change: Partial<WorkloadsArgs> = {},
  mode: Mode = "steady",
): Promise<{ plan: ComponentPlan; catalog: Catalog }> {
  const catalog = change.catalog ?? (await loadCatalog());
  const plan = await planProgram(async () => {
    const password = (name: string) => [name, pulumi.secret("password of the cache")];
    const workloads = new Workloads("workloads", {
      context: place,
      settings,
      catalog,
      images: releaseAll(catalog),
      vpc: { isolatedCidrs: [...context.dataCidrs] },
      postgres: {
        host: pulumi.output("database.internal"),
        primaryHost: pulumi.output("primary.internal"),
        port: 5432,
        databaseName: "binance",
        masterSecretArn: pulumi.output("arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1"),
        passwordVersions: versionsOf(catalog.services.flatMap(({ uses }) => uses?.postgres?.role ?? [])),
      },
      cache: {
        host: pulumi.output("cache.internal"),
        port: 6379,
        passwords: Object.fromEntries(catalog.services.map(({ name }) => password(name))),
      },
      broker: { host: pulumi.output("broker.internal"), port: 5671 },
      keys: {
        arns: { data: pulumi.output(keyArn("data")), secrets: pulumi.output(keyArn("secrets")) } as Keys["arns"],
      },
      secrets: { recoveryWindowDays: 7 },
      ...change,
    });
    await workloads.complete;
  }, mode);
  return { plan, catalog };
}

/** An object of Kubernetes as the plan holds it. */
export interface PlannedObject {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of many kinds.
  [field: string]: any;
}

/** All Kubernetes objects of a plan. */
export function objectsOf(resources: readonly PlannedResource[]): PlannedObject[] {
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm"))
    .map(({ inputs }) => inputs as unknown as PlannedObject);
}

/** Objects of one kind, by `namespace/name`. */
export function byKind(objects: readonly PlannedObject[], kind: string): Map<string, PlannedObject> {
  return new Map(
    objects
      .filter((object) => object.kind === kind)
      .map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]),
  );
}
