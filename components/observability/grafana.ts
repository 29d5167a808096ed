import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { folders } from "./grafana/folders.ts";
import { type RuleGroupPlan, ruleGroups } from "./grafana/ruleGroups.ts";
import type { GrafanaAlert, GrafanaRuleContext } from "./grafana/types.ts";

/** What the content of Grafana needs to be told. */
export interface GrafanaContentArgs {
  /** Password of Grafana's administrator, made before the release. */
  adminPassword: pulumi.Input<string>;
  /** The release that runs Grafana; everything here goes with it. */
  release: pulumi.Resource;
  /** What else must stand before Grafana answers at its address: gateway, DNS, certificate. @default nothing */
  reachableAfter?: readonly pulumi.Resource[];
  /** Grafana-managed alerts. */
  alerts: readonly GrafanaAlert[];
  /** Addresses of all replicas of Alertmanager. */
  alertmanagers: readonly string[];
  /** What the rules are computed from; holds Grafana's address. */
  rules: GrafanaRuleContext;
}

/**
 * What Grafana shows and watches by itself: folders, alert rules on logs and on AWS, and the way of those alerts to the
 * same Alertmanager that Prometheus uses. Data sources come with the chart (components/platform); the folders for
 * dashboards are here already.
 */
export class GrafanaContent extends pulumi.ComponentResource {
  /** For the dashboards, which belong to the same Grafana. */
  readonly provider: grafana.Provider;
  /** Uids of the folders, by key. */
  readonly folderUids: Record<keyof typeof folders, pulumi.Output<string>>;

  constructor(name: string, args: GrafanaContentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { grafanaUrl } = args.rules;
    super(
      "trading-platform:observability:GrafanaContent",
      name,
      { url: grafanaUrl, alerts: args.alerts.map((alert) => alert.name) },
      opts,
    );

    this.provider = createProvider(name, grafanaUrl, args.adminPassword, this);
    const inside: pulumi.CustomResourceOptions = {
      parent: this,
      provider: this.provider,
      dependsOn: [args.release, ...(args.reachableAfter ?? [])],
      // With the release gone there is nothing to ask: a destroy would wait for an answer that never comes.
      deletedWith: args.release,
    };
    const created = createFolders(name, inside);
    const contactPoint = createContactPoint(name, args.alertmanagers, inside);
    createPolicy(name, contactPoint, inside);
    for (const group of ruleGroups(args.alerts, args.rules)) createGroup(name, group, created.alerts, inside);

    this.folderUids = {
      trading: created.trading.uid,
      platform: created.platform.uid,
      services: created.services.uid,
      alerts: created.alerts.uid,
    };
    this.registerOutputs({ folderUids: this.folderUids });
  }
}

function createProvider(name: string, url: string, password: pulumi.Input<string>, parent: pulumi.Resource) {
  return new grafana.Provider(
    `${name}-provider`,
    {
      url,
      auth: pulumi.secret(pulumi.interpolate`admin:${password}`),
      // The address may answer a minute after the release is ready: DNS, load balancer targets.
      retries: 8,
      retryWait: 10,
      retryStatusCodes: ["429", "5xx"],
      // Full JSON in the state shows what changes in a preview.
      storeDashboardSha256: false,
    },
    { parent },
  );
}

function createFolders(name: string, opts: pulumi.CustomResourceOptions) {
  const folder = (key: keyof typeof folders) =>
    new grafana.oss.Folder(`${name}-folder-${key}`, { ...folders[key], preventDestroyIfNotEmpty: false }, opts);
  return {
    trading: folder("trading"),
    platform: folder("platform"),
    services: folder("services"),
    alerts: folder("alerts"),
  };
}

/** Grafana's alerts go where Prometheus' go, to each replica: one routing, one inhibition, one place for silences. */
function createContactPoint(name: string, alertmanagers: readonly string[], opts: pulumi.CustomResourceOptions) {
  return new grafana.alerting.ContactPoint(
    `${name}-alertmanager`,
    { name: "alertmanager", alertmanagers: alertmanagers.map((url) => ({ url })) },
    opts,
  );
}

/**
 * The only policy of the organization: every alert by itself, at once, again every two minutes. Alertmanager forgets an
 * alert after five minutes without news, and does the grouping and repeating towards people.
 */
function createPolicy(
  name: string,
  contactPoint: grafana.alerting.ContactPoint,
  opts: pulumi.CustomResourceOptions,
): void {
  new grafana.alerting.NotificationPolicy(
    `${name}-policy`,
    {
      contactPoint: contactPoint.name,
      groupBies: ["..."],
      groupWait: "0s",
      groupInterval: "1m",
      repeatInterval: "2m",
    },
    opts,
  );
}

function createGroup(
  name: string,
  group: RuleGroupPlan,
  folder: grafana.oss.Folder,
  opts: pulumi.CustomResourceOptions,
): void {
  new grafana.alerting.RuleGroup(
    `${name}-rules-${group.name}`,
    { name: group.name, folderUid: folder.uid, intervalSeconds: group.intervalSeconds, rules: group.rules },
    opts,
  );
}
