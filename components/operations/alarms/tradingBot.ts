import { limitCases } from "./cases.ts";
import type { Alarm, AlarmTargets } from "./types.ts";

const common = {
  component: "trading-bot",
  owner: "trading",
  panel: { dashboard: "tradingSystem", panel: "Trading bot" },
} as const;

const onTheMachine = "aws ssm start-session --target <instance-id>";

const whichMachine = {
  text: "Which machine is it, does it run, and what did the group do last?",
  command:
    "aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names <prefix>-trading-bot --query 'AutoScalingGroups[].Instances'; aws autoscaling describe-scaling-activities --auto-scaling-group-name <prefix>-trading-bot --max-items 5",
};

/** Minutes without a beat until somebody is called: one lost beat is nothing, and a restart takes less than two. */
const silentMinutes = 3;

/**
 * Alarms on the trading bot, which runs on a machine of its own: Prometheus sees it only while the way from the cluster
 * to it works, these do not need the cluster. The limits of the machine are those of requirement sheet S3.
 */
export function tradingBotAlarms({ namespace, environment, groupName }: NonNullable<AlarmTargets["tradingBot"]>) {
  const own = (metric: string) => ({
    kind: "metric" as const,
    metric: { namespace, metric, statistic: "Maximum", dimensions: { Environment: environment } },
  });
  return [heartbeat(own("Heartbeat")), processor(groupName), memory(own), disk(own)] satisfies Alarm[];
}

function heartbeat(watches: Alarm["watches"]): Alarm {
  return {
    ...common,
    name: "TradingBotHeartbeatMissing",
    category: "critical",
    severity: "critical",
    source: "S3 (24/7 bot, health alarm)",
    watches,
    fires: { below: 1 },
    unit: "1 for a bot that answers",
    periodSeconds: 60,
    periods: silentMinutes,
    // A dead machine sends nothing, a dead bot sends 0.
    missing: "breaching",
    description: `The bot has not answered on /health/live for ${silentMinutes} minutes, or its machine is gone.`,
    impact: "Open positions are watched by nobody: no exit, no stop, no new order until it is back.",
    runbook: {
      diagnosis: [
        whichMachine,
        {
          text: "What did the bot say last? The group of its log is `/<project>/<stack>/trading-bot/bot`.",
          command: "aws logs tail <log-group>/trading-bot/bot --since 15m",
        },
        {
          text: "On the machine: does systemd restart it, and why does it end? A refusal of the egress check or a missing secret is in the last lines.",
          command: `${onTheMachine}   # then: sudo systemctl status trading-bot; sudo journalctl -u trading-bot -n 100`,
        },
        {
          text: "Did the machine start at all? Packages and image come in its first minutes.",
          command: "aws logs tail <log-group>/trading-bot/machine --since 30m",
        },
      ],
      mitigation: [
        "First look at the open positions in the exchange's own interface; close by hand what may not wait.",
        "The machine hangs: `aws autoscaling set-instance-health --instance-id <instance-id> --health-status Unhealthy`; the group starts a new one in three to five minutes. It also does so by itself after `tradingBot.replaceAfterMinutes`.",
        "The bot ends at once with a new image: set `tradingBot.imageTag` back to the last one that ran, `pulumi up`, then replace the machine.",
        "No capacity for the instance type in the zone (in the group's activities): choose another `tradingBot` size, `pulumi up`.",
        "Stopped on purpose: the group is at zero; start it again with `--min-size 1 --desired-capacity 1` or the next `pulumi up`.",
      ],
    },
    cases: [
      { name: "when the bot does not answer", periods: [0, 0, 0], fires: true },
      { name: "when the machine is gone and sends nothing", periods: [null, null, null], fires: true },
      { name: "when the machine dies after the bot", periods: [0, null, null], fires: true },
      { name: "with one beat in three minutes", periods: [null, 1, 0], fires: false },
      { name: "while it beats", periods: [1, 1, 1], fires: false },
    ],
  };
}

