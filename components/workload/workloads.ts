import * as pulumi from "@pulumi/pulumi";
import { archetypes } from "../../catalog/archetypes.ts";
import { startupNeeds, startupOrder } from "../../catalog/order.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import type { Cache } from "../data/cache.ts";
import type { MessageBroker } from "../data/messageBroker.ts";
import type { GeneratedSecretSettings } from "../data/passwords.ts";
import type { Postgres } from "../data/postgres.ts";
import type { Vpc } from "../network/vpc.ts";
import type { PlatformContext } from "../platform/context.ts";
import type { Keys } from "../security/keys.ts";
import type { Endpoints, WorkloadContext, WorkloadSettings } from "./context.ts";
import { schemaOwnersOf } from "./database.ts";
import { type ImageVersion, imageReference } from "./image.ts";
import { neighboursOf } from "./neighbours.ts";
import { ProvisioningRoom } from "./provisioning.ts";
import { Workload, type WorkloadArgs } from "./workload.ts";

/** What the trading services need from the rooms below. */
export interface WorkloadsArgs {
  /** Where they run, see `platformContext`. */
  context: PlatformContext;
  /** What the environment decides about all of them: the section `workloads` of the stack file. */
  settings: WorkloadSettings;
  /** What the business runs, as this environment sees it. */
  catalog: Catalog;
  /** Image of each service by name; a service without one is made ready, but does not run. */
  images: Readonly<Record<string, { image?: ImageVersion }>>;
  /** The network: where the data stores are. */
  vpc: Pick<Vpc, "isolatedCidrs">;
  postgres: Pick<Postgres, "host" | "primaryHost" | "port" | "databaseName" | "masterSecretArn" | "passwordVersions">;
  cache: Pick<Cache, "host" | "port" | "passwords">;
  broker: Pick<MessageBroker, "host" | "port">;
  /** Customer keys: `data` for the shared buckets, `secrets` for passwords. */
  keys: Pick<Keys, "arns">;
  /** How the passwords are kept. */
  secrets: Pick<GeneratedSecretSettings, "recoveryWindowDays" | "replica">;
}

/** Every catalogued service of the cluster, each with exactly what it declares. */
export class Workloads extends pulumi.ComponentResource {
  /** Done when every service is on its way; whoever runs the program waits for it. */
  readonly complete: Promise<void>;
  readonly #shared: Omit<WorkloadArgs, "service" | "image" | "startsAfter">;

  constructor(name: string, args: WorkloadsArgs, opts?: pulumi.ComponentResourceOptions) {
    const inCluster = args.catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
    super("trading-platform:workload:Workloads", name, { services: inCluster.map((service) => service.name) }, opts);
    warnOfUnreleased(inCluster, args.images, this);

    const common = commonArgs(args);
    const room = new ProvisioningRoom(
      `${name}-provisioning`,
      { ...common, ...args.catalog, databaseAdministratorArn: args.postgres.masterSecretArn },
      { parent: this },
    );
    const accounts = { ...common.accounts, provisioning: room.provisioning };
    this.#shared = { ...common, trustSecret: room.trustSecret, accounts };
    this.complete = this.#createAll(name, startupOrder(inCluster), args);
  }

  /**
   * Makes all services, a batch at a time. Every registration on its way holds its request in memory (180 KB were
   * measured), so a thousand services at once would take more than Node gives; a batch is all that a usual catalog has.
   */
  async #createAll(name: string, services: readonly Service[], { images, context }: WorkloadsArgs): Promise<void> {
    const made = new Map<string, Workload>();
    for (let start = 0; start < services.length; start += batchSize) {
      const batch = services.slice(start, start + batchSize).map((service) => {
        const version = images[service.name]?.image;
        const image = version && imageReference(context, service.name, version);
        const startsAfter = startupNeeds(service).flatMap((need) => made.get(need) ?? []);
        const args = { ...this.#shared, service, image, startsAfter };
        const workload = new Workload(`${name}-${service.name}`, args, { parent: this });
        made.set(service.name, workload);
        return workload;
      });
      if (start + batchSize < services.length) await registered(batch);
    }
    this.registerOutputs({});
  }
}

/** Services that are registered at a time. */
const batchSize = 20;

/** Waits until the last object of each workload is registered. URNs are known in previews too. */
async function registered(workloads: readonly Workload[]): Promise<void> {
  await Promise.all(workloads.map(({ last }) => new Promise((resolve) => last.urn.apply(resolve))));
}

/** What all workloads are told alike. */
function commonArgs({ context, settings, catalog, vpc, postgres, cache, broker, keys, secrets }: WorkloadsArgs) {
  const endpoints: Endpoints = {
    database: { host: postgres.host, port: postgres.port, name: postgres.databaseName },
    cache: { host: cache.host, port: cache.port },
    broker: { host: broker.host, port: broker.port },
  };
  return {
    context: { ...context, settings, dataCidrs: vpc.isolatedCidrs } satisfies WorkloadContext,
    endpoints,
    neighbours: neighboursOf(catalog.services),
    exchanges: new Map(catalog.exchanges.map((exchange) => [exchange.name, exchange])),
    secrets: new Map(catalog.secrets.map((secret) => [secret.name, secret])),
    dataKeyArn: keys.arns.data,
    accounts: {
      endpoints,
      primaryHost: postgres.primaryHost,
      databaseVersions: postgres.passwordVersions,
      cachePasswords: cache.passwords,
      secretsKeyArn: keys.arns.secrets,
      secretRecoveryDays: secrets.recoveryWindowDays,
      secretReplica: secrets.replica,
      schemaOwners: schemaOwnersOf(catalog.services),
    },
  };
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
