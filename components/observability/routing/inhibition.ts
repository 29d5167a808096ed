import { archetypes } from "../../../catalog/archetypes.ts";
import type { Service } from "../../../catalog/types.ts";
import { primaryInstance } from "../../platform/exporterValues.ts";

/** An Alertmanager inhibition: while a source fires, targets that agree in the labels of `equal` are not sent. */
export interface InhibitRule {
  source_matchers: string[];
  target_matchers: string[];
  equal: string[];
}

/** What the inhibition must know of a service: its name, where it runs and what it needs. */
export type Dependant = Pick<Service, "name" | "kind" | "uses">;

/**
 * Alerts that say a whole service is gone; all carry its name in the label `service`. Not ServiceDown, which speaks of one
 * target: with one pod of three away the others serve, and a symptom has a cause that must be told.
 */
const serviceGoneAlerts = ["ServiceAbsent", "ServiceReplicasUnavailable"] as const;

/** Says that a target is down, which is the whole of a service that runs once, outside the cluster: the bot. */
const targetDownAlert = "ServiceDown";

/** A system that services share: the alerts that say it is gone, and who uses it. */
interface SharedSystem {
  readonly alerts: readonly string[];
  /** Further matcher of those alerts, where they also speak of what the services can do without. */
  readonly of?: string;
  readonly usedBy: (service: Dependant) => boolean;
}

/**
 * What shared systems services use, and the alerts that say such a system is gone. Not those of a part that others
 * make up for (one broker of three): they would hide a symptom that has another cause.
 */
const sharedSystems: readonly SharedSystem[] = [
  // A read replica that is away explains nothing of the services, which all write to the primary.
  {
    alerts: ["DatabaseConnectionFailure"],
    of: `instance="${primaryInstance}"`,
    usedBy: ({ uses }) => uses?.postgres !== undefined,
  },
  { alerts: ["RedisConnectionFailure"], usedBy: ({ uses }) => uses?.cache !== undefined },
  { alerts: ["KafkaOfflinePartitions"], usedBy: ({ uses }) => uses?.topics !== undefined },
  { alerts: ["ElasticsearchClusterRed"], usedBy: ({ uses }) => uses?.elasticsearch !== undefined },
  { alerts: ["RabbitmqAlarm"], usedBy: ({ uses }) => uses?.queues !== undefined },
  // What is silent altogether is gone. Not so database and cache: an outage of theirs is told by their exporters, and an
  // exporter that is gone explains nothing of the services.
  { ...absent("elasticsearch"), usedBy: ({ uses }) => uses?.elasticsearch !== undefined },
  { ...absent("kafka"), usedBy: ({ uses }) => uses?.topics !== undefined },
  { ...absent("rabbitmq"), usedBy: ({ uses }) => uses?.queues !== undefined },
];

function absent(system: string) {
  return { alerts: ["SharedSystemAbsent"], of: `service="${system}"` };
}

/** One cause that explains others by name, whatever the service. */
const knownConsequences = [
  {
    causes: ["KafkaBrokerDown", "KafkaOfflinePartitions"],
    effects: ["KafkaConsumerLagHigh", "KafkaConsumerNotProgressing", "KafkaUnderReplicatedPartitions"],
  },
  { causes: ["KillSwitchActive"], effects: ["NoTradesExecuted", "StrategySignalsWithoutOrders"] },
] as const;

/** Symptoms that a broken dependency explains. */
const symptoms = 'category=~"performance|slo"';

/** Labels that tell one object of a service from another: the full disk of one node says nothing of the next. */
const objectLabels = [
  ...["instance", "node", "pod", "container", "device", "mountpoint", "persistentvolumeclaim"],
  ...["pool", "consumergroup", "topic", "queue", "portfolio", "subject"],
];

/** Causes and effects are of one cluster; without a common label a rule would reach across everything. */
const sameCluster = ["cluster"];

/** Every alert of ours that the inhibition names; a test holds that the catalogue defines them all. */
export const alertsNamedByInhibition: readonly string[] = [
  ...serviceGoneAlerts,
  targetDownAlert,
  ...sharedSystems.flatMap(({ alerts }) => alerts),
  ...knownConsequences.flatMap(({ causes, effects }) => [...causes, ...effects]),
];