function processor(groupName: string): Alarm {
  return {
    ...common,
    name: "TradingBotCpuHigh",
    category: "performance",
    severity: "critical",
    source: "S3 (85 %)",
    watches: {
      kind: "metric",
      metric: {
        ...{ namespace: "AWS/EC2", metric: "CPUUtilization", statistic: "Average" },
        dimensions: { AutoScalingGroupName: groupName },
      },
    },
    fires: { above: 85 },
    unit: "percent",
    periodSeconds: 300,
    periods: 3,
    missing: "missing",
    description: "The machine of the bot has used more than 85 % of its processor for a quarter of an hour.",
    impact: "Orders leave late; a burstable machine is slowed down further when its credits are gone.",
    runbook: {
      diagnosis: [
        { text: "Is it the bot or something beside it?", command: `${onTheMachine}   # then: top -o %CPU` },
        {
          text: "Are the credits of a burstable machine used up?",
          command:
            "aws cloudwatch get-metric-statistics --namespace AWS/EC2 --metric-name CPUCreditBalance --dimensions Name=AutoScalingGroupName,Value=<prefix>-trading-bot --statistics Minimum --period 300 --start-time <from> --end-time <to>",
        },
        { text: "More strategies or symbols than yesterday?", promql: "max by (strategy) (active_positions)" },
      ],
      mitigation: [
        "Real work: the next size in the section `tradingBot` of the stack file; the machine is replaced, so choose a quiet minute.",
        "A loop in the bot: restart it (`sudo systemctl restart trading-bot`), keep its log for the developers.",
      ],
    },
    cases: limitCases(85, 3, 5),
  };
}

function memory(own: (metric: string) => Alarm["watches"]): Alarm {
  return {
    ...common,
    name: "TradingBotMemoryHigh",
    category: "performance",
    severity: "critical",
    source: "S3 (90 %)",
    watches: own("mem_used_percent"),
    fires: { above: 90 },
    unit: "percent",
    periodSeconds: 60,
    periods: 5,
    // The heartbeat speaks when the machine is gone.
    missing: "missing",
    description: "More than 90 % of the machine's memory has been in use for five minutes.",
    impact: "The kernel soon kills the bot in the middle of whatever it does with its orders.",
    runbook: {
      diagnosis: [
        {
          text: "Who takes it?",
          command: `${onTheMachine}   # then: docker stats --no-stream; ps aux --sort=-rss | head`,
        },
        {
          text: "Was it killed already?",
          command: `${onTheMachine}   # then: sudo journalctl -k --since -2h | grep -i oom`,
        },
      ],
      mitigation: [
        "It grows since the start: a leak; restart the bot in a quiet minute (`sudo systemctl restart trading-bot`).",
        "It is large from the start: a larger instance type or less memory for the container (`resources.memoryMebibytes` of its catalog entry).",
      ],
    },
    cases: limitCases(90, 5, 3),
  };
}

function disk(own: (metric: string) => Alarm["watches"]): Alarm {
  return {
    ...common,
    name: "TradingBotDiskHigh",
    category: "infrastructure",
    severity: "critical",
    source: "S3 (95 %)",
    watches: own("disk_used_percent"),
    fires: { above: 95 },
    unit: "percent",
    periodSeconds: 60,
    periods: 5,
    missing: "missing",
    description: "The root disk of the bot's machine is more than 95 % full.",
    impact: "Its log and a new image have no room; a restart may fail.",
    runbook: {
      diagnosis: [
        whichMachine,
        {
          text: "What fills it?",
          command: `${onTheMachine}   # then: sudo du -xh --max-depth=2 / | sort -h | tail; docker system df`,
        },
      ],
      mitigation: [
        "Old images: `sudo docker image prune --all --force` (the running one stays).",
        "The log: it is in CloudWatch too; `sudo truncate --size 0 /var/log/trading-bot/bot.log`.",
        "Too small for good: `tradingBot.diskGibibytes`, `pulumi up`, replace the machine.",
      ],
    },
    cases: limitCases(95, 5, 2),
  };
}
