import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a secret needs to be told. */
export interface SecretArgs {
  /** Physical name, from `names.secret(path)`: External Secrets and policies know it in advance. */
  secretName: string;
  /** Key for secrets. */
  keyArn: pulumi.Input<string>;
  /** What it is and who needs it, for the console. */
  description: string;
  /**
   * The value, text or JSON text; always kept as a Pulumi secret.
   * @default none: the secret is an empty container, whose value a person or a rotation puts there
   */
  value?: pulumi.Input<string>;
  /**
   * Days in which a deleted secret can be brought back, 7 to 30, or 0: gone at once and its name free again.
   */
  recoveryWindowDays: number;
  /** Copy in another region under that region's key. @default none */
  replica?: { region: string; keyArn: pulumi.Input<string> };
  /**
   * Regular rotation by a Lambda function.
   * @default none: a value that this program makes changes with its random resource, any other at its issuer
   */
  rotation?: { functionArn: pulumi.Input<string>; everyDays: number };
  /** Refuse the deletion. Worth it for values that cannot be made again. @default false */
  protect?: boolean;
  /** Last word on the secret itself. */
  transform?: { secret?: (args: aws.secretsmanager.SecretArgs) => aws.secretsmanager.SecretArgs };
}

/**
 * One secret in Secrets Manager under the customer key. The cluster reads it through External Secrets by its name.
 *
 * Cost: 0.40 USD a month, and as much for a replica.
 */
export class Secret extends pulumi.ComponentResource {
  /** Physical name, known while planning. */
  readonly secretName: string;
  readonly arn: pulumi.Output<string>;
  /** Version of the value, another one with each new value; absent where this program does not make the value. */
  readonly version: pulumi.Output<string> | undefined;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    // The value stays out of the bag: arguments of components are stored in state as they are.
    super(
      "trading-platform:security:Secret",
      name,
      { secretName: args.secretName, description: args.description, rotated: args.rotation !== undefined },
      opts,
    );

    const secret = createSecret(name, args, { parent: this, protect: args.protect ?? false });
    if (args.value !== undefined) {
      const { versionId } = new aws.secretsmanager.SecretVersion(
        `${name}-value`,
        { secretId: secret.arn, secretString: pulumi.secret(args.value) },
        { parent: this, additionalSecretOutputs: ["secretString"] },
      );
      this.version = versionId;
    }
    if (args.rotation !== undefined) createRotation(name, args.rotation, secret, { parent: this });

    this.secretName = args.secretName;
    this.arn = secret.arn;
    this.registerOutputs({ secretName: this.secretName, arn: this.arn });
  }
}

function createSecret(name: string, args: SecretArgs, opts: pulumi.CustomResourceOptions): aws.secretsmanager.Secret {
  const { replica } = args;
  const secretArgs: aws.secretsmanager.SecretArgs = {
    name: args.secretName,
    description: args.description,
    kmsKeyId: args.keyArn,
    recoveryWindowInDays: args.recoveryWindowDays,
    replicas: replica === undefined ? undefined : [{ region: replica.region, kmsKeyId: replica.keyArn }],
    // Says how the value changes; a policy accepts secrets without rotation only when this tag explains it.
    tags: { Rotation: normalizeRotation(args) },
  };
  return new aws.secretsmanager.Secret(`${name}-secret`, args.transform?.secret?.(secretArgs) ?? secretArgs, opts);
}

function normalizeRotation({ rotation, value }: SecretArgs): "scheduled" | "generated" | "external" {
  if (rotation !== undefined) return "scheduled";
  return value === undefined ? "external" : "generated";
}

function createRotation(
  name: string,
  rotation: NonNullable<SecretArgs["rotation"]>,
  secret: aws.secretsmanager.Secret,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.secretsmanager.SecretRotation(
    `${name}-rotation`,
    {
      secretId: secret.arn,
      rotationLambdaArn: rotation.functionArn,
      rotationRules: { automaticallyAfterDays: rotation.everyDays },
      // The first rotation comes with the schedule: a deployment must not change a password that is in use.
      rotateImmediately: false,
    },
    opts,
  );
}
