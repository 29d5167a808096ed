import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exporterAccount, grafanaAccount } from "../data/accounts.ts";
import { databaseSecretPath } from "../data/databaseRoles.ts";
import { brokerAdministratorPath, type MessageBroker } from "../data/messageBroker.ts";
import type { Postgres } from "../data/postgres.ts";
import { type PlatformContext, priorityClasses, readiness } from "./context.ts";
import { createExternalSecret } from "./externalSecretResource.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { createGeneratedSecret, createPassword, custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { pinnedImage } from "./imageMirror.ts";
import { contentHash, jobSpec, type Step, stepsTemplate } from "./jobs.ts";
import { vpcFlow } from "./networkPolicies.ts";
import { scriptData } from "./scripts.ts";
import { type ExternalSecretPlan, externalSecret, secretOfVersion } from "./secretManifests.ts";

/** Arguments of `WatchingAccounts`. */
export interface WatchingAccountsArgs extends SecretCustody {
  context: PlatformContext;
  postgres: Pick<Postgres, "primaryHost" | "port" | "databaseName" | "masterSecretArn" | "passwordVersions">;
  broker: Pick<MessageBroker, "host">;
  /** Grafana keeps its state in the database and needs a role there. */
  grafanaInDatabase: boolean;
}

/** User of the message broker with the tag `monitoring` and without any permission. */
const brokerExporterUser = "prometheus";

/** Path in Secrets Manager of that user: `username` and `password`. */
export const brokerExporterPath = "broker/prometheus";

/** Where administrators' credentials are, and where no service runs. */
const namespace = "platform-system";
const podLabels = { "app.kubernetes.io/name": "watching-accounts" };
const scripts = "watching-accounts";
const databaseAdministrator = "watching-database-administrator";

/**
 * Accounts, in the stores outside the cluster, of the systems that watch: in the database a role that reads statistics and,
 * where asked for, Grafana's own; in the broker a user that reads metrics. Made by jobs that may run again at any time, and
 * before Grafana and the exporters, which would otherwise never become ready.
 */
export class WatchingAccounts extends pulumi.ComponentResource {
  constructor(name: string, args: WatchingAccountsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:WatchingAccounts", name, { grafanaInDatabase: args.grafanaInDatabase }, opts);
    const ready = [
      ...createFlowPolicies(name, { [scripts]: flows(args.context) }, this),
      new kubernetes.core.v1.ConfigMap(
        `${name}-scripts`,
        {
          metadata: { name: scripts, namespace },
          data: scriptData("watching-database.sh", "watching-broker.sh"),
        },
        { parent: this },
      ),
    ];
    createDatabaseAccounts(name, args, ready, this);
    createBrokerAccount(name, args, ready, this);
    this.registerOutputs({});
  }
}

function flows(context: PlatformContext) {
  return { namespace, pods: podLabels, egress: [vpcFlow(context, [5432, 443])] };
}

function createDatabaseAccounts(
  name: string,
  args: WatchingAccountsArgs,
  ready: pulumi.Resource[],
  parent: pulumi.Resource,
): void {
  const { postgres, grafanaInDatabase, context } = args;
  const login = { EXPORTER_ROLE: exporterAccount, ...(grafanaInDatabase ? { GRAFANA_ROLE: grafanaAccount } : {}) };
  const passwords = {
    exporter: { path: databaseSecretPath(exporterAccount), property: "password" },
    ...(grafanaInDatabase ? { grafana: { path: databaseSecretPath(grafanaAccount), property: "password" } } : {}),
  };
  const administrator = createDatabaseAdministrator(name, args, parent);
  const roles = [exporterAccount, ...(grafanaInDatabase ? [grafanaAccount] : [])];
  const version = pulumi
    .all(roles.map((role) => postgres.passwordVersions[role]!))
    .apply((versions) => contentHash(versions));
  const accountsName = "watching-database-accounts";
  const secretName = secretOfVersion(accountsName, version);
  const accounts = bring(name, args, parent, { name: accountsName, data: passwords, version, secretName });
  createJob(name, "database", [administrator, accounts, ...ready], parent, {
    image: pinnedImage("postgresql", context.imageMirror),
    secrets: { administrator: databaseAdministrator, accounts: secretName },
    known: login,
    environment: {
      PGHOST: postgres.primaryHost,
      PGPORT: String(postgres.port),
      PGDATABASE: postgres.databaseName,
      PGSSLMODE: "require",
      EXPORTER_PASSWORD_FILE: "/secrets/accounts/exporter",
      ...(grafanaInDatabase ? { GRAFANA_PASSWORD_FILE: "/secrets/accounts/grafana" } : {}),
    },
  });
}

