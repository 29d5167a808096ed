import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import { priorityClasses } from "../platform/context.ts";
import {
  elasticAdministratorSecret,
  elasticNamespace,
  elasticScriptsConfigMap,
  elasticSetupLabels,
  elasticsearchUrl,
  elasticTlsSecret,
} from "../platform/elasticNames.ts";
import { createGeneratedSecret, createPassword, custodyOf, type SecretCustody } from "../platform/generatedSecret.ts";
import { pinnedImage } from "../platform/imageMirror.ts";
import { contentHash, jobSpec, type Step, stepsTemplate } from "../platform/jobs.ts";
import { kafkaNamespace } from "../platform/kafkaNames.ts";
import type { Secret } from "../security/secret.ts";
import { type AccountSystem, accountsOf, ownAccountsOf, passwordVariable } from "./accounts.ts";
import { accountRequests, brokerReadyPath, requestLines } from "./broker.ts";
import { credentialsPath, type Endpoints, labelsOf, provisioningNamespace, type WorkloadContext } from "./context.ts";
import { databaseEnvironment } from "./database.ts";
import { kafkaUser } from "./kafkaUser.ts";
import { readScript, type Script } from "./scripts.ts";
import { searchSecret } from "./search.ts";
import { accountSecret, accountSecretOfVersion } from "./secrets.ts";

/** The shared systems, as somebody sees them who makes accounts there. */
export interface AccountSystems extends SecretCustody {
  endpoints: Endpoints;
  /** Host of the primary database itself: a proxy lets nobody in whom it does not know yet. */
  primaryHost: pulumi.Input<string>;
  /** Owner's role of each database schema. */
  schemaOwners: ReadonlyMap<string, string>;
  /** Version of the entry of each database role, by role. */
  databaseVersions: Readonly<Record<string, pulumi.Input<string>>>;
  /** Password of each service's user of the cache, which are made with the cache. */
  cachePasswords: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the jobs of all services share: scripts, administrators' credentials, flows. */
  provisioning: Provisioning;
}

/** Names of what jobs with administrators' credentials find in their namespace. */
export interface Provisioning {
  /** ConfigMap with the scripts. */
  scripts: string;
  /** Secrets with `username` and `password` of the administrators. */
  databaseAdministrator: string;
  brokerAdministrator: string;
  /** What must be there before a job starts. */
  ready: readonly pulumi.Resource[];
}

/** What the accounts of one service are made of. */
export interface AccountsArgs {
  context: WorkloadContext;
  service: Service;
  systems: AccountSystems;
}

/**
 * The accounts of one service in the shared systems that it declares, each with a password of its own and exactly the
 * rights that the catalog gives: made by jobs that may run again at any time, and by Strimzi's user operator.
 */
export class Accounts extends pulumi.ComponentResource {
  /** Version of all its passwords together; absent for a service without accounts. */
  readonly version: pulumi.Output<string> | undefined;

  constructor(name: string, args: AccountsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:workload:Accounts", name, { service: args.service.name }, opts);

    const credentials = createCredentials(name, args, this);
    const systems = accountsOf(args.service);
    const versions = systems.map((system) => versionOf(system, args, credentials));
    const create = {
      database: createRole,
      broker: createBrokerAccount,
      kafka: createKafkaUser,
      elasticsearch: createSearchAccount,
    };
    systems.forEach((system, index) => {
      if (system !== "cache") create[system](name, args, versions[index]!, { parent: this, dependsOn: credentials });
    });

    if (systems.length > 0) this.version = pulumi.all(versions).apply((all) => contentHash(all));
    this.registerOutputs({});
  }
}

/** The service's entry in Secrets Manager. The cache knows its users from the start, so their passwords come from it. */
function createCredentials(name: string, { context, service, systems }: AccountsArgs, parent: pulumi.Resource) {
  const own = ownAccountsOf(service);
  if (own.length === 0) return [];
  const passwords = own.map((system) => [
    passwordVariable(system),
    system === "cache" ? systems.cachePasswords[service.name]! : createPassword(`${name}-${system}-password`, parent),
  ]);
  return [
    createGeneratedSecret(
      `${name}-credentials`,
      {
        context,
        path: credentialsPath(service),
        description: `Passwords of the service ${service.name}: ${own.join(", ")}`,
        value: pulumi.jsonStringify(Object.fromEntries(passwords)),
        ...custodyOf(systems),
      },
      parent,
    ),
  ];
}

/** Version of one account's password: that of the entry in which it lies. */
function versionOf(system: AccountSystem, { service, systems }: AccountsArgs, credentials: readonly Secret[]) {
  return system === "database" ? systems.databaseVersions[service.uses!.postgres!.role]! : credentials[0]!.version!;
}

type Version = pulumi.Input<string>;

function createRole(name: string, args: AccountsArgs, version: Version, opts: pulumi.CustomResourceOptions): void {
  const { endpoints, primaryHost, schemaOwners, provisioning } = args.systems;
  createJob(name, "database", args, opts, {
    version,
    image: "postgresql",
    script: "database-role.sh",
    administrator: provisioning.databaseAdministrator,
    environment: {
      PGHOST: primaryHost,
      PGPORT: String(endpoints.database.port),
      PGDATABASE: endpoints.database.name,
      PGSSLMODE: "require",
      ...databaseEnvironment(args.service, schemaOwners),
    },
  });
}

function createBrokerAccount(
  name: string,
  args: AccountsArgs,
  version: Version,
  opts: pulumi.CustomResourceOptions,
): void {
  const { endpoints, provisioning } = args.systems;
  createJob(name, "broker", args, opts, {
    version,
    image: "curl",
    script: "http-requests.sh",
    administrator: provisioning.brokerAdministrator,
    environment: {
      SERVICE_URL: pulumi.interpolate`https://${endpoints.broker.host}`,
      READY_PATH: brokerReadyPath,
      REQUESTS: requestLines(accountRequests(args.service)),
    },
  });
}

