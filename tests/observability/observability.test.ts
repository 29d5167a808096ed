import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { parse } from "yaml";
import { loadCatalog } from "../../catalog/load.ts";
import type { Catalog } from "../../catalog/types.ts";
import { Observability } from "../../components/observability/observability.ts";
import { Alarms } from "../../components/operations/alarms.ts";
import { Notifications } from "../../components/operations/notifications.ts";
import { PrometheusStack } from "../../components/platform/prometheusStack.ts";
import type { Mode } from "../../plan/monitor.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import type { Settings } from "../../stack/settings.ts";
import { type ComponentPlan, familyProblems, planProgram } from "../support/planProgram.ts";
import { stackContext, stackSettings } from "../support/platformPlan.ts";

/** Topics, alarms, monitoring and what is inside it, for the settings of a stack. */
function open(
  stack: "staging" | "production",
  catalog: Catalog,
  change: (settings: Settings) => void = () => undefined,
): void {
  const settings = stackSettings(stack);
  change(settings);
  const context = stackContext(settings);
  const { names, accountId, region } = context;
  const keyArn = names.arn("kms", "key/one");
  const providers = [
    new aws.Provider("aws", { region: region as aws.Region }),
    new random.Provider("random"),
    new kubernetes.Provider("kubernetes", { kubeconfig: "{}", clusterIdentifier: names.cluster }),
  ];
  const notifications = new Notifications(
    "notifications",
    { names, accountId, keyArn, subscribers: settings.notifications },
    { providers },
  );
  const watched = { dns: { healthCheckIds: { api: "id" } }, trail: { logGroupName: "trail" } };
  const alarms = new Alarms("alarms", { ...watched, settings, names, notifications }, { providers });
  const monitoring = new PrometheusStack(
    "monitoring",
    {
      context,
      settings: settings.monitoring,
      mailPort: 587,
      topicKeyArn: keyArn,
      search: false,
      secretsKeyArn: keyArn,
      secretRecoveryDays: 7,
    },
    { providers },
  );
  new Observability(
    "observability",
    {
      ...{ context, settings, catalog, alarms },
      systems: { ready: [monitoring], telemetry: { monitoring } },
      credentials: notifications,
    },
    { providers },
  );
}

