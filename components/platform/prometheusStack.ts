import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { grafanaAccount } from "../data/accounts.ts";
import { databaseSecretPath } from "../data/databaseRoles.ts";
import { publishStatements } from "../observability/routing/publish.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import { Secret } from "../security/secret.ts";
import { authoritySecret, createAuthority } from "./authority.ts";
import type { PlatformContext } from "./context.ts";
import { auditDataStream, elasticsearchUrl, elasticUserSecretPath } from "./elasticNames.ts";
import { createExternalSecret } from "./externalSecretResource.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { edge } from "./gatewayPlan.ts";
import { createGeneratedSecret, createPassword, custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { grafanaRootUrl, grafanaValues } from "./grafanaValues.ts";
import { monitoringFlows } from "./monitoringFlows.ts";
import {
  alertmanagerServiceAccount,
  grafanaAdminSecret,
  grafanaDatabaseSecret,
  grafanaOidcSecret,
  grafanaServiceAccount,
  monitoringNamespace,
  prometheusServiceAccount,
} from "./monitoringNames.ts";
import { prometheusStackValues } from "./prometheusValues.ts";
import { installChart } from "./release.ts";
import { discoveryStatements } from "./tradingBotScrape.ts";
import { type ChartValues, mergeValues } from "./values.ts";

/** Arguments of `PrometheusStack`. */
export interface PrometheusStackArgs extends SecretCustody {
  context: PlatformContext;
  /** Section `monitoring` of the stack file. */
  settings: MonitoringSettings;
  /** Port of the mail server that Alertmanager speaks to: setting `routing.smtp.port`. */
  mailPort: number;
  /** ARN of the customer key of the SNS topics, to which Alertmanager publishes. */
  topicKeyArn: pulumi.Input<string>;
  /** Elasticsearch is installed: Grafana shows it. */
  search: boolean;
  /**
   * Changes to the chart's own rules: values `defaultRules` and `customRules`, on top of `hiddenRules`.
   * @default the chart's rules as they are, without those of targets that EKS hides
   */
  chartRules?: ChartValues;
}

/** Path in Secrets Manager of Grafana's administrator: `username` and `password`. */
const grafanaAdministratorPath = "grafana/administrator";

const searchSecret = "elasticsearch-grafana";

/** Groups of the chart's rules about what EKS hides; they would never have a sample to look at. */
const hiddenRules: ChartValues = {
  defaultRules: {
    create: true,
    rules: {
      etcd: false,
      kubeControllerManager: false,
      kubeSchedulerAlerting: false,
      kubeSchedulerRecording: false,
      kubeProxy: false,
      windows: false,
    },
    // Our routing sends informational alerts once a day; this one would silence them.
    disabled: { InfoInhibitor: true },
  },
};

/**
 * Prometheus, Alertmanager and Grafana: the release kube-prometheus-stack, with the secrets, the AWS identity and the
 * flows that it needs. The administrator's password is made before the release and kept in Secrets Manager.
 */
export class PrometheusStack extends pulumi.ComponentResource {
  /** Address that people type for Grafana, with a slash at the end. */
  readonly grafanaUrl: string;
  /** Password of Grafana's administrator, whose name is `admin`. */
  readonly adminPassword: pulumi.Output<string>;
  /** The release: what is made inside Grafana goes with it. */
  readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, args: PrometheusStackArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:PrometheusStack", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    this.grafanaUrl = grafanaRootUrl(context, settings.grafana);
    this.adminPassword = pulumi.secret(createPassword(`${name}-grafana-password`, this));
    const prerequisites = [
      ...createFlowPolicies(name, monitoringFlows(context, args.mailPort), this),
      createAuthority(name, context, monitoringNamespace, this),
      ...createSecrets(name, args, this.adminPassword, this),
      ...createDashboardReader(name, this),
      createIdentity(`${name}-grafana`, grafanaServiceAccount, grafanaStatements(context), context, this),
      // Before the release, for a pod that starts before the association never gets the role.
      createIdentity(
        `${name}-alertmanager`,
        alertmanagerServiceAccount,
        publishStatements(context, args),
        context,
        this,
      ),
      createIdentity(`${name}-prometheus`, prometheusServiceAccount, discoveryStatements, context, this),
    ];
    this.release = installChart(
      `${name}-release`,
      {
        chart: "kube-prometheus-stack",
        context,
        namespace: monitoringNamespace,
        values: releaseValues(args),
      },
      { parent: this, dependsOn: prerequisites },
    );
    this.registerOutputs({ grafanaUrl: this.grafanaUrl });
  }
}

function releaseValues({ context, settings, search, chartRules = {} }: PrometheusStackArgs): ChartValues {
  return {
    ...prometheusStackValues(context, settings),
    ...mergeValues(hiddenRules, chartRules),
    grafana: grafanaValues(context, settings.grafana, {
      ...(search
        ? {
            search: {
              address: elasticsearchUrl,
              auditIndices: auditDataStream,
              credentialsSecret: searchSecret,
              authoritySecret,
            },
          }
        : {}),
      gateway: { name: edge.gateway, namespace: edge.namespace, listener: edge.listener },
    }),
  };
}

