/**
 * Physical names that others must know before the resource exists (a policy, a Helm value, a runbook).
 * All else is named by Pulumi, so that a replacement can be made before the old one goes.
 */

/** What physical names are made of. */
export interface NameParts {
  /** Project name, for example `trading-platform`. */
  project: string;
  /** Environment name, for example `staging`. */
  environment: string;
  /** AWS account id; makes bucket names unique in the world. */
  accountId: string;
  /** AWS region code; keeps names of regional copies apart. */
  region: string;
}

/** A kind of name with the service's own limits. */
interface Limit {
  what: string;
  maximum: number;
  pattern: RegExp;
  allowed: string;
}

/** Limits of AWS and Kubernetes for the names that this module makes, from the services' API references. */
export const nameLimits = {
  bucket: {
    what: "S3 bucket",
    maximum: 63,
    pattern: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/,
    allowed: "lower-case letters, digits, hyphens",
  },
  keyAlias: { what: "KMS alias", maximum: 256, pattern: /^alias\/[a-zA-Z0-9/_-]+$/, allowed: "letters, digits, / _ -" },
  logGroup: {
    what: "CloudWatch log group",
    maximum: 512,
    pattern: /^[a-zA-Z0-9/_.#-]+$/,
    allowed: "letters, digits, / _ . # -",
  },
  cluster: {
    what: "EKS cluster",
    maximum: 100,
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/,
    allowed: "letters, digits, _ -",
  },
  secret: {
    what: "Secrets Manager secret",
    maximum: 512,
    pattern: /^[a-zA-Z0-9/_+=.@-]+$/,
    allowed: "letters, digits, / _ + = . @ -",
  },
  role: { what: "IAM role", maximum: 64, pattern: /^[a-zA-Z0-9_+=,.@-]+$/, allowed: "letters, digits, _ + = , . @ -" },
  repository: {
    what: "ECR repository",
    maximum: 256,
    pattern: /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
    allowed: "lower-case letters, digits, . _ / -",
  },
  database: {
    what: "RDS instance",
    maximum: 63,
    pattern: /^[a-z]([a-z0-9]|-(?!-))*[a-z0-9]$/,
    allowed: "lower-case letters, digits, single hyphens",
  },
  cache: {
    what: "ElastiCache replication group",
    maximum: 40,
    pattern: /^[a-z]([a-z0-9]|-(?!-))*[a-z0-9]$/,
    allowed: "lower-case letters, digits, single hyphens",
  },
  broker: { what: "Amazon MQ broker", maximum: 50, pattern: /^[a-zA-Z0-9_-]+$/, allowed: "letters, digits, _ -" },
  topic: { what: "SNS topic", maximum: 256, pattern: /^[a-zA-Z0-9_-]+$/, allowed: "letters, digits, _ -" },
  vault: { what: "AWS Backup vault", maximum: 50, pattern: /^[a-zA-Z0-9_-]{2,50}$/, allowed: "letters, digits, _ -" },
  release: {
    what: "Helm release",
    maximum: 53,
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    allowed: "lower-case letters, digits, hyphens",
  },
  parameter: {
    what: "SSM parameter",
    maximum: 1011,
    pattern: /^\/[a-zA-Z0-9/_.-]+$/,
    allowed: "letters, digits, / _ . -",
  },
  firewallLog: {
    what: "web firewall log group",
    maximum: 512,
    pattern: /^aws-waf-logs-[a-zA-Z0-9/_.#-]+$/,
    allowed: "aws-waf-logs- and letters, digits, / _ . # -",
  },
} as const satisfies Record<string, Limit>;

/** The kinds of names that have limits here. */
export type NameKind = keyof typeof nameLimits;

/** A name that AWS or Kubernetes would refuse. */
export class NameError extends Error {
  readonly __pulumiRunError = true;
}

/**
 * Returns the name when the service takes it.
 *
 * @throws NameError naming the service, the limit and the remedy
 */
export function checkName(kind: NameKind, name: string): string {
  const { what, maximum, pattern, allowed } = nameLimits[kind];
  if (name.length > maximum) {
    throw new NameError(
      `The name of the ${what} "${name}" has ${name.length} characters; at most ${maximum} are allowed. Shorten the environment's name (environment.name).`,
    );
  }
  if (!pattern.test(name))
    throw new NameError(`The name of the ${what} "${name}" is not allowed; it may hold ${allowed}.`);
  return name;
}

/** The physical names of one environment in one region. */
export interface Names {
  /** `<project>-<environment>`: the common beginning of names in the account. */
  readonly prefix: string;
  /** EKS cluster. */
  readonly cluster: string;
  /** S3 bucket: prefix, purpose, account and region, unique in the world; at most 63 characters. */
  bucket(purpose: string): string;
  /** KMS alias, with the leading `alias/`. */
  keyAlias(purpose: string): string;
  /** CloudWatch log group `/<project>/<environment>/<path>`. */
  logGroup(path: string): string;
  /** Secrets Manager secret `<project>/<environment>/<path>`. */
  secret(path: string): string;
  /** SSM parameter `/<project>/<environment>/<path>`. */
  parameter(path: string): string;
  /** IAM role, at most 64 characters. */
  role(purpose: string): string;
  /** ECR repository `<project>/<service>`: the same in each environment, for images are promoted, not rebuilt. */
  repository(service: string): string;
  /** ARN of a resource in this account and region, for example `arn("secretsmanager", "secret:name-*")`. */
  arn(service: string, resource: string): string;
  /** ARN of a bucket by its purpose. */
  bucketArn(purpose: string): string;
  /** Any other kind with limits: `<prefix>-<purpose>`. */
  of(kind: NameKind, purpose: string): string;
}

/** Computes the physical names of an environment; every name is checked against its service's limits when asked for. */
export function createNames({ project, environment, accountId, region }: NameParts): Names {
  const prefix = `${project}-${environment}`;
  const bucket = (purpose: string) => checkName("bucket", `${prefix}-${purpose}-${accountId}-${shortRegion(region)}`);
  return {
    prefix,
    cluster: checkName("cluster", prefix),
    bucket,
    keyAlias: (purpose) => checkName("keyAlias", `alias/${prefix}/${purpose}`),
    logGroup: (path) => checkName("logGroup", `/${project}/${environment}/${path}`),
    secret: (path) => checkName("secret", `${project}/${environment}/${path}`),
    parameter: (path) => checkName("parameter", `/${project}/${environment}/${path}`),
    role: (purpose) => checkName("role", `${prefix}-${purpose}`),
    repository: (service) => checkName("repository", `${project}/${service}`),
    arn: (service, resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`,
    bucketArn: (purpose) => `arn:aws:s3:::${bucket(purpose)}`,
    of: (kind, purpose) => checkName(kind, `${prefix}-${purpose}`),
  };
}

/** `us-east-1` → `use1`, `ap-southeast-2` → `apso2`…: keeps bucket names inside 63 characters. */
export function shortRegion(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  const compass = direction.replace(
    /^(north|south|east|west|central)(north|south|east|west)?$/,
    (_all, first: string, second?: string) => (second === undefined ? first[0]! : first[0]! + second[0]!),
  );
  return `${area}${compass}${number}`;
}