function createBrokerAccount(
  name: string,
  args: WatchingAccountsArgs,
  ready: pulumi.Resource[],
  parent: pulumi.Resource,
): void {
  const { context, broker } = args;
  const password = createPassword(`${name}-broker-password`, parent);
  const entry = createGeneratedSecret(
    `${name}-broker-entry`,
    {
      context,
      path: brokerExporterPath,
      description: "User of the message broker that may read metrics and nothing else",
      value: pulumi.jsonStringify({ username: brokerExporterUser, password }),
      ...custodyOf(args),
    },
    parent,
  );
  const administratorName = "watching-broker-administrator";
  const administrator = bring(name, args, parent, {
    name: administratorName,
    data: {
      username: { path: brokerAdministratorPath, property: "username" },
      password: { path: brokerAdministratorPath, property: "password" },
    },
  });
  const accountsName = "watching-broker-accounts";
  const version = entry.version!;
  const secretName = secretOfVersion(accountsName, version);
  const accounts = bring(
    name,
    args,
    parent,
    { name: accountsName, data: { exporter: { path: brokerExporterPath, property: "password" } }, version, secretName },
    [entry],
  );
  createJob(name, "broker", [administrator, accounts, ...ready], parent, {
    image: pinnedImage("curl", context.imageMirror),
    secrets: { administrator: administratorName, accounts: secretName },
    known: { EXPORTER_USER: brokerExporterUser },
    environment: {
      BROKER_URL: pulumi.interpolate`https://${broker.host}`,
      EXPORTER_PASSWORD_FILE: "/secrets/accounts/exporter",
    },
  });
}

interface AccountJob {
  image: string;
  /** Secrets with the administrator's login and with the passwords of the accounts. */
  secrets: { administrator: string; accounts: pulumi.Output<string> };
  /** Environment that is known while planning: a change of it makes a new job. */
  known: { [name: string]: string };
  environment: { [name: string]: pulumi.Input<string> };
}

function createJob(
  name: string,
  system: "database" | "broker",
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
  job: AccountJob,
): void {
  const script = `watching-${system}.sh`;
  const template = stepsTemplate({
    scripts,
    labels: podLabels,
    priorityClassName: priorityClasses.observability,
    volumes: Object.entries(job.secrets).map(([volume, secretName]) => ({ name: volume, secret: { secretName } })),
    steps: [
      {
        name: system,
        image: job.image,
        script,
        // Outputs pass through: Kubernetes' resources take them, Helm values would not.
        environment: {
          ADMINISTRATOR_DIRECTORY: "/secrets/administrator",
          ...job.known,
          ...job.environment,
        } as Step["environment"],
        mounts: { administrator: "/secrets/administrator", accounts: "/secrets/accounts" },
      },
    ],
  });
  new kubernetes.batch.v1.Job(
    `${name}-${system}`,
    {
      metadata: {
        name: `watching-${system}-${contentHash(scriptData(script), job.known, job.image)}`,
        namespace,
        labels: podLabels,
      },
      spec: jobSpec(template) as kubernetes.types.input.batch.v1.JobSpec,
    },
    { parent, dependsOn },
  );
}

/** RDS chooses the name of the administrator's secret, so it is known by its ARN; and rotates it, so it is read often. */
function createDatabaseAdministrator(
  name: string,
  { context, postgres }: WatchingAccountsArgs,
  parent: pulumi.Resource,
): kubernetes.apiextensions.CustomResource {
  const manifest = externalSecret(context, { name: databaseAdministrator, namespace, data: {} });
  const data = ["username", "password"].map((property) => ({
    secretKey: property,
    remoteRef: { key: postgres.masterSecretArn, property },
  }));
  return new kubernetes.apiextensions.CustomResource(
    `${name}-${databaseAdministrator}`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: readiness(context, "condition=Ready") },
      spec: { ...manifest.spec, refreshInterval: "10m", data },
    },
    { parent },
  );
}

/** An ExternalSecret beside the jobs. */
function bring(
  name: string,
  { context }: WatchingAccountsArgs,
  parent: pulumi.Resource,
  plan: Omit<ExternalSecretPlan, "namespace">,
  dependsOn: pulumi.Resource[] = [],
) {
  return createExternalSecret(`${name}-${plan.name}`, context, { ...plan, namespace }, { parent, dependsOn });
}
