import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { Postgres, type PostgresArgs } from "../../components/data/postgres.ts";
import { postgresLogGroup, postgresParameters } from "../../components/data/postgresParameters.ts";
import { plantedSecret } from "../../plan/cloudOutputs.ts";
import { type PostgresSettings, postgresSchema } from "../../stack/sections/postgres.ts";
import { base, key, recoveryKey } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const settings = (changes: Record<string, unknown> = {}): PostgresSettings =>
  postgresSchema.parse({
    version: "17",
    instanceClass: "db.r8g.xlarge",
    storageGibibytes: 400,
    maximumStorageGibibytes: 1000,
    multiAz: true,
    readReplicas: 1,
    backupRetentionDays: 35,
    crossRegionBackups: true,
    insights: "advanced",
    proxy: { enabled: true },
    ...changes,
  });

const plan = (changes: Record<string, unknown> = {}, args: Partial<PostgresArgs> = {}, mode?: "first" | "steady") =>
  planProgram(() => {
    new Postgres("postgres", {
      ...base,
      settings: settings(changes),
      roles: [{ name: "trading_system", description: "service trading-system" }],
      ...args,
    });
  }, mode);

const instance = "aws:rds/instance:Instance";

describe("data/postgres", () => {
  it("keeps the family's habits and plans in both modes", async () => {
    for (const mode of ["first", "steady"] as const)
      assert.deepEqual(familyProblems(await plan({}, {}, mode), "postgres"), []);
  });

  it("is private, encrypted, TLS only, with a password that nobody knows", async () => {
    const planned = await plan();
    const { inputs, protect } = planned.one(instance, "postgres-primary");
    assert.equal(inputs.publiclyAccessible, false);
    assert.equal(inputs.storageEncrypted, true);
    assert.equal(inputs.kmsKeyId, key("data"));
    assert.equal(inputs.engineLifecycleSupport, "open-source-rds-extended-support-disabled");
    assert.equal(inputs.dbName, "binance");
    assert.equal(protect, true);
    const group = planned.one("aws:rds/parameterGroup:ParameterGroup").inputs;
    assert.equal(group.family, "postgres17");
    const parameters = group.parameters as { name: string; value: string }[];
    for (const [name, value] of Object.entries({ "rds.force_ssl": "1", password_encryption: "scram-sha-256" }))
      assert.equal(parameters.find((parameter) => parameter.name === name)?.value, value, name);
  });

  it("leaves the master password to RDS without replicas, and makes it with them: RDS copies no instance that it manages", async () => {
    const managed = (await plan({ readReplicas: 0 })).one(instance, "postgres-primary").inputs;
    assert.equal(managed.manageMasterUserPassword, true);
    assert.equal(managed.masterUserSecretKmsKeyId, key("secrets"));
    assert.equal(managed.password, undefined);
    const planned = await plan();
    const { inputs } = planned.one(instance, "postgres-primary");
    assert.equal(inputs.manageMasterUserPassword, undefined);
    assert.equal(inputs.username, "platform_owner");
    assert.ok(inputs.password, "a password of our own");
    const entry = planned.one("aws:secretsmanager/secret:Secret", "postgres-master-secret");
    assert.equal(entry.inputs.name, "trading-platform/test/database/platform_owner");
    assert.deepEqual([entry.inputs.kmsKeyId, entry.protect], [key("secrets"), true]);
  });

  it("cannot be lost where it is protected: AWS refuses too, a last snapshot is taken, backups stay", async () => {
    const { inputs } = (await plan()).one(instance, "postgres-primary");
    assert.equal(inputs.deletionProtection, true);
    assert.equal(inputs.skipFinalSnapshot, false);
    assert.equal(inputs.deleteAutomatedBackups, false);
    assert.equal(inputs.finalSnapshotIdentifier, "trading-platform-test-postgres-final");
    const loose = (await plan({}, { protect: false })).one(instance, "postgres-primary");
    assert.equal(loose.protect, false);
    assert.equal(loose.inputs.deletionProtection, false);
    assert.equal(loose.inputs.skipFinalSnapshot, true);
  });

  it("has its log groups, with retention and key, before RDS could make its own", async () => {
    const planned = await plan();
    for (const name of ["postgres-primary", "postgres-replica-1"]) {
      const database = planned.one(instance, name);
      const groups = planned
        .all("aws:cloudwatch/logGroup:LogGroup")
        .filter((group) => database.dependencies.includes(group.urn));
      const identifier = database.inputs.identifier as string;
      assert.deepEqual(
        groups.map(({ inputs }) => inputs.name).sort(),
        (database.inputs.enabledCloudwatchLogsExports as ("postgresql" | "upgrade")[])
          .map((log) => postgresLogGroup(identifier, log))
          .sort(),
      );
      assert.ok(groups.every(({ inputs }) => inputs.retentionInDays === 90 && inputs.kmsKeyId === key("logs")));
    }
  });

  it("copies by setting: replicas here, backups in the recovery region under a key of that region", async () => {
    const planned = await plan({ readReplicas: 2 });
    assert.equal(planned.all(instance).length, 3);
    const replica = planned.one(instance, "postgres-replica-2");
    assert.equal(replica.inputs.replicateSourceDb, "trading-platform-test-postgres");
    assert.equal(replica.inputs.username, undefined, "a replica takes its users from the primary");
    assert.equal(replica.inputs.storageEncrypted, true);
    assert.equal(replica.inputs.kmsKeyId, undefined, "RDS refuses a key beside the primary's, even the same one");
    const copies = planned.one("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication");
    assert.equal(copies.inputs.region, base.recoveryRegion);
    assert.equal(copies.inputs.kmsKeyId, recoveryKey("backups"));
    assert.equal(copies.inputs.retentionPeriod, 35);
    const small = await plan({ readReplicas: 0, crossRegionBackups: false, proxy: { enabled: false } });
    assert.equal(small.all(instance).length, 1);
    for (const absent of ["rds/proxy", "rds/instanceAutomatedBackupsReplication"])
      assert.ok(!small.resources.some(({ type }) => type.startsWith(`aws:${absent}`)), absent);
  });

  it("tells the topic about every instance", async () => {
    const planned = await plan({ readReplicas: 2 }, { eventTopicArn: "arn:aws:sns:us-east-1:111122223333:warning" });
    const { sourceIds } = planned.one("aws:rds/eventSubscription:EventSubscription").inputs;
    const identifiers = planned.all(instance).map(({ inputs }) => inputs.identifier);
    assert.deepEqual([...(sourceIds as string[])].sort(), identifiers.sort());
  });

  it("lets the proxy read exactly the roles' secrets, over TLS, and asks for identities where told to", async () => {
    const planned = await plan();
    const proxy = planned.one("aws:rds/proxy:Proxy");
    assert.equal(proxy.inputs.requireTls, true);
    assert.deepEqual(proxy.inputs.vpcSecurityGroupIds, ["sg-databaseProxy"]);
    const [auth] = proxy.inputs.auths as { iamAuth: string; secretArn: string }[];
    assert.equal(auth?.iamAuth, "DISABLED");
    const policy = planned.json(planned.one("aws:iam/rolePolicy:RolePolicy"), "policy");
    assert.deepEqual(policy.Statement[0]?.Resource, [auth?.secretArn]);
    const iam = (await plan({ proxy: { enabled: true, authentication: "iam" } })).one("aws:rds/proxy:Proxy");
    assert.equal((iam.inputs.auths as { iamAuth: string }[])[0]?.iamAuth, "REQUIRED");
  });

  it("sends services through the proxy where there is one, and past it what keeps a session", async () => {
    const addresses = async (enabled: boolean) => {
      const planned = await planProgram(() => {
        const roles = [{ name: "trading_system", description: "service trading-system" }];
        const { host, primaryHost } = new Postgres("postgres", {
          ...{ ...base, roles, settings: settings({ proxy: { enabled } }) },
        });
        for (const [name, value] of Object.entries({ host, primaryHost }))
          new aws.ssm.Parameter(name, { type: "String", value });
      });
      const kinds = ["host", "primaryHost"].map((name) => {
        const { dependencies } = planned.one("aws:ssm/parameter:Parameter", name);
        return planned.resources.filter(({ urn }) => dependencies.includes(urn)).map(({ type }) => type);
      });
      return kinds.map((types) => (types.includes("aws:rds/proxy:Proxy") ? "proxy" : types.join()));
    };
    assert.deepEqual(await addresses(true), ["proxy", instance]);
    assert.deepEqual(await addresses(false), [instance, instance]);
  });

  it("shows no password anywhere", async () => {
    const planned = await plan();
    const values = planned
      .all("aws:secretsmanager/secretVersion:SecretVersion")
      .map(({ inputs }) => inputs.secretString);
    assert.deepEqual(values, ["[secret]", "[secret]"], "the role's and the master user's");
    assert.equal(planned.one(instance, "postgres-primary").inputs.password, "[secret]");
    assert.ok(!planned.text.includes(plantedSecret));
  });

  it("keeps what advanced insights demand, and what is free otherwise", async () => {
    const retention = async (insights: string) =>
      (await plan({ insights })).one(instance, "postgres-primary").inputs.performanceInsightsRetentionPeriod;
    assert.equal(await retention("advanced"), 465);
    assert.equal(await retention("standard"), 7);
  });
});

describe("data/postgresParameters", () => {
  it("logs slow queries from the setting on, once each parameter, and reboots only for the library", () => {
    const parameters = postgresParameters({ slowQueryMilliseconds: 250 });
    assert.equal(parameters.find(({ name }) => name === "log_min_duration_statement")?.value, "250");
    assert.equal(new Set(parameters.map(({ name }) => name)).size, parameters.length);
    assert.deepEqual(
      parameters.filter(({ applyMethod }) => applyMethod === "pending-reboot").map(({ name }) => name),
      ["shared_preload_libraries"],
    );
  });
});
