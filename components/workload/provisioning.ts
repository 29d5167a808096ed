import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { avroRecord } from "../../catalog/schemas.ts";
import type { EventSchema, Queue, Topic } from "../../catalog/types.ts";
import { brokerAdministratorPath } from "../data/messageBroker.ts";
import { issuerReference } from "../platform/certManager.ts";
import { priorityClasses, readiness } from "../platform/context.ts";
import { pinnedImage } from "../platform/imageMirror.ts";
import { contentHash, jobSpec, type Step, stepsTemplate } from "../platform/jobs.ts";
import {
  kafkaNamespace,
  type SchemaRegistryUser,
  schemaRegistryPort,
  schemaRegistrySecretPath,
  schemaRegistryUrl,
} from "../platform/kafkaNames.ts";
import { allowFlows, type Flow } from "../platform/networkPolicies.ts";
import { externalSecret, insideCertificate } from "../platform/secretManifests.ts";
import { type Provisioning, provisioningLabels } from "./accountResources.ts";
import { brokerReadyPath, type HttpRequest, queueRequests, requestLines } from "./broker.ts";
import { type Endpoints, provisioningNamespace, tradingNamespace, type WorkloadContext } from "./context.ts";
import { readScript, type Script, scriptNames } from "./scripts.ts";

/** What the jobs of all services share. */
export interface ProvisioningRoomArgs {
  context: WorkloadContext;
  endpoints: Endpoints;
  /** ARN of the secret with the database administrator's credentials, made and rotated by RDS. */
  databaseAdministratorArn: pulumi.Input<string>;
  /** Queues that services share. */
  queues: readonly Queue[];
  /** Topics that services share, whose schemas go to the registry. */
  topics: readonly Topic[];
  schemas: readonly EventSchema[];
}

/**
 * Where accounts are made: scripts, administrators' credentials and the flows of the jobs, in a namespace that no service
 * runs in; and the queues and schemas that services share.
 */
export class ProvisioningRoom extends pulumi.ComponentResource {
  /** What the jobs of each service find here. */
  readonly provisioning: Provisioning;
  /** Secret in the services' namespace with the authority of the cluster's own certificates, as `ca.crt`. */
  readonly trustSecret: string;

  constructor(name: string, args: ProvisioningRoomArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:workload:ProvisioningRoom", name, { queues: args.queues.map((queue) => queue.name) }, opts);
    const child = { parent: this };

    const ready = [
      ...createTrust(name, args.context, child),
      createScripts(name, child),
      createDatabaseAdministrator(name, args, child),
      createBrokerAdministrator(name, args, child),
      createRegistryAdministrator(name, args, child),
      ...createFlows(name, args, child),
    ];
    const after = { parent: this, dependsOn: ready };
    createQueues(name, args, after);
    createSchemas(name, args, after);
    this.provisioning = { scripts: scriptsName, databaseAdministrator, brokerAdministrator, ready };
    this.trustSecret = trustSecret;
    this.registerOutputs({ trustSecret: this.trustSecret });
  }
}

const scriptsName = "provisioning-scripts";
const databaseAdministrator = "database-administrator";
const brokerAdministrator = "broker-administrator";
const registryAdministrator = "registry-administrator";

/** User of the schema registry that registers schemas. */
const registryUser = "operations" satisfies SchemaRegistryUser;
const trustSecret = "platform-trust";
const provisioningTrust = "provisioning-trust";

function createScripts(name: string, opts: pulumi.CustomResourceOptions) {
  const data = Object.fromEntries(scriptNames.map((script) => [script, readScript(script)]));
  const metadata = { name: scriptsName, namespace: provisioningNamespace };
  return new kubernetes.core.v1.ConfigMap(`${name}-scripts`, { metadata, data }, opts);
}

/** RDS chooses the secret's name, so it is known by ARN, and only once the database exists. */
function createDatabaseAdministrator(
  name: string,
  { context, databaseAdministratorArn }: ProvisioningRoomArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const manifest = externalSecret(context, {
    name: databaseAdministrator,
    namespace: provisioningNamespace,
    data: {},
  });
  const properties = ["username", "password"];
  return new kubernetes.apiextensions.CustomResource(
    `${name}-database-administrator`,
    {
      ...manifest,
      spec: {
        ...manifest.spec,
        // RDS rotates it weekly: a job that runs an hour later must find the new one.
        refreshInterval: "10m",
        data: properties.map((property) => ({
          secretKey: property,
          remoteRef: { key: databaseAdministratorArn, property },
        })),
      },
    },
    opts,
  );
}

function createBrokerAdministrator(
  name: string,
  { context }: ProvisioningRoomArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const source = (property: string) => ({ path: brokerAdministratorPath, property });
  const manifest = externalSecret(context, {
    name: brokerAdministrator,
    namespace: provisioningNamespace,
    data: { username: source("username"), password: source("password") },
  });
  return new kubernetes.apiextensions.CustomResource(`${name}-broker-administrator`, manifest, opts);
}

function createRegistryAdministrator(
  name: string,
  { context }: ProvisioningRoomArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const manifest = externalSecret(context, {
    name: registryAdministrator,
    namespace: provisioningNamespace,
    data: { password: { path: schemaRegistrySecretPath, property: registryUser } },
    template: { data: { username: registryUser, password: "{{ .password }}" } },
  });
  return new kubernetes.apiextensions.CustomResource(`${name}-registry-administrator`, manifest, opts);
}

