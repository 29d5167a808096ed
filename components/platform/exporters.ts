import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { exporterNames, MonitoringSettings } from "../../stack/sections/monitoring.ts";
import type { Settings } from "../../stack/settings.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { exporterAccount } from "../data/accounts.ts";
import { cacheSecretPath } from "../data/cacheAccess.ts";
import { databaseSecretPath } from "../data/databaseRoles.ts";
import type { MessageBroker } from "../data/messageBroker.ts";
import type { Postgres } from "../data/postgres.ts";
import { authoritySecret } from "./authority.ts";
import type { ChartName } from "./charts.ts";
import { cloudwatchExporterServiceAccount, cloudwatchExporterValues, cloudwatchStatements } from "./cloudwatchJobs.ts";
import type { PlatformContext } from "./context.ts";
import { elasticsearchUrl, elasticUserSecretPath } from "./elasticNames.ts";
import {
  blackboxExporterValues,
  elasticsearchExporterValues,
  postgresExporterValues,
  primaryInstance,
  redisExporterValues,
} from "./exporterValues.ts";
import { createExternalSecret } from "./externalSecretResource.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { exporterFlows } from "./monitoringFlows.ts";
import { monitoringNamespace } from "./monitoringNames.ts";
import { publicProbes, vaultProbe } from "./probes.ts";
import { rabbitmqScrapes } from "./rabbitmqScrape.ts";
import { installChart } from "./release.ts";
import type { ExternalSecretPlan, SecretSource } from "./secretManifests.ts";
import { tradingBotScrape } from "./tradingBotScrape.ts";
import type { ChartValues } from "./values.ts";
import { brokerExporterPath } from "./watchingAccounts.ts";

/** Arguments of `Exporters`. */
export interface ExportersArgs {
  context: PlatformContext;
  /** Section `monitoring` of the stack file. */
  settings: MonitoringSettings;
  /** Database: each of its read replicas is watched by an exporter of its own. */
  postgres: Pick<Postgres, "replicaHosts">;
  /** Message broker, which serves its metrics itself. */
  broker: Pick<MessageBroker, "host">;
  /** Balancer before the gateway, whose metrics CloudWatch has. */
  balancer: Settings["gateway"]["balancer"];
  /** Servers of Vault, each probed by its own name; 0 where Vault is not installed. */
  vaultReplicas: number;
}

/**
 * Exporters of what has no metrics of its own that Prometheus could read, the probes of the public addresses, and the scrapes
 * of what stands outside the cluster. Each logs in with an account that can only watch, from Secrets Manager.
 */
export class Exporters extends pulumi.ComponentResource {
  constructor(name: string, args: ExportersArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Exporters", name, { exporters: args.settings.exporters }, opts);
    const create: { [exporter in (typeof exporterNames)[number]]: Opener } = {
      postgres: openPostgres,
      redis: openRedis,
      elasticsearch: openElasticsearch,
      rabbitmq: openRabbitmq,
      blackbox: openBlackbox,
      cloudwatch: openCloudwatch,
    };
    const policies = createFlowPolicies(name, exporterFlows(args.context), this);
    for (const exporter of args.settings.exporters) create[exporter](name, args, this, policies);
    new kubernetes.apiextensions.CustomResource(`${name}-scrape-trading-bot`, tradingBotScrape(args.context), {
      parent: this,
    });
    this.registerOutputs({});
  }
}

type Opener = (name: string, args: ExportersArgs, parent: pulumi.Resource, policies: pulumi.Resource[]) => void;

const openPostgres: Opener = (name, args, parent, policies) => {
  // The entry names the primary; a replica is the same login at another host.
  const hosts: [instance: string, host: pulumi.Input<string>][] = [
    [primaryInstance, "{{ .host }}"],
    ...args.postgres.replicaHosts.map(
      (host, index) => [`replica-${index + 1}`, host] as [string, pulumi.Input<string>],
    ),
  ];
  const path = databaseSecretPath(exporterAccount);
  for (const [instance, host] of hosts) {
    const secretName = `postgres-exporter-${instance}`;
    const secret = bring(name, args, parent, {
      name: secretName,
      data: properties(path, "username", "password", "host", "port", "dbname"),
      template: {
        data: {
          connection: pulumi.interpolate`postgresql://{{ .username }}:{{ .password }}@${host}:{{ .port }}/{{ .dbname }}?sslmode=require`,
        },
      },
    });
    release(name, args, parent, [secret, ...policies], {
      chart: "prometheus-postgres-exporter",
      releaseName: secretName,
      values: postgresExporterValues(instance, { name: secretName, key: "connection" }),
    });
  }
};

