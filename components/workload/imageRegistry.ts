import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import type { Names } from "../../stack/naming.ts";
import { policyDocument } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import {
  cacheLifecyclePolicy,
  type ImageSettings,
  lifecyclePolicy,
  type PublicRegistry,
  pullThroughStatements,
  upstreams,
} from "./imageRegistryPlan.ts";

/** What the registry of images needs to be told. */
export interface ImageRegistryArgs {
  /** Part `images` of the section `workloads`: ageing, scans, copies, caches. */
  settings: ImageSettings;
  names: Names;
  accountId: string;
  region: string;
  /** Region that receives the copies. */
  recoveryRegion: string;
  /** Customer keys: `data` for the images. */
  keys: Pick<Keys, "arns">;
  /** All catalogued services, those that this environment leaves out included: their images are promoted from here. */
  services: readonly Pick<Service, "name">[];
  /** Refuse the deletion of repositories. */
  protect: boolean;
}

/**
 * The account's registry: one repository for each catalogued service, with tags that cannot be moved and a scan of every
 * push; caches of public registries; copies in the recovery region.
 *
 * Cost: 0.10 USD for each GB and month, in each region.
 */
export class ImageRegistry extends pulumi.ComponentResource {
  /** Address of the registry, without scheme. */
  readonly address: string;
  /** ARN of each service's repository, by service. */
  readonly repositoryArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ImageRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, accountId, region } = args;
    super("trading-platform:workload:ImageRegistry", name, { settings }, opts);
    const child = { parent: this };

    this.repositoryArns = Object.fromEntries(
      args.services.map((service) => [service.name, createRepository(name, service.name, args, this).arn]),
    );
    createScanning(name, args, child);
    if (settings.replicate) createReplication(name, args, child);
    if (settings.pullThrough.length > 0) createCaches(name, args, child);

    this.address = `${accountId}.dkr.ecr.${region}.amazonaws.com`;
    this.registerOutputs({ address: this.address });
  }
}

function createRepository(
  name: string,
  service: string,
  { names, keys, settings, protect }: ImageRegistryArgs,
  parent: pulumi.Resource,
): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    `${name}-${service}`,
    {
      name: names.repository(service),
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.data }],
      forceDelete: !protect,
    },
    { parent, protect },
  );
  new aws.ecr.LifecyclePolicy(
    `${name}-${service}-ageing`,
    { repository: repository.name, policy: JSON.stringify(lifecyclePolicy(settings)) },
    { parent },
  );
  return repository;
}

/** What the names of all repositories begin with: the project and a slash. */
function prefixOf(names: Names): string {
  return names.repository("any").slice(0, -"any".length);
}

function createScanning(name: string, { settings, names }: ImageRegistryArgs, opts: pulumi.CustomResourceOptions) {
  new aws.ecr.RegistryScanningConfiguration(
    `${name}-scanning`,
    {
      scanType: settings.continuousScan ? "ENHANCED" : "BASIC",
      rules: [
        {
          scanFrequency: settings.continuousScan ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH",
          repositoryFilters: [{ filter: `${prefixOf(names)}*`, filterType: "WILDCARD" }],
        },
      ],
    },
    opts,
  );
}

function createReplication(name: string, args: ImageRegistryArgs, opts: pulumi.CustomResourceOptions) {
  new aws.ecr.ReplicationConfiguration(
    `${name}-replication`,
    {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: args.recoveryRegion, registryId: args.accountId }],
            repositoryFilters: [{ filter: prefixOf(args.names), filterType: "PREFIX_MATCH" }],
          },
        ],
      },
    },
    opts,
  );
}

/** Pull-through caches; each keeps a public registry's images under the registry's own name. */
function createCaches(name: string, args: ImageRegistryArgs, opts: pulumi.CustomResourceOptions): void {
  const { settings, accountId, region } = args;
  new aws.ecr.RegistryPolicy(
    `${name}-cache-policy`,
    { policy: policyDocument(pullThroughStatements(settings.pullThrough, { accountId, region })) },
    opts,
  );
  for (const registry of settings.pullThrough) createCache(name, registry, args, opts);
}

function createCache(
  name: string,
  registry: PublicRegistry,
  { keys, protect }: ImageRegistryArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const { url, login } = upstreams[registry];
  const logical = `${name}-cache-${registry.replaceAll(".", "-")}`;
  new aws.ecr.RepositoryCreationTemplate(
    `${logical}-template`,
    {
      prefix: registry,
      description: `Cached images of ${registry}`,
      appliedFors: ["PULL_THROUGH_CACHE"],
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.data }],
      lifecyclePolicy: JSON.stringify(cacheLifecyclePolicy),
    },
    opts,
  );
  new aws.ecr.PullThroughCacheRule(
    logical,
    {
      ecrRepositoryPrefix: registry,
      upstreamRegistryUrl: url,
      credentialArn: login === undefined ? undefined : createLogin(logical, login, registry, { ...opts, protect }).arn,
    },
    opts,
  );
}

/** An empty entry for a login: ECR demands this beginning of the name and Secrets Manager's own key. */
function createLogin(
  name: string,
  login: string,
  registry: PublicRegistry,
  opts: pulumi.CustomResourceOptions,
): aws.secretsmanager.Secret {
  return new aws.secretsmanager.Secret(
    `${name}-login`,
    {
      name: `ecr-pullthroughcache/${login}`,
      description: `Login for ${registry}: username and accessToken, put here by a person`,
      tags: { Rotation: "external" },
    },
    opts,
  );
}