/** Everything that Grafana logs in with, from Secrets Manager; nothing of it passes through the release. */
function createSecrets(
  name: string,
  args: PrometheusStackArgs,
  adminPassword: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { context, settings } = args;
  const { database, oidc } = settings.grafana;
  const bring = (
    secretName: string,
    data: { [key: string]: { path: string; property: string } },
    { dependsOn = [], waits = true }: { dependsOn?: pulumi.Resource[]; waits?: boolean } = {},
  ) =>
    createExternalSecret(
      `${name}-${secretName}`,
      context,
      { name: secretName, namespace: monitoringNamespace, data, waits },
      { parent, dependsOn },
    );
  const from = (path: string, property: string) => ({ path, property });

  const administrator = createGeneratedSecret(
    `${name}-grafana-administrator`,
    {
      context,
      path: grafanaAdministratorPath,
      description: "Grafana's administrator: for this program, and for people when the login provider is away",
      value: pulumi.jsonStringify({ username: "admin", password: adminPassword }),
      ...custodyOf(args),
    },
    parent,
  );
  const searchPath = elasticUserSecretPath("grafana");
  const databasePath = databaseSecretPath(grafanaAccount);
  return [
    bring(
      grafanaAdminSecret,
      {
        "admin-user": from(grafanaAdministratorPath, "username"),
        "admin-password": from(grafanaAdministratorPath, "password"),
      },
      { dependsOn: [administrator] },
    ),
    ...(args.search
      ? [bring(searchSecret, { username: from(searchPath, "username"), password: from(searchPath, "password") })]
      : []),
    ...(database === "postgres"
      ? [
          bring(grafanaDatabaseSecret, {
            GF_DATABASE_HOST: from(databasePath, "host"),
            GF_DATABASE_USER: from(databasePath, "username"),
            GF_DATABASE_PASSWORD: from(databasePath, "password"),
          }),
        ]
      : []),
    ...(oidc === null
      ? []
      : [
          // Grafana starts without it, and Reloader restarts it as soon as somebody has filled the entry.
          bring(
            grafanaOidcSecret,
            { clientSecret: from(oidc.secretPath, "clientSecret") },
            { dependsOn: [createLoginEntry(name, args, oidc.secretPath, parent)], waits: false },
          ),
        ]),
  ];
}

/** The entry that a person fills with the secret that the login provider gave. */
function createLoginEntry(name: string, args: PrometheusStackArgs, path: string, parent: pulumi.Resource): Secret {
  return new Secret(
    `${name}-grafana-oidc-entry`,
    {
      secretName: args.context.names.secret(path),
      keyArn: args.secretsKeyArn,
      description: 'Grafana\'s login: JSON {"clientSecret": "…"} as the login provider gave it',
      recoveryWindowDays: args.secretRecoveryDays,
      replica: args.secretReplica,
      protect: args.context.protect,
    },
    { parent },
  );
}

/** Lets the dashboards' sidecar read ConfigMaps of all namespaces; the chart's own role would add every Secret. */
function createDashboardReader(name: string, parent: pulumi.Resource): pulumi.Resource[] {
  const roleName = "grafana-dashboards";
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${name}-dashboard-reader`,
    {
      metadata: { name: roleName },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
    },
    { parent },
  );
  const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${name}-dashboard-reader-binding`,
    {
      metadata: { name: roleName },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
      subjects: [{ kind: "ServiceAccount", name: grafanaServiceAccount, namespace: monitoringNamespace }],
    },
    { parent, dependsOn: [role] },
  );
  return [role, binding];
}

/** What Grafana may read of CloudWatch: metrics, alarms, and the log groups of this environment. */
export function grafanaStatements(context: Pick<PlatformContext, "names">): PolicyStatement[] {
  return [
    {
      Sid: "ReadMetrics",
      Action: [
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "cloudwatch:DescribeAlarmsForMetric",
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetInsightRuleReport",
        "tag:GetResources",
        "logs:DescribeLogGroups",
        "ec2:DescribeRegions",
      ],
      Resource: "*",
    },
    {
      Sid: "QueryLogs",
      Action: ["logs:StartQuery", "logs:GetLogGroupFields", "logs:GetLogEvents"],
      Resource: [
        context.names.arn("logs", `log-group:${context.names.logGroup("")}*`),
        // The audit log of the cluster, which an alert rule reads; EKS chooses the name.
        context.names.arn("logs", `log-group:/aws/eks/${context.names.cluster}/cluster:*`),
      ],
    },
    // A running query has no resource of its own.
    { Sid: "FollowQuery", Action: ["logs:GetQueryResults", "logs:StopQuery"], Resource: "*" },
  ];
}

function createIdentity(
  name: string,
  serviceAccount: string,
  statements: readonly PolicyStatement[],
  context: PlatformContext,
  parent: pulumi.Resource,
): PodIdentity {
  return new PodIdentity(
    `${name}-identity`,
    { clusterName: context.clusterName, namespace: monitoringNamespace, serviceAccount, statements },
    { parent },
  );
}
