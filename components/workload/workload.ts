import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Exchange, SecretRef, Service } from "../../catalog/types.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { type AccountSystems, Accounts } from "./accountResources.ts";
import { analysisTemplates } from "./analysis.ts";
import { autoscaler, disruptionBudget } from "./autoscaling.ts";
import { configuration, configurationFileData } from "./configuration.ts";
import {
  configurationName,
  type Endpoints,
  filesName,
  metadataOf,
  tradingNamespace,
  type WorkloadContext,
} from "./context.ts";
import { identityStatements } from "./identity.ts";
import type { Neighbours } from "./neighbours.ts";
import { networkPolicy, outsidePolicy } from "./networkPolicies.ts";
import { rollout } from "./rollout.ts";
import { isPublic, type PublicService, route, routeFieldsOfArgo, routePolicies } from "./routes.ts";
import { serviceSecret } from "./secrets.ts";
import { serviceAccount, serviceMonitor, services } from "./services.ts";

/** What one service is made of. */
export interface WorkloadArgs {
  /** Where it runs, and what the environment decides about all services. */
  context: WorkloadContext;
  /** The catalogued service, with this environment's overrides. */
  service: Service;
  /**
   * Image reference with tag or digest.
   * @default none: the service is not released here yet; everything is made ready for it, but nothing runs
   */
  image?: string;
  /** Where the shared systems answer. */
  endpoints: Endpoints;
  /** Ports and callers of all services. */
  neighbours: Neighbours;
  exchanges: ReadonlyMap<string, Exchange>;
  secrets: ReadonlyMap<string, SecretRef>;
  /** How accounts in the shared systems are made. */
  accounts: AccountSystems;
  /** Key that encrypts the shared buckets. */
  dataKeyArn: pulumi.Input<string>;
  /** Secret in the services' namespace with the authority of the cluster's own certificates, as `ca.crt`. */
  trustSecret: string;
  /** Services that must be there before this one starts. */
  startsAfter?: readonly pulumi.Resource[];
  /** Last word on the Rollout. */
  transform?: { rollout?: (manifest: ReturnType<typeof rollout>) => ReturnType<typeof rollout> };
}

/** One catalogued service, with all that it needs and nothing that it does not declare. */
export class Workload extends pulumi.ComponentResource {
  /** The object that is made last: everything else of the service is there when it is. */
  readonly last: pulumi.Resource;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:workload:Workload", name, { service: args.service, image: args.image ?? null }, opts);
    const { service, context } = args;
    const child = { parent: this };

    const accounts = new Accounts(`${name}-accounts`, { context, service, systems: args.accounts }, child);
    const identity = createIdentity(name, args, child);
    const settings = createSettings(name, args, accounts.version, { parent: this, dependsOn: accounts });
    const policies = createNetworkPolicies(name, args, child);
    const fronts = services(service).map(
      (front) => new kubernetes.core.v1.Service(`${name}-${suffix(service, front.metadata.name)}`, front, child),
    );
    const monitor = createManifest(`${name}-monitor`, serviceMonitor(service), { parent: this, dependsOn: fronts });
    const routes = isPublic(service) ? createRoute(name, service, context, { parent: this, dependsOn: fronts }) : [];
    const before = [...identity, ...settings, ...policies, ...fronts, ...routes, ...(args.startsAfter ?? [])];
    this.last = args.image === undefined ? monitor : createRollout(name, args, args.image, this, [accounts, ...before]);
    this.registerOutputs({});
  }
}

/** The part of an object's name after the service's: `trading-system-canary` → `service-canary`. */
function suffix(service: Service, objectName: string): string {
  return objectName === service.name ? "service" : `service${objectName.slice(service.name.length)}`;
}

function createIdentity(name: string, args: WorkloadArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { service, context, dataKeyArn } = args;
  const { names, region, clusterName } = context;
  const account = new kubernetes.core.v1.ServiceAccount(`${name}-service-account`, serviceAccount(service), opts);
  const identity = new PodIdentity(
    `${name}-identity`,
    {
      clusterName,
      namespace: tradingNamespace,
      serviceAccount: service.name,
      statements: identityStatements(service, { names, region, dataKeyArn }),
    },
    opts,
  );
  return [account, identity];
}

/** ConfigMaps and the Secret that the pods read. */
function createSettings(
  name: string,
  args: WorkloadArgs,
  passwords: pulumi.Output<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { service, context, endpoints, neighbours, exchanges } = args;
  const data = configuration({ context, service, endpoints, exchanges, ports: neighbours.ports });
  const files = configurationFileData(service);
  const secret = serviceSecret(service, args.secrets, context, passwords);
  return [
    new kubernetes.core.v1.ConfigMap(
      `${name}-configuration`,
      { metadata: metadataOf(service, configurationName(service)), data },
      opts,
    ),
    ...(Object.keys(files).length > 0
      ? [
          new kubernetes.core.v1.ConfigMap(
            `${name}-files`,
            { metadata: metadataOf(service, filesName(service)), data: files },
            opts,
          ),
        ]
      : []),
    ...(secret === undefined ? [] : [createManifest(`${name}-secrets`, secret, opts)]),
  ];
}

function createNetworkPolicies(name: string, args: WorkloadArgs, opts: pulumi.CustomResourceOptions) {
  const outside = outsidePolicy(args);
  return [
    new kubernetes.networking.v1.NetworkPolicy(`${name}-flows`, networkPolicy(args), opts),
    ...(outside === undefined ? [] : [createManifest(`${name}-outside`, outside, opts)]),
  ];
}

function createRoute(
  name: string,
  service: PublicService,
  context: WorkloadContext,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const attached = createManifest(`${name}-route`, route(service, context), {
    ...opts,
    // Argo Rollouts moves the weights while a release is on its way; setting them back would end it by force.
    ignoreChanges: routeFieldsOfArgo,
  });
  const policies = routePolicies(service).map((policy) =>
    createManifest(`${name}-${kebab(policy.kind)}`, policy, { ...opts, dependsOn: attached }),
  );
  return [attached, ...policies];
}

/** The Rollout with what it is judged and scaled by. */
function createRollout(
  name: string,
  args: WorkloadArgs,
  image: string,
  parent: pulumi.Resource,
  before: pulumi.Resource[],
): pulumi.Resource {
  const { service, context, trustSecret } = args;
  const templates = analysisTemplates(service, context.settings).map((template) =>
    createManifest(`${name}-analysis-${template.metadata.name.slice(service.name.length + 1)}`, template, { parent }),
  );
  const manifest = rollout({ context, service, image, ports: args.neighbours.ports, trustSecret });
  const created = createManifest(`${name}-rollout`, args.transform?.rollout?.(manifest) ?? manifest, {
    parent,
    dependsOn: [...before, ...templates],
  });
  const after = { parent, dependsOn: created };
  if (service.autoscaling !== undefined) {
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, autoscaler(service), after);
  }
  const budget = disruptionBudget(service);
  if (budget !== undefined) new kubernetes.policy.v1.PodDisruptionBudget(`${name}-budget`, budget, after);
  return created;
}

/** Registers an object of a kind that the SDK has no class for. */
function createManifest(
  name: string,
  manifest: { apiVersion: string; kind: string; metadata: object; spec?: object },
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return new kubernetes.apiextensions.CustomResource(name, manifest, opts);
}

/** `RateLimitPolicy` → `rate-limit-policy`. */
function kebab(kind: string): string {
  return kind.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
