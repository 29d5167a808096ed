import * as pulumi from "@pulumi/pulumi";
import { type GroupName, groupNames } from "../../components/network/traffic.ts";
import { type KeyPurpose, keyPurposes } from "../../components/security/keyPolicies.ts";
import { createNames } from "../../stack/naming.ts";

const output = (text: string) => pulumi.output(text);
const zones = ["a", "b", "c"];
const keyArn = (region: string, purpose: string) => `arn:aws:kms:${region}:111122223333:key/${purpose}`;

/** Key for a purpose, as the components below get it. */
export const key = (purpose: KeyPurpose) => keyArn("us-east-1", purpose);

/** Replica of a key in the recovery region. */
export const recoveryKey = (purpose: KeyPurpose) => keyArn("us-west-2", purpose);

/** Subnets of a tier, one in each of three zones. */
export const subnets = (tier: "private" | "isolated") => zones.map((zone) => `subnet-${tier}-${zone}`);

/** What every component of the data and compute rooms is given in tests: where it stands, and what lies below it. */
export const base = {
  names: createNames({
    project: "trading-platform",
    environment: "test",
    accountId: "111122223333",
    region: "us-east-1",
  }),
  environment: "test",
  accountId: "111122223333",
  region: "us-east-1",
  recoveryRegion: "us-west-2",
  zones: zones.map((zone) => `us-east-1${zone}`),
  protect: true,
  vpc: {
    privateSubnetIds: subnets("private").map(output),
    isolatedSubnetIds: subnets("isolated").map(output),
    egressAddresses: ["203.0.113.1", "203.0.113.2"].map(output),
  },
  groups: {
    ids: Object.fromEntries(groupNames.map((name) => [name, output(`sg-${name}`)])) as Record<
      GroupName,
      pulumi.Output<string>
    >,
  },
  keys: {
    arns: Object.fromEntries(keyPurposes.map((purpose) => [purpose, output(key(purpose))])) as Record<
      KeyPurpose,
      pulumi.Output<string>
    >,
    recoveryArn: (purpose: KeyPurpose) => output(recoveryKey(purpose)),
  },
  secrets: { keyArn: key("secrets"), recoveryWindowDays: 7 },
  logs: { keyArn: key("logs"), retentionDays: 90 },
  tags: { CostCenter: "trading" },
};
