import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import type { Names } from "../../stack/naming.ts";
import { policyDocument } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import {
  cacheLifecyclePolicy,
  cacheTemplateStatements,
  type ImageSettings,
  lifecyclePolicy,
  type PublicRegistry,
  type Running,
  tagsInUse,
  upstreams,
} from "./imageRegistryPlan.ts";

/** What the registry of images needs to be told. */
export interface ImageRegistryArgs {
  /** Part `images` of the section `workloads`: ageing, scans, copies, caches. */
  images: ImageSettings;
  names: Names;
  accountId: string;
  region: string;
  /** Region that receives the copies. */
  recoveryRegion: string;
  /** Customer keys: `data` for the images. */
  keys: Pick<Keys, "arns">;
  /** All catalogued services, those that this environment leaves out included: their images are promoted from here. */
  services: readonly Pick<Service, "name" | "kind">[];
  /** Sections `services` and `tradingBot` of the stack file: which images run. */
  running: Running;
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
    const { images: settings, accountId, region } = args;
    super("trading-platform:workload:ImageRegistry", name, { settings }, opts);
    const child = { parent: this };

    this.repositoryArns = Object.fromEntries(
      args.services.map((service) => [service.name, createRepository(name, service, args, this).arn]),
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
  service: Pick<Service, "name" | "kind">,
  { names, keys, images, running, protect }: ImageRegistryArgs,
  parent: pulumi.Resource,
): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    `${name}-${service.name}`,
    {
      name: names.repository(service.name),
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.data }],
      forceDelete: !protect,
    },
    { parent, protect },
  );
  new aws.ecr.LifecyclePolicy(
    `${name}-${service.name}-ageing`,
    { repository: repository.name, policy: JSON.stringify(lifecyclePolicy(images, tagsInUse(service, running))) },
    { parent },
  );
  return repository;
}

/** What the names of all repositories begin with: the project and a slash. */
function prefixOf(names: Names): string {
  return names.repository("any").slice(0, -"any".length);
}

function createScanning(
  name: string,
  { images: settings, names }: ImageRegistryArgs,
  opts: pulumi.CustomResourceOptions,
) {
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
  const role = createTemplateRole(name, args, opts);
  for (const registry of args.images.pullThrough) createCache(name, registry, args, role, opts);
}

/** The role by which ECR makes the caches' repositories: without one it can neither use a customer key nor tag. */
function createTemplateRole(
  name: string,
  { images: settings, accountId, region, keys }: ImageRegistryArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const role = new aws.iam.Role(
    `${name}-cache-role`,
    {
      description: "ECR makes the repositories of the pull-through caches",
      // ECR's user guide asks for this trust as it is; it names no source account when it takes the role on.
      assumeRolePolicy: policyDocument([{ Principal: { Service: "ecr.amazonaws.com" }, Action: "sts:AssumeRole" }]),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-cache-role-policy`,
    {
      role: role.name,
      policy: policyDocument(
        cacheTemplateStatements(settings.pullThrough, { accountId, region, keyArn: keys.arns.data }),
      ),
    },
    opts,
  );
  return { arn: role.arn, policy };
}

function createCache(
  name: string,
  registry: PublicRegistry,
  { keys, protect }: ImageRegistryArgs,
  role: ReturnType<typeof createTemplateRole>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { url, login } = upstreams[registry];
  const logical = `${name}-cache-${registry.replaceAll(".", "-")}`;
  const template = new aws.ecr.RepositoryCreationTemplate(
    `${logical}-template`,
    {
      prefix: registry,
      description: `Cached images of ${registry}`,
      appliedFors: ["PULL_THROUGH_CACHE"],
      customRoleArn: role.arn,
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.data }],
      lifecyclePolicy: JSON.stringify(cacheLifecyclePolicy),
    },
    { ...opts, dependsOn: role.policy },
  );
  const entry = login === undefined ? undefined : createLogin(logical, login, registry, { ...opts, protect });
  new aws.ecr.PullThroughCacheRule(
    logical,
    { ecrRepositoryPrefix: registry, upstreamRegistryUrl: url, credentialArn: entry?.arn },
    // A pull between rule and template would make a repository that no template knows. ECR reads the login when the
    // rule is made.
    { ...opts, dependsOn: [template, ...(entry === undefined ? [] : [entry.firstValue])] },
  );
}

/**
 * An entry for a login: ECR demands this beginning of the name and Secrets Manager's own key. It refuses a rule whose
 * entry has no value, so that the entry begins with the login of nobody; a person puts the real one there, which no
 * update touches or sees.
 */
function createLogin(
  name: string,
  login: string,
  registry: PublicRegistry,
  opts: pulumi.CustomResourceOptions,
): { arn: pulumi.Output<string>; firstValue: pulumi.Resource } {
  const entry = new aws.secretsmanager.Secret(
    `${name}-login`,
    {
      name: `ecr-pullthroughcache/${login}`,
      description: `Login for ${registry}: username and accessToken, put here by a person`,
      tags: { Rotation: "external" },
    },
    opts,
  );
  const firstValue = new aws.secretsmanager.SecretVersion(
    `${name}-login-first`,
    { secretId: entry.arn, secretString: pulumi.secret(JSON.stringify({ username: "nobody", accessToken: "none" })) },
    { parent: opts.parent, ignoreChanges: ["secretString", "versionStages"], retainOnDelete: true },
  );
  return { arn: entry.arn, firstValue };
}
