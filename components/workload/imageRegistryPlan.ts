import type { Input } from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import type { WorkloadsSettings } from "../../stack/sections/workloads.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { ImageVersion } from "./image.ts";

/** What the account's registry of images is asked to be: part of the section `workloads`. */
export type ImageSettings = WorkloadsSettings["images"];

/** A public registry that ECR can keep a pull-through cache of. */
export type PublicRegistry = ImageSettings["pullThrough"][number];

/** Where ECR finds a public registry, and the login that it insists on. */
export const upstreams: Readonly<Record<PublicRegistry, { url: string; login?: string }>> = {
  "docker.io": { url: "registry-1.docker.io", login: "docker-hub" },
  "ghcr.io": { url: "ghcr.io", login: "github" },
  "quay.io": { url: "quay.io" },
  "registry.k8s.io": { url: "registry.k8s.io" },
  "public.ecr.aws": { url: "public.ecr.aws" },
};

/** Tags of a service that the stack file names: what runs, and what it can go back to. The order is not that of the two. */
export function tagsInUse(service: Pick<Service, "name" | "kind">, { services, tradingBot }: Running): string[] {
  if (service.kind === "bot") return [tradingBot.imageTag];
  const { image, previousImage } = services[service.name] ?? {};
  return [...new Set([image?.tag, previousImage?.tag].filter((tag) => tag !== undefined))].sort();
}

/** Which images run, from the stack file. */
export interface Running {
  services: Readonly<Record<string, { image?: ImageVersion; previousImage?: ImageVersion }>>;
  tradingBot: { imageTag: string };
}

/**
 * Ageing of one service's images: untagged ones by time, builds by number, and never one that runs. ECR lets no rule expire
 * what the tags of a rule before it choose; with two tags in one rule an image would have to bear both.
 */
export function lifecyclePolicy(
  { untaggedDays, keptBuilds }: Pick<ImageSettings, "untaggedDays" | "keptBuilds">,
  inUse: readonly string[],
) {
  return {
    rules: [
      ...inUse.map((tag, index) => ({
        rulePriority: index + 1,
        description: "runs, or can be gone back to: kept",
        selection: { tagStatus: "tagged", tagPatternList: [tag], countType: "imageCountMoreThan", countNumber: 1 },
        action: { type: "expire" },
      })),
      {
        rulePriority: 10,
        description: "untagged images",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: untaggedDays,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 11,
        description: "builds beyond the newest",
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["*"],
          countType: "imageCountMoreThan",
          countNumber: keptBuilds,
        },
        action: { type: "expire" },
      },
    ],
  };
}

/** Ageing of cached public images: what nobody has pulled anew for three months can be fetched again. */
export const cacheLifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      description: "cached images",
      selection: { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 90 },
      action: { type: "expire" },
    },
  ],
};

/** What whoever pulls from the caches must be allowed: the first pull of an image makes its repository. */
export function pullThroughStatements(
  registries: readonly string[],
  { accountId, region }: { accountId: string; region: string },
): PolicyStatement[] {
  if (registries.length === 0) return [];
  return [
    {
      Sid: "FillImageCaches",
      Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      Resource: cacheArns(registries, { accountId, region }),
    },
  ];
}

/** What ECR itself must be allowed to make a cache's repositories under a customer key (its user guide, creation templates). */
export function cacheTemplateStatements(
  registries: readonly string[],
  { accountId, region, keyArn }: { accountId: string; region: string; keyArn: Input<string> },
): PolicyStatement[] {
  return [
    {
      Sid: "MakeRepositories",
      Action: ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
      Resource: cacheArns(registries, { accountId, region }),
    },
    {
      Sid: "UnderTheKey",
      Action: ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
      Resource: keyArn,
    },
  ];
}

function cacheArns(registries: readonly string[], { accountId, region }: { accountId: string; region: string }) {
  return registries.map((registry) => `arn:aws:ecr:${region}:${accountId}:repository/${registry}/*`);
}