/**
 * All inhibitions. `equal` counts a label that is missing on both sides as equal, so every rule also asks for the
 * labels that it compares.
 */
export function inhibitRules(services: readonly Dependant[]): InhibitRule[] {
  return [...severityRules(), ...serviceRules(services), ...systemRules(services), ...consequenceRules()];
}

/** The critical tier of a condition silences its warning: ours by family, those of the chart by the alert's name. */
function severityRules(): InhibitRule[] {
  return [
    {
      source_matchers: ['severity="critical"', 'family=~".+"'],
      target_matchers: ['severity=~"warning|info"', 'family=~".+"'],
      equal: ["family", "service", ...objectLabels],
    },
    {
      source_matchers: ['severity="critical"', 'family=""', 'alertname=~".+"'],
      target_matchers: ['severity=~"warning|info"', 'family=""'],
      equal: ["alertname", "namespace", "service", "instance", "node"],
    },
    {
      source_matchers: [oneOf("alertname", ["KubeNodeNotReady", "KubeNodeUnreachable"]), 'node=~".+"'],
      target_matchers: ['severity=~"warning|info"', 'node=~".+"'],
      equal: ["node"],
    },
  ];
}

/** A service that is gone explains its own symptoms and those of the services that cannot do without it. */
function serviceRules(services: readonly Dependant[]): InhibitRule[] {
  const own = {
    source_matchers: [oneOf("alertname", serviceGoneAlerts), 'service=~".+"'],
    target_matchers: [symptoms, 'service=~".+"'],
    equal: ["service"],
  };
  const bots = new Set(services.filter(({ kind }) => !archetypes[kind].inCluster).map(({ name }) => name));
  const goneAlerts = (name: string) => [...serviceGoneAlerts, ...(bots.has(name) ? [targetDownAlert] : [])];
  const ownOfBots = [...bots].sort().map((name) => ({
    source_matchers: [`alertname="${targetDownAlert}"`, `service="${name}"`],
    target_matchers: [symptoms, `service="${name}"`],
    equal: [...sameCluster],
  }));
  const needs = services.flatMap((service) => requiredServices(service).map((need) => ({ need, name: service.name })));
  const dependants = [...Map.groupBy(needs, ({ need }) => need)].sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    own,
    ...ownOfBots,
    ...dependants.map(([need, those]) => ({
      source_matchers: [oneOf("alertname", goneAlerts(need)), `service="${need}"`],
      target_matchers: [symptoms, oneOf("service", those.map(({ name }) => name).sort())],
      equal: [...sameCluster],
    })),
  ];
}

/** A shared system that is down explains the symptoms of the services that use it. */
function systemRules(services: readonly Dependant[]): InhibitRule[] {
  return sharedSystems
    .filter(({ usedBy }) => services.some(usedBy))
    .map(({ alerts, of, usedBy }) => ({
      source_matchers: [oneOf("alertname", alerts), ...(of === undefined ? [] : [of])],
      target_matchers: [symptoms, servicesThat(services, usedBy)],
      equal: [...sameCluster],
    }));
}

function consequenceRules(): InhibitRule[] {
  return knownConsequences.map(({ causes, effects }) => ({
    source_matchers: [oneOf("alertname", causes)],
    target_matchers: [oneOf("alertname", effects)],
    equal: [...sameCluster],
  }));
}

/** Services that this one needs while it serves; an optional one explains nothing. */
function requiredServices({ uses }: Dependant): string[] {
  return Object.entries(uses?.services ?? {})
    .filter(([, need]) => need !== "optional")
    .map(([name]) => name);
}

function servicesThat(services: readonly Dependant[], holds: (service: Dependant) => boolean): string {
  const names = services.filter(holds).map(({ name }) => name);
  return oneOf("service", names.sort());
}

/** Alertmanager anchors regular expressions; names hold no character that means something in one. */
function oneOf(label: string, values: readonly string[]): string {
  return values.length === 1 ? `${label}="${values[0]}"` : `${label}=~"${values.join("|")}"`;
}