interface AccountJob {
  /** Version of the password. */
  version: Version;
  image: "postgresql" | "curl";
  script: Script;
  /** Secret with the administrator's name and password. */
  administrator: string;
  environment: Record<string, pulumi.Input<string>>;
}

/**
 * A job in the provisioning namespace. Its name carries a hash of all that is known about it while planning, the text of
 * its script too: when something changes a new job runs, and Pulumi deletes the old one. A new password is another
 * Secret to mount: the same name then runs again, and reads no other than the new one.
 */
function createJob(
  name: string,
  system: "database" | "broker",
  { context, service, systems }: AccountsArgs,
  opts: pulumi.CustomResourceOptions,
  job: AccountJob,
): void {
  const secret = accountSecret(
    service,
    system,
    provisioningNamespace,
    context,
    job.version,
    accountSecretOfVersion(service, system, job.version),
  );
  const password = new kubernetes.apiextensions.CustomResource(`${name}-${system}-secret`, secret, opts);
  const known = Object.fromEntries(Object.entries(job.environment).filter(([, value]) => typeof value === "string"));
  const template = accountTemplate(system, job, secret.spec.target.name, systems.provisioning.scripts, context);
  new kubernetes.batch.v1.Job(
    `${name}-${system}`,
    {
      metadata: {
        name: `${service.name}-${system}-${contentHash(readScript(job.script), known)}`,
        namespace: provisioningNamespace,
        labels: labelsOf(service),
      },
      spec: jobSpec(template) as kubernetes.types.input.batch.v1.JobSpec,
    },
    { ...opts, dependsOn: [password, ...systems.provisioning.ready] },
  );
}

/** Label by which network policies let a job reach the system that it is about, and nothing else. */
export function provisioningLabels(system: "database" | "broker" | "schema-registry") {
  return { "trading-platform/provisioning": system };
}

function accountTemplate(
  system: "database" | "broker",
  job: AccountJob,
  account: pulumi.Input<string>,
  scripts: string,
  context: WorkloadContext,
) {
  const secrets = "/secrets";
  return stepsTemplate({
    scripts,
    labels: { "app.kubernetes.io/part-of": "trading-platform", ...provisioningLabels(system) },
    priorityClassName: priorityClasses.workload,
    volumes: [
      { name: "administrator", secret: { secretName: job.administrator } },
      { name: "account", secret: { secretName: account } },
    ],
    steps: [
      {
        name: system,
        image: pinnedImage(job.image, context.imageMirror),
        script: job.script,
        // Outputs pass through: Kubernetes' resources take them, Helm values would not.
        environment: {
          ADMINISTRATOR_DIRECTORY: `${secrets}/administrator`,
          PASSWORD_FILE: `${secrets}/account/password`,
          ...job.environment,
        } as Step["environment"],
        mounts: { administrator: `${secrets}/administrator`, account: `${secrets}/account` },
      },
    ],
  });
}

/** A KafkaUser, and its password where the user operator looks for it. */
function createKafkaUser(name: string, args: AccountsArgs, version: Version, opts: pulumi.CustomResourceOptions): void {
  const { context, service } = args;
  const password = new kubernetes.apiextensions.CustomResource(
    `${name}-kafka-secret`,
    accountSecret(service, "kafka", kafkaNamespace, context, version),
    opts,
  );
  new kubernetes.apiextensions.CustomResource(`${name}-kafka-user`, kafkaUser(service), {
    ...opts,
    dependsOn: password,
  });
}

/** A user and a role in Elasticsearch, made by a job beside Elasticsearch, whose own credentials never leave there. */
function createSearchAccount(
  name: string,
  args: AccountsArgs,
  version: Version,
  opts: pulumi.CustomResourceOptions,
): void {
  const { context, service } = args;
  const secret = searchSecret(service, context, version);
  const requests = new kubernetes.apiextensions.CustomResource(`${name}-search-secret`, secret, opts);
  const template = stepsTemplate({
    scripts: elasticScriptsConfigMap,
    labels: elasticSetupLabels,
    priorityClassName: priorityClasses.workload,
    volumes: [
      { name: "requests", secret: { secretName: secret.spec.target.name } },
      { name: "administrator", secret: { secretName: elasticAdministratorSecret } },
      { name: "authority", secret: { secretName: elasticTlsSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
    steps: [
      {
        name: "search",
        image: pinnedImage("elasticsearch", context.imageMirror),
        script: "elastic-setup.sh",
        environment: {
          ELASTICSEARCH_URL: elasticsearchUrl,
          ELASTICSEARCH_CA: "/secrets/authority/ca.crt",
          KIBANA_URL: "",
          KIBANA_CA: "",
          PASSWORD_FILE: "/secrets/administrator/elastic",
          REQUEST_DIRECTORY: "/secrets/requests",
        },
        mounts: {
          requests: "/secrets/requests",
          administrator: "/secrets/administrator",
          authority: "/secrets/authority",
        },
      },
    ],
  });
  new kubernetes.batch.v1.Job(
    `${name}-search`,
    {
      metadata: {
        name: `${service.name}-search-${contentHash(secret.spec.target.template, elasticScriptsConfigMap)}`,
        namespace: elasticNamespace,
        labels: labelsOf(service),
      },
      spec: jobSpec(template) as kubernetes.types.input.batch.v1.JobSpec,
    },
    { ...opts, dependsOn: requests },
  );
}
