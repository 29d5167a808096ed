import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { backupRules, restoreTestName, vaultLock } from "../../components/data/backupPlan.ts";
import { Backups } from "../../components/data/backups.ts";
import { backupHours } from "../../stack/checks/backups.ts";
import { backupsSchema } from "../../stack/sections/backups.ts";
import { base, recoveryKey } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const settings = (changes: Record<string, unknown> = {}) =>
  backupsSchema.parse({
    sixHourlyRetentionDays: 35,
    dailyRetentionDays: 365,
    crossRegionCopy: true,
    lock: { mode: "compliance" },
    restoreTest: { enabled: true },
    ...changes,
  });

const plan = (changes: Record<string, unknown> = {}) =>
  planProgram(() => {
    new Backups("backups", {
      ...base,
      settings: settings(changes),
      postgres: { subnetGroupName: pulumi.output("isolated") },
      accountBaseline: true,
    });
  });

type Rule = {
  ruleName: string;
  lifecycle: object;
  copyActions?: { destinationVaultArn: string; lifecycle: object }[];
};
type Tag = { key: string; value: string };

describe("data/backups", () => {
  it("copies every recovery point into the recovery region's vault, under a key of that region", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "backups"), []);
    const vault = planned.one("aws:backup/vault:Vault", "backups-recovery-vault");
    assert.equal(vault.inputs.region, base.recoveryRegion);
    assert.equal(vault.inputs.kmsKeyArn, recoveryKey("backups"));
    const rules = planned.one("aws:backup/plan:Plan").inputs.rules as Rule[];
    assert.equal(rules.length, 2);
    for (const rule of rules)
      assert.match(rule.copyActions?.[0]?.destinationVaultArn ?? "", /us-west-2/, rule.ruleName);
  });

  it("keeps six-hourly and daily points as long as told, here and in the recovery region", async () => {
    const { rules } = (await plan({ coldStorageAfterDays: 30 })).one("aws:backup/plan:Plan").inputs;
    const [sixHourly, daily] = rules as Rule[];
    assert.deepEqual(sixHourly?.lifecycle, { deleteAfter: 35 });
    assert.deepEqual(daily?.lifecycle, { coldStorageAfter: 30, deleteAfter: 365 });
    for (const { ruleName, lifecycle, copyActions } of rules as Rule[])
      assert.deepEqual(copyActions?.[0]?.lifecycle, lifecycle, ruleName);
  });

  it("restores what the plan backs up: both ask for one tag", async () => {
    const planned = await plan();
    const [selected] = planned.one("aws:backup/selection:Selection").inputs.selectionTags as Tag[];
    const condition = { key: `aws:ResourceTag/${selected?.key}`, value: selected?.value };
    for (const { name, inputs } of planned.all("aws:backup/restoreTestingSelection:RestoreTestingSelection")) {
      assert.deepEqual(inputs.protectedResourceConditions, { stringEquals: [condition] }, name);
      assert.equal(inputs.protectedResourceArns, undefined, `${name}: the provider takes exactly one of the two`);
    }
    const { scheduleExpression } = planned.one("aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs;
    assert.match(String(scheduleExpression), /^cron\(\d+ \d+ \? \* (SUN|MON|TUE|WED|THU|FRI|SAT) \*\)$/, "weekly");
  });

  it("has one vault and no copies where none are asked for", async () => {
    const planned = await plan({ crossRegionCopy: false });
    planned.one("aws:backup/vault:Vault");
    const rules = planned.one("aws:backup/plan:Plan").inputs.rules as Rule[];
    assert.ok(rules.every(({ copyActions }) => copyActions === undefined));
  });

  it("locks both vaults and protects them", async () => {
    const planned = await plan();
    assert.equal(planned.all("aws:backup/vaultLockConfiguration:VaultLockConfiguration").length, 2);
    assert.ok(planned.all("aws:backup/vault:Vault").every(({ protect }) => protect));
    const open = await plan({ lock: { mode: "none" } });
    assert.equal(open.all("aws:backup/vaultLockConfiguration:VaultLockConfiguration").length, 0);
  });

  it("restores every kind weekly, the database into the isolated subnets", async () => {
    const planned = await plan({ restoreTest: { enabled: true, resourceTypes: ["RDS", "EBS", "S3"] } });
    const tests = planned.all("aws:backup/restoreTestingSelection:RestoreTestingSelection");
    assert.deepEqual(tests.map(({ inputs }) => inputs.protectedResourceType).sort(), ["EBS", "RDS", "S3"]);
    const database = tests.find(({ inputs }) => inputs.protectedResourceType === "RDS");
    assert.deepEqual(database?.inputs.restoreMetadataOverrides, { dbSubnetGroupName: "isolated" });
    const without = await plan({ restoreTest: { enabled: false } });
    assert.equal(without.all("aws:backup/restoreTestingPlan:RestoreTestingPlan").length, 0);
  });

  it("does not select before the role may copy", async () => {
    const planned = await plan();
    const attachments = planned.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    const { dependencies } = planned.one("aws:backup/selection:Selection");
    assert.ok(attachments.length > 0 && attachments.every(({ urn }) => dependencies.includes(urn)));
  });
});

describe("data/backupPlan", () => {
  it("starts at the hours that database windows are checked against", () => {
    const hours = backupRules(settings()).flatMap(({ schedule, startWindow }) => {
      assert.equal(startWindow, 60, "the check counts on a start within the hour");
      const [, first, every] = /^cron\(0 (\d+)(?:\/(\d+))? \* \* \? \*\)$/.exec(schedule)!.map(Number);
      return Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
        every ? hour % every === first : hour === first,
      );
    });
    assert.deepEqual(
      hours.sort((a, b) => a - b),
      backupHours,
    );
  });

  it("locks from the fewest to the most days that the settings say", () => {
    for (const mode of ["governance", "compliance"]) {
      const lock = vaultLock(settings({ lock: { mode, minimumDays: 8, maximumDays: 400 } }));
      assert.deepEqual([lock?.minRetentionDays, lock?.maxRetentionDays], [8, 400]);
    }
  });

  it("makes only compliance final", () => {
    assert.equal(vaultLock(settings({ lock: { mode: "none" } })), undefined);
    assert.ok(!("changeableForDays" in vaultLock(settings({ lock: { mode: "governance" } }))!));
    assert.equal(
      (vaultLock(settings({ lock: { mode: "compliance" } })) as { changeableForDays: number }).changeableForDays,
      7,
    );
  });

  it("names restore tests in AWS Backup's letters and length", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/), (prefix) =>
        assert.match(restoreTestName(prefix, "weekly"), /^[A-Za-z0-9_]{1,43}_weekly$/),
      ),
    );
  });
});
