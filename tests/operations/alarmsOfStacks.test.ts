import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import { planOf, stacks } from "../support/plans.ts";

/** Where the values of a dimension come from: what the plan itself makes under that name. */
const owners: Record<string, (plan: Plan) => unknown[]> = {
  DBInstanceIdentifier: (plan) => inputsOf(plan, "aws:rds/instance:Instance").map(({ identifier }) => identifier),
  CacheClusterId: (plan) =>
    inputsOf(plan, "aws:elasticache/replicationGroup:ReplicationGroup").flatMap((group) =>
      Array.from(
        { length: Number(group.numCacheClusters) },
        (_, index) => `${group.replicationGroupId}-${String(index + 1).padStart(3, "0")}`,
      ),
    ),
  Broker: (plan) => inputsOf(plan, "aws:mq/broker:Broker").map(({ brokerName }) => brokerName),
  BackupVaultName: (plan) => inputsOf(plan, "aws:backup/vault:Vault").map(({ name }) => name),
  TopicName: (plan) => inputsOf(plan, "aws:sns/topic:Topic").map(({ name }) => name),
  AutoScalingGroupName: (plan) => inputsOf(plan, "aws:autoscaling/group:Group").map(({ name }) => name),
  WebACL: (plan) =>
    inputsOf(plan, "aws:wafv2/webAcl:WebAcl").map(
      ({ visibilityConfig }) => (visibilityConfig as { metricName: string }).metricName,
    ),
  Region: () => ["us-east-1"],
  // What the firewall does with requests by all of its rules together.
  Rule: () => ["ALL"],
  // The bot's machine reports under the environment's name.
  Environment: (plan) => [/^ENVIRONMENT=(\S+)$/m.exec(botScript(plan))?.[1]],
};

/** Metrics that a program of ours writes; every other namespace must be one of AWS's services. */
const ownMetrics: Record<string, (plan: Plan) => string[]> = {
  "TradingPlatform/TradingBot": (plan) => {
    const script = botScript(plan);
    assert.match(script, /^METRIC_NAMESPACE=TradingPlatform\/TradingBot$/m);
    assert.match(script, /--namespace "\$METRIC_NAMESPACE"[\s\S]*--dimensions "Environment=\$ENVIRONMENT"/);
    const [agent = "{}"] = /^\{"agent":.*\}$/m.exec(script) ?? [];
    const { metrics } = JSON.parse(agent);
    assert.equal(metrics.namespace, "TradingPlatform/TradingBot");
    assert.deepEqual(metrics.aggregation_dimensions, [["Environment"]]);
    const collected = Object.entries<{ measurement: string[] }>(metrics.metrics_collected);
    const [, heartbeat = ""] = /--metric-name (\w+)/.exec(script) ?? [];
    return [heartbeat, ...collected.flatMap(([kind, each]) => each.measurement.map((name) => `${kind}_${name}`))];
  },
  "Trading/Audit": (plan) =>
    inputsOf(plan, "aws:cloudwatch/logMetricFilter:LogMetricFilter").map(
      ({ metricTransformation }) => (metricTransformation as { name: string }).name,
    ),
};

const inputsOf = ({ resources }: Plan, type: string) =>
  resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs);

function botScript(plan: Plan): string {
  const template = inputsOf(plan, "aws:ec2/launchTemplate:LaunchTemplate").find(
    ({ description }) => description === "Trading bot",
  );
  return Buffer.from(String(template?.userData), "base64").toString();
}

interface Watched {
  namespace?: string;
  metricName?: string;
  dimensions?: Record<string, string>;
}

for (const stack of stacks) {
  describe(`the alarms of ${stack}`, function () {
    this.timeout(240_000);
    let plan: Plan;
    let watched: (Watched & { alarm: string })[];

    before(async () => {
      plan = await planOf(stack);
      watched = plan.resources
        .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
        .flatMap(({ name, inputs }) => {
          const queries = (inputs.metricQueries ?? []) as { metric?: Watched }[];
          const metrics = [inputs as Watched, ...queries.flatMap(({ metric }) => metric ?? [])];
          return metrics.filter(({ metricName }) => metricName).map((metric) => ({ alarm: name, ...metric }));
        });
    });

    it("watch only resources that the plan makes, by the names that they have there", () => {
      assert.ok(watched.length >= 25);
      for (const { alarm, dimensions = {} } of watched) {
        for (const [dimension, value] of Object.entries(dimensions)) {
          // Route 53 chooses the identifier of a health check; the alarm takes it from the resource itself.
          if (dimension === "HealthCheckId") continue;
          const known = owners[dimension];
          assert.ok(known, `${alarm}: no resource has the dimension ${dimension}`);
          assert.ok(known(plan).includes(value), `${alarm}: ${dimension}=${value} is none of ${known(plan)}`);
        }
      }
    });

    it("hold one query of Metrics Insights at most: CloudWatch takes no more in a request", () => {
      const queries = plan.resources
        .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
        .map(({ inputs }) => JSON.stringify(inputs.metricQueries ?? []).split("SELECT ").length - 1);
      assert.deepEqual([...new Set(queries)].sort(), [0, 1]);
    });

    it("watch metrics of our own only where a program of ours writes them", () => {
      const own = watched.filter(({ namespace }) => !namespace?.startsWith("AWS/"));
      assert.ok(own.some(({ namespace }) => namespace === "TradingPlatform/TradingBot"));
      for (const { alarm, namespace = "", metricName = "" } of own) {
        const written = ownMetrics[namespace]?.(plan) ?? [];
        assert.ok(written.includes(metricName), `${alarm}: nothing writes ${namespace} ${metricName}; but ${written}`);
      }
    });

    it("watch every database, node of the cache, and the beat of the bot", () => {
      for (const dimension of ["DBInstanceIdentifier", "CacheClusterId", "Broker", "AutoScalingGroupName"]) {
        const values = new Set(watched.map(({ dimensions }) => dimensions?.[dimension]));
        for (const name of owners[dimension]!(plan)) assert.ok(values.has(String(name)), `nothing watches ${name}`);
      }
      const beat = plan.resources.find(
        ({ type, inputs }) => type.endsWith(":MetricAlarm") && inputs.metricName === "Heartbeat",
      );
      assert.equal(beat?.inputs.treatMissingData, "breaching");
      assert.equal(beat?.inputs.namespace, "TradingPlatform/TradingBot");
    });
  });
}
