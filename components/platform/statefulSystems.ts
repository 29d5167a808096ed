import * as pulumi from "@pulumi/pulumi";
import type { Catalog, EventSchema } from "../../catalog/types.ts";
import type { OptionalSystem } from "../../stack/sections/platform.ts";
import type { Settings } from "../../stack/settings.ts";
import type { KeyPurpose } from "../security/keyPolicies.ts";
import { Consul } from "./consul.ts";
import type { PlatformContext } from "./context.ts";
import { Elastic } from "./elastic.ts";
import { custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { Kafka } from "./kafka.ts";
import { Vault } from "./vault.ts";

/** Arguments of `StatefulSystems`. */
export interface StatefulSystemsArgs extends SecretCustody {
  context: PlatformContext;
  settings: Settings;
  catalog: Catalog;
  /** ARNs of the customer keys by purpose. */
  keyArns: Readonly<Record<KeyPurpose, pulumi.Input<string>>>;
}

/** The systems that hold the business's data in the cluster; each may be left out by `platform.without`. */
export class StatefulSystems extends pulumi.ComponentResource {
  /** What must be there before somebody uses Elasticsearch; empty when it is left out. */
  readonly searchReady: pulumi.Resource[];
  /** What must be there before a service starts that uses Kafka; empty when it is left out. */
  readonly streamsReady: pulumi.Resource[];

  constructor(name: string, args: StatefulSystemsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(
      "trading-platform:platform:StatefulSystems",
      name,
      { without: args.settings.platform.without, auditTopic: args.settings.elastic.audit.topic },
      opts,
    );
    const { context, settings, catalog, keyArns } = args;
    const installs = (system: OptionalSystem) => !settings.platform.without.includes(system);
    const custody = custodyOf(args);
    const common = { context, ...custody };
    const backupsKeyArn = keyArns.backups;

    if (installs("vault")) {
      new Vault(
        `${name}-vault`,
        {
          ...common,
          settings: settings.vault,
          services: catalog.services.map((service) => service.name),
          unsealKeyArn: keyArns["vault-unseal"],
          backupsKeyArn,
        },
        { parent: this },
      );
    }
    if (installs("consul")) {
      new Consul(`${name}-consul`, { ...common, settings: settings.consul, backupsKeyArn }, { parent: this });
    }
    const kafka = installs("kafka")
      ? [
          new Kafka(
            `${name}-kafka`,
            { ...common, settings: settings.kafka, topics: catalog.topics, auditTopic: settings.elastic.audit.topic },
            { parent: this },
          ),
        ]
      : [];
    const elastic = installs("elastic")
      ? [
          new Elastic(
            `${name}-elastic`,
            {
              ...common,
              settings: settings.elastic,
              auditSchema: schemaOfTopic(catalog, settings.elastic.audit.topic),
              klineSchema: catalog.schemas.find((schema) => schema.name === "kline-event"),
              backupsKeyArn,
              auditKeyArn: keyArns.audit,
              auditLock: { mode: settings.security.auditTrail.lockMode, days: settings.security.auditTrail.lockDays },
              auditPipeline: kafka.length > 0,
            },
            // Logstash logs in to Kafka and to the schema registry.
            { parent: this, dependsOn: kafka },
          ),
        ]
      : [];

    this.streamsReady = kafka;
    this.searchReady = elastic.flatMap(({ ready }) => ready);
    this.registerOutputs({});
  }
}

/**
 * The shape of a topic's events.
 *
 * @throws Error when the stack file names a topic that the catalog does not have
 */
export function schemaOfTopic(catalog: Pick<Catalog, "topics" | "schemas">, name: string): EventSchema {
  const topic = catalog.topics.find((each) => each.name === name);
  const schema = catalog.schemas.find((each) => each.name === topic?.schema);
  if (schema !== undefined) return schema;
  throw new Error(
    `The stack file names elastic.audit.topic "${name}", which the catalog does not have. Topics are ${catalog.topics.map((each) => each.name).join(", ")}.`,
  );
}
