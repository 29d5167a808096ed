import { createNames } from "../../stack/naming.ts";

/** What every component of the data and compute rooms is given in tests. */
export const place = {
  names: createNames({
    project: "trading-platform",
    environment: "test",
    accountId: "111122223333",
    region: "us-east-1",
  }),
  environment: "test",
  accountId: "111122223333",
  region: "us-east-1",
};

/** Subnets of three zones. */
export const subnetIds = ["subnet-a", "subnet-b", "subnet-c"];

/** Key in the region, and what copies in the recovery region need. */
export const keyArn = "arn:aws:kms:us-east-1:111122223333:key/data";
export const recovery = { region: "us-west-2", keyArn: "arn:aws:kms:us-west-2:111122223333:key/copies" };

/** How secrets and logs are kept. */
export const custody = {
  secrets: { keyArn: "arn:aws:kms:us-east-1:111122223333:key/secrets", recoveryWindowDays: 7 },
  logs: { keyArn: "arn:aws:kms:us-east-1:111122223333:key/logs", retentionDays: 90 },
};