/** Each kind of job reaches the system that it is about, and nothing else. */
function provisioningFlows({ context, endpoints }: Pick<ProvisioningRoomArgs, "context" | "endpoints">) {
  const inDataSubnets = (port: number): Flow => ({
    peers: context.dataCidrs.map((cidr) => ({ cidr })),
    ports: [port],
  });
  const registry: Flow = { peers: [{ namespace: kafkaNamespace }], ports: [schemaRegistryPort] };
  const systems = {
    database: inDataSubnets(endpoints.database.port),
    broker: inDataSubnets(443),
    "schema-registry": registry,
  };
  return Object.entries(systems).map(([system, flow]) =>
    allowFlows(`provisioning-${system}`, {
      namespace: provisioningNamespace,
      pods: provisioningLabels(system as keyof typeof systems),
      egress: [flow],
    }),
  );
}

function createFlows(name: string, args: ProvisioningRoomArgs, opts: pulumi.CustomResourceOptions) {
  return provisioningFlows(args).map(
    (policy) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-flows-${policy.metadata.name.slice("provisioning-".length)}`,
        policy,
        opts,
      ),
  );
}

/** One job declares all queues; it runs again when one of them changes. */
function createQueues(name: string, args: ProvisioningRoomArgs, opts: pulumi.CustomResourceOptions): void {
  const { context, endpoints, queues } = args;
  createRequestJob(`${name}-queues`, context, opts, {
    name: "queues",
    system: "broker",
    administrator: brokerAdministrator,
    requests: requestLines(queues.flatMap(queueRequests)),
    environment: {
      SERVICE_URL: pulumi.interpolate`https://${endpoints.broker.host}`,
      READY_PATH: brokerReadyPath,
    },
  });
}

/** One job registers the schemas of all topics' values; the registry refuses one that old readers could not read. */
function createSchemas(name: string, args: ProvisioningRoomArgs, opts: pulumi.CustomResourceOptions): void {
  createRequestJob(`${name}-schemas`, args.context, opts, {
    name: "schemas",
    system: "schema-registry",
    administrator: registryAdministrator,
    requests: requestLines(registryRequests(args.topics, args.schemas)),
    environment: { SERVICE_URL: schemaRegistryUrl, READY_PATH: "/subjects", AUTHORITY: "/secrets/authority/ca.crt" },
    authority: provisioningTrust,
  });
}

const requestsScript = "http-requests.sh" satisfies Script;

interface RequestJob {
  name: string;
  system: "broker" | "schema-registry";
  administrator: string;
  requests: string;
  environment: Record<string, pulumi.Input<string>>;
  /** Secret with the authority of the system's certificate, as `ca.crt`. */
  authority?: string;
}

function createRequestJob(
  name: string,
  context: WorkloadContext,
  opts: pulumi.CustomResourceOptions,
  job: RequestJob,
): void {
  const template = stepsTemplate({
    scripts: scriptsName,
    labels: { "app.kubernetes.io/part-of": "trading-platform", ...provisioningLabels(job.system) },
    priorityClassName: priorityClasses.workload,
    volumes: [
      { name: "administrator", secret: { secretName: job.administrator } },
      ...(job.authority === undefined
        ? []
        : [{ name: "authority", secret: { secretName: job.authority, items: [{ key: "ca.crt", path: "ca.crt" }] } }]),
    ],
    steps: [
      {
        name: job.name,
        image: pinnedImage("curl", context.imageMirror),
        script: requestsScript,
        environment: {
          ADMINISTRATOR_DIRECTORY: "/secrets/administrator",
          REQUESTS: job.requests,
          ...job.environment,
        } as Step["environment"],
        mounts: {
          administrator: "/secrets/administrator",
          ...(job.authority !== undefined && { authority: "/secrets/authority" }),
        },
      },
    ],
  });
  new kubernetes.batch.v1.Job(
    name,
    {
      metadata: {
        name: `${job.name}-${contentHash(readScript(requestsScript), job.requests)}`,
        namespace: provisioningNamespace,
      },
      spec: jobSpec(template) as kubernetes.types.input.batch.v1.JobSpec,
    },
    opts,
  );
}

/**
 * The authority of the cluster's own certificates, where the services can read it: cert-manager puts it beside every
 * certificate that it signs, so a certificate that nobody serves brings it here and keeps it up to date.
 */
function createTrust(name: string, context: WorkloadContext, opts: pulumi.CustomResourceOptions) {
  const homes = { [trustSecret]: tradingNamespace, [provisioningTrust]: provisioningNamespace };
  return Object.entries(homes).map(([secret, namespace]) => {
    const certificate = insideCertificate(issuerReference("internal"), {
      name: secret,
      namespace,
      dnsNames: [`${secret}.${namespace}.svc`],
    });
    const annotations = readiness(context, "condition=Ready");
    return new kubernetes.apiextensions.CustomResource(
      `${name}-${secret}`,
      { ...certificate, metadata: { ...certificate.metadata, annotations } },
      opts,
    );
  });
}

/** The requests that register the schema of each topic's values; one that is registered already stays as it is. */
export function registryRequests(topics: readonly Topic[], schemas: readonly EventSchema[]): HttpRequest[] {
  const byName = new Map(schemas.map((schema) => [schema.name, schema]));
  return topics.map((topic) => ({
    method: "POST",
    path: `/subjects/${topic.name}-value/versions`,
    body: { schemaType: "AVRO", schema: JSON.stringify(avroRecord(byName.get(topic.schema)!)) },
  }));
}
