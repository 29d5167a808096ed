import type { WorkloadsSettings } from "../../stack/sections/workloads.ts";
import type { PolicyStatement } from "../policyDocument.ts";

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

/** Ageing of one service's images: untagged ones by time, builds by number. */
export function lifecyclePolicy({ untaggedDays, keptBuilds }: Pick<ImageSettings, "untaggedDays" | "keptBuilds">) {
  return {
    rules: [
      {
        rulePriority: 1,
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
        rulePriority: 2,
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

/** Lets everybody in the account who may pull at all fill the caches; the first pull of an image creates its repository. */
export function pullThroughStatements(
  registries: readonly PublicRegistry[],
  { accountId, region }: { accountId: string; region: string },
): PolicyStatement[] {
  return [
    {
      Sid: "FillCaches",
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      Resource: registries.map((registry) => `arn:aws:ecr:${region}:${accountId}:repository/${registry}/*`),
    },
  ];
}