describe("what watches, as a plan", () => {
  const plans = new Map<string, ComponentPlan>();
  const plan = (stack: "staging" | "production", mode: Mode = "steady") => plans.get(`${stack}-${mode}`)!;
  const inside = ({ resources }: ComponentPlan) => resources.filter(({ type }) => type.startsWith("grafana:"));

  let catalog: Catalog;
  before(async () => {
    catalog = await loadCatalog();
    for (const stack of ["staging", "production"] as const) {
      for (const mode of ["steady", "first"] as const) {
        plans.set(`${stack}-${mode}`, await planProgram(() => open(stack, catalog), mode));
      }
    }
  });

  it("asks Loki nothing where it is left out: every query would end in an error, for ever", async () => {
    const without = await planProgram(
      () => open("staging", catalog, ({ platform }) => void platform.without.push("logging")),
      "steady",
    );
    const asking = (each: ComponentPlan) =>
      inside(each).filter(
        ({ type, inputs }) => type.endsWith(":RuleGroup") && JSON.stringify(inputs).includes('"loki"'),
      );
    assert.deepEqual(asking(without), []);
    assert.ok(asking(plan("staging")).length > 0);
  });

  it("gives every resource a parent and its name", () => {
    for (const each of plans.values()) {
      for (const root of ["notifications", "alarms", "observability"]) {
        const ours = each.resources.filter(({ name }) => name.startsWith(root));
        assert.ok(ours.length > 0);
        assert.deepEqual(familyProblems(Object.assign(Object.create(each), { resources: ours }), root), []);
      }
    }
  });

  it("deletes everything inside Grafana with its release, and makes it after it", () => {
    const created = inside(plan("production"));
    assert.ok(created.length >= 10);
    const release = plan("production").one("kubernetes:helm.sh/v3:Release");
    for (const resource of created) {
      assert.equal(resource.deletedWith, release.urn, resource.name);
      assert.ok(resource.dependencies.includes(release.urn), resource.name);
    }
  });

  it("knows Grafana's address, rules and uids before anything exists", () => {
    const groups = plan("production", "first").all("grafana:alerting/ruleGroup:RuleGroup");
    assert.equal(groups.length, new Set(groups.map(({ name }) => name)).size);
    const rules = groups.flatMap(({ inputs }) => inputs.rules as { name: string; uid: string }[]);
    assert.equal(rules.length, 29);
    const provider = plan("production", "first").providers.find(({ type }) => type.includes("grafana"));
    assert.equal(provider?.inputs.url, "https://grafana.trading.example.com");
  });

  it("has one notification policy, to the Alertmanager of the cluster", () => {
    const policy = plan("production").one("grafana:alerting/notificationPolicy:NotificationPolicy");
    assert.deepEqual([policy.inputs.groupInterval, policy.inputs.repeatInterval], ["1m", "2m"]);
    const contact = plan("production").one("grafana:alerting/contactPoint:ContactPoint");
    // Every replica: they do not share alerts, and one that is not told says that it is over.
    const addresses = ({ inputs }: PlannedResource) =>
      (inputs.alertmanagers as { url: string }[]).map(({ url }) => url);
    const replica = (index: number) =>
      `http://alertmanager-monitoring-${index}.alertmanager-operated.monitoring.svc.cluster.local:9093`;
    assert.deepEqual(addresses(contact), [replica(0), replica(1), replica(2)]);
    const single = plan("staging").one("grafana:alerting/contactPoint:ContactPoint");
    assert.deepEqual(addresses(single), [replica(0)]);
  });

  it("shows Alertmanager's configuration, which holds no secret, and brings the credentials by External Secrets", () => {
    const config = plan("production").one("kubernetes:core/v1:Secret", "observability-routing-config");
    const text = (config.inputs.stringData as Record<string, string>)["alertmanager.yaml"];
    assert.equal(parse(text!).route.receiver, "warning");
    const receivers = plan("production").resources.find(({ name }) => name === "observability-routing-receivers");
    const { data } = receivers!.inputs.spec as { data: { secretKey: string; remoteRef: { key: string } }[] };
    assert.ok(data.length >= 4);
    for (const { remoteRef } of data) assert.match(remoteRef.key, /^trading-platform\/production\/alerting\//);
  });

  it("keeps the administrator's password out of the plan", () => {
    const provider = plan("production").providers.find(({ type }) => type.includes("grafana"));
    assert.doesNotMatch(JSON.stringify(provider?.inputs.auth), /admin:/);
  });

  it("encrypts every topic, and sends nothing of staging to the topic that pages", () => {
    for (const stack of ["staging", "production"] as const) {
      for (const topic of plan(stack).all("aws:sns/topic:Topic")) assert.ok(topic.inputs.kmsMasterKeyId);
    }
    const actions = (stack: "staging" | "production", topic: string) =>
      plan(stack)
        .all("aws:cloudwatch/metricAlarm:MetricAlarm")
        .filter(({ inputs }: PlannedResource) => JSON.stringify(inputs.alarmActions).includes(`alerts-${topic}`));
    assert.ok(actions("production", "critical").length > 10);
    assert.deepEqual(actions("staging", "critical"), []);
    assert.equal(plan("staging").all("aws:sns/topicSubscription:TopicSubscription").length, 1);
  });

  it("makes every alarm act, explain itself and name its runbook", () => {
    for (const { inputs, name } of plan("production").all("aws:cloudwatch/metricAlarm:MetricAlarm")) {
      assert.equal(inputs.actionsEnabled, true, name);
      assert.equal((inputs.alarmActions as string[]).length, 1);
      assert.match(String(inputs.alarmDescription), /Runbook: https:\/\/.+\.md$/);
      assert.ok(["breaching", "notBreaching", "missing"].includes(String(inputs.treatMissingData)));
    }
  });

  it("tells of a broken topic by the other one", () => {
    const alarm = (topic: string) =>
      plan("production").one("aws:cloudwatch/metricAlarm:MetricAlarm", `alarms-sns-delivery-failed-${topic}`);
    assert.match(JSON.stringify(alarm("critical").inputs.alarmActions), /alerts-warning/);
    assert.match(JSON.stringify(alarm("warning").inputs.alarmActions), /alerts-critical/);
  });

  it("lets Alertmanager publish to its two topics only, and use their key only by way of SNS", () => {
    const policy = plan("production").one("aws:iam/rolePolicy:RolePolicy", "monitoring-alertmanager-identity-policy");
    const { Statement } = plan("production").json(policy, "policy");
    assert.deepEqual(Statement[0]?.Resource, [
      "arn:aws:sns:us-east-1:444455556666:trading-platform-production-alerts-critical",
      "arn:aws:sns:us-east-1:444455556666:trading-platform-production-alerts-heartbeat",
    ]);
    assert.match(JSON.stringify(Statement[1]?.Condition), /sns\.us-east-1\.amazonaws\.com/);
  });
});
