import * as pulumi from "@pulumi/pulumi";
import { archetypes } from "../../catalog/archetypes.ts";
import { startupNeeds, startupOrder } from "../../catalog/order.ts";
import type { Catalog } from "../../catalog/types.ts";
import type { SecretCustody } from "../platform/generatedSecret.ts";
import type { Endpoints, WorkloadContext } from "./context.ts";
import { schemaOwnersOf } from "./database.ts";
import { type ImageVersion, imageReference } from "./image.ts";
import { neighboursOf } from "./neighbours.ts";
import { ProvisioningRoom } from "./provisioning.ts";
import { Workload } from "./workload.ts";

/** What the trading services need from the rooms below. */
export interface WorkloadsArgs extends SecretCustody {
  /** Where they run, and what the environment decides about all of them. */
  context: WorkloadContext;
  /** What the business runs, as this environment sees it. */
  catalog: Catalog;
  /** Image of each service by name; a service without one is made ready, but does not run. */
  images: Readonly<Record<string, { image?: ImageVersion }>>;
  /** Where the data services answer. */
  endpoints: Endpoints;
  /** Host of the primary database itself, for the jobs that make roles. */
  primaryHost: pulumi.Input<string>;
  /** ARN of the secret with the database administrator's credentials. */
  databaseAdministratorArn: pulumi.Input<string>;
  /** Password of each service's user of the cache. */
  cachePasswords: Readonly<Record<string, pulumi.Input<string>>>;
  /** Key that encrypts the shared buckets. */
  dataKeyArn: pulumi.Input<string>;
}

/** Every catalogued service of the cluster, each with exactly what it declares. */
export class Workloads extends pulumi.ComponentResource {
  /** Each service's workload, by name. */
  readonly services: ReadonlyMap<string, Workload>;

  constructor(name: string, args: WorkloadsArgs, opts?: pulumi.ComponentResourceOptions) {
    const inCluster = args.catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
    super("trading-platform:workload:Workloads", name, { services: inCluster.map((service) => service.name) }, opts);
    const { context, catalog, endpoints } = args;
    warnOfUnreleased(inCluster, args.images, this);

    const room = new ProvisioningRoom(`${name}-provisioning`, { ...args, ...catalog }, { parent: this });
    const common = {
      ...args,
      trustSecret: room.trustSecret,
      neighbours: neighboursOf(catalog.services),
      exchanges: new Map(catalog.exchanges.map((exchange) => [exchange.name, exchange])),
      secrets: new Map(catalog.secrets.map((secret) => [secret.name, secret])),
      accounts: {
        endpoints,
        primaryHost: args.primaryHost,
        cachePasswords: args.cachePasswords,
        secretsKeyArn: args.secretsKeyArn,
        secretRecoveryDays: args.secretRecoveryDays,
        schemaOwners: schemaOwnersOf(catalog.services),
        provisioning: room.provisioning,
      },
    };
    const made = new Map<string, Workload>();
    for (const service of startupOrder(inCluster)) {
      const version = args.images[service.name]?.image;
      const image = version && imageReference(context, service.name, version);
      const startsAfter = startupNeeds(service).flatMap((need) => made.get(need) ?? []);
      const workload = new Workload(
        `${name}-${service.name}`,
        { ...common, service, image, startsAfter },
        { parent: this },
      );
      made.set(service.name, workload);
    }

    this.services = made;
    this.registerOutputs({});
  }
}

/** A new service is ready for its first release once its file is there; until then somebody should know that it waits. */
function warnOfUnreleased(
  services: Catalog["services"],
  images: WorkloadsArgs["images"],
  parent: pulumi.Resource,
): void {
  const waiting = services.filter(({ name }) => images[name]?.image === undefined).map(({ name }) => name);
  // One line however many there are: a plan of a thousand new services must stay readable.
  if (waiting.length === 0) return;
  const shown =
    waiting.length > 5 ? `${waiting.slice(0, 5).join(", ")} and ${waiting.length - 5} more` : waiting.join(", ");
  pulumi.log.warn(`Made ready but not released here: ${shown}. Release: npm run release -- <service> <image>`, parent);
}