const openRedis: Opener = (name, args, parent, policies) => {
  const secretName = "redis-exporter";
  const secret = bring(name, args, parent, {
    name: secretName,
    data: properties(cacheSecretPath(exporterAccount), "password", "address"),
  });
  release(name, args, parent, [secret, ...policies], {
    chart: "prometheus-redis-exporter",
    values: redisExporterValues({
      name: secretName,
      addressKey: "address",
      passwordKey: "password",
      user: exporterAccount,
    }),
  });
};

const openElasticsearch: Opener = (name, args, parent, policies) => {
  const secretName = "elasticsearch-exporter";
  const secret = bring(name, args, parent, {
    name: secretName,
    data: properties(elasticUserSecretPath("exporter"), "username", "password"),
  });
  release(name, args, parent, [secret, ...policies], {
    chart: "prometheus-elasticsearch-exporter",
    values: elasticsearchExporterValues({ address: elasticsearchUrl, credentialsSecret: secretName, authoritySecret }),
  });
};

/** Amazon MQ serves metrics itself: the account and the scrape are all that is needed. */
const openRabbitmq: Opener = (name, args, parent) => {
  const secretName = "rabbitmq-metrics";
  const secret = bring(name, args, parent, {
    name: secretName,
    data: properties(brokerExporterPath, "username", "password"),
  });
  for (const scrape of rabbitmqScrapes(args.settings.rabbitmq, {
    host: args.broker.host,
    credentialsSecret: secretName,
  })) {
    new kubernetes.apiextensions.CustomResource(`${name}-scrape-${scrape.metadata.name}`, scrape, {
      parent,
      dependsOn: [secret],
    });
  }
};

const openBlackbox: Opener = (name, args, parent, policies) => {
  const { context, settings, vaultReplicas } = args;
  const exporter = release(name, args, parent, policies, {
    chart: "prometheus-blackbox-exporter",
    values: blackboxExporterValues(context, settings.blackbox, authoritySecret),
  });
  const probes = [
    ...publicProbes(context, settings.blackbox),
    ...(vaultReplicas > 0 ? [vaultProbe(vaultReplicas, settings.blackbox.intervalSeconds)] : []),
  ];
  for (const probe of probes) {
    new kubernetes.apiextensions.CustomResource(`${name}-probe-${probe.metadata.name}`, probe, {
      parent,
      dependsOn: [exporter],
    });
  }
};

const openCloudwatch: Opener = (name, args, parent, policies) => {
  const { context, settings } = args;
  const identity = new PodIdentity(
    `${name}-cloudwatch-identity`,
    {
      clusterName: context.clusterName,
      namespace: monitoringNamespace,
      serviceAccount: cloudwatchExporterServiceAccount,
      statements: cloudwatchStatements,
    },
    { parent },
  );
  // A pod gets its role only when it starts after the association.
  release(name, args, parent, [identity, ...policies], {
    chart: "prometheus-yet-another-cloudwatch-exporter",
    values: cloudwatchExporterValues(context, settings.cloudwatch, args.balancer),
  });
};

function properties(path: string, ...names: string[]): { [key: string]: SecretSource } {
  return Object.fromEntries(names.map((property) => [property, { path, property }]));
}

function bring(
  name: string,
  { context }: ExportersArgs,
  parent: pulumi.Resource,
  plan: Omit<ExternalSecretPlan, "namespace">,
) {
  return createExternalSecret(
    `${name}-${plan.name}-secret`,
    context,
    { ...plan, namespace: monitoringNamespace },
    { parent },
  );
}

function release(
  name: string,
  { context }: ExportersArgs,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
  plan: { chart: ChartName; releaseName?: string; values: ChartValues },
) {
  return installChart(
    `${name}-${plan.releaseName ?? plan.chart}`,
    { ...plan, context, namespace: monitoringNamespace },
    { parent, dependsOn },
  );
}
