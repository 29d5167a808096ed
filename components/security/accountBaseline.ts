import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What the account's safety switches need to be told. */
export interface AccountBaselineArgs {
  /** Region of the environment. */
  region: string;
  /** Region that holds copies. */
  recoveryRegion: string;
}

/**
 * Safety switches of the whole account: no public buckets, encrypted disks, no public snapshots, and an analyser that
 * tells what outsiders can reach. Leave it to one stack where environments share an account.
 */
export class AccountBaseline extends pulumi.ComponentResource {
  constructor(name: string, args: AccountBaselineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:security:AccountBaseline",
      name,
      { region: args.region, recoveryRegion: args.recoveryRegion },
      opts,
    );
    const parent = { parent: this };

    new aws.s3.AccountPublicAccessBlock(
      `${name}-no-public-buckets`,
      { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      parent,
    );
    for (const region of [args.region, args.recoveryRegion]) {
      new aws.ebs.EncryptionByDefault(`${name}-encrypted-disks-${region}`, { region, enabled: true }, parent);
      new aws.ebs.SnapshotBlockPublicAccess(
        `${name}-no-public-snapshots-${region}`,
        { region, state: "block-all-sharing" },
        parent,
      );
      new aws.accessanalyzer.Analyzer(
        `${name}-access-${region}`,
        { region, analyzerName: `${name}-access`, type: "ACCOUNT" },
        parent,
      );
    }
    this.registerOutputs({});
  }
}
