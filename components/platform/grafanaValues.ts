import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { host, type PlatformContext, priorityClasses } from "./context.ts";
import {
  grafanaDataSources,
  type SearchEndpoint,
  searchAuthorityDirectory,
  searchCredentials,
} from "./grafanaDatasources.ts";
import {
  grafanaAdminSecret,
  grafanaDatabaseSecret,
  grafanaOidcSecret,
  grafanaServiceAccount,
} from "./monitoringNames.ts";
import { hasBudget, onStatefulNodes, reloadOn, resources, restrictedContainer, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Context that Grafana's values need. */
export type GrafanaContext = Pick<
  PlatformContext,
  "domain" | "region" | "storageClassName" | "topologySpread" | "statefulPool"
>;

/** What Grafana needs to know of other systems. */
export interface GrafanaNeighbours {
  /** Elasticsearch as a data source; absent where it is not installed. */
  search?: SearchEndpoint & {
    /** Secret with `username` and `password` of Grafana's user there. */
    credentialsSecret: string;
    /** Secret with its certificate authority under the key `ca.crt`. */
    authoritySecret: string;
  };
  /** Gateway and listener that the route attaches to. */
  gateway: { name: string; namespace: string; listener: string };
}

/** The address that people type for Grafana, with a slash at the end as Grafana wants it. */
export function grafanaRootUrl(context: Pick<PlatformContext, "domain">, { rootUrl }: MonitoringSettings["grafana"]) {
  return `${(rootUrl ?? `https://${host(context, "grafana")}`).replace(/\/+$/, "")}/`;
}

/** Values of Grafana, as the subchart `grafana` of kube-prometheus-stack. */
export function grafanaValues(
  context: GrafanaContext,
  settings: MonitoringSettings["grafana"],
  neighbours: GrafanaNeighbours,
): ChartValues {
  const { replicas, size } = settings;
  const rootUrl = grafanaRootUrl(context, settings);
  return {
    fullnameOverride: "grafana",
    replicas,
    annotations: reloadOn(...secretsOf(settings, neighbours)),
    headlessService: true,
    serviceAccount: { name: grafanaServiceAccount, autoMount: true },
    // The chart's role could read every Secret of the cluster; ours reads ConfigMaps only, see `PrometheusStack`.
    rbac: { create: false },
    podDisruptionBudget: hasBudget(replicas) ? { minAvailable: replicas - 1 } : {},
    admin: { existingSecret: grafanaAdminSecret, userKey: "admin-user", passwordKey: "admin-password" },
    ...stateValues(context, settings),
    // Its container runs as root and only mends volumes of very old charts.
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    // Refuses to render when a secret stands in grafana.ini in clear.
    assertNoLeakedSecrets: true,
    enableServiceLinks: false,
    "grafana.ini": grafanaConfiguration(settings, rootUrl),
    envValueFrom: environment(settings, neighbours),
    envFromSecrets: settings.database === "postgres" ? [{ name: grafanaDatabaseSecret }] : [],
    extraSecretMounts:
      neighbours.search === undefined
        ? []
        : [
            {
              name: "elasticsearch-ca",
              mountPath: searchAuthorityDirectory,
              secretName: neighbours.search.authoritySecret,
              readOnly: true,
            },
          ],
    // The root file system is read-only; Grafana unpacks and renders in /tmp.
    extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
    datasources: {
      "datasources.yaml": {
        apiVersion: 1,
        prune: true,
        datasources: grafanaDataSources(context, neighbours.search),
      },
    },
    defaultDashboardsEnabled: true,
    defaultDashboardsEditable: false,
    sidecar: sidecarValues(),
    serviceMonitor: { enabled: true },
    route: {
      main: {
        enabled: true,
        hostnames: [new URL(rootUrl).hostname],
        parentRefs: [
          {
            name: neighbours.gateway.name,
            namespace: neighbours.gateway.namespace,
            sectionName: neighbours.gateway.listener,
          },
        ],
      },
    },
    resources: resources(size.cpu, size.memory),
    priorityClassName: priorityClasses.observability,
    topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "grafana" }),
    containerSecurityContext: restrictedContainer,
  };
}

/** Secrets that Grafana reads once, at its start. The administrator's is none: its password is set in the database. */
function secretsOf(settings: MonitoringSettings["grafana"], neighbours: GrafanaNeighbours): string[] {
  return [
    ...(neighbours.search === undefined
      ? []
      : [neighbours.search.credentialsSecret, neighbours.search.authoritySecret]),
    ...(settings.database === "postgres" ? [grafanaDatabaseSecret] : []),
    ...(settings.oidc === null ? [] : [grafanaOidcSecret]),
  ];
}

/** Several replicas share a database; a single one keeps a file on a volume, which two pods cannot mount at once. */
function stateValues(context: GrafanaContext, settings: MonitoringSettings["grafana"]): ChartValues {
  if (settings.database === "postgres") return { persistence: { enabled: false } };
  return {
    persistence: {
      enabled: true,
      type: "pvc",
      storageClassName: context.storageClassName,
      size: `${settings.volumeGibibytes}Gi`,
    },
    ...onStatefulNodes(context),
    deploymentStrategy: { type: "Recreate" },
  };
}

/** Dashboards of charts come as labelled ConfigMaps; data sources do not, so that no sidecar needs to read Secrets. */
function sidecarValues(): ChartValues {
  return {
    resources: resources("20m", "128Mi"),
    securityContext: restrictedContainer,
    readinessProbe: sidecarProbe(5),
    livenessProbe: sidecarProbe(30),
    datasources: { enabled: false },
    dashboards: {
      enabled: true,
      label: "grafana_dashboard",
      labelValue: "1",
      resource: "configmap",
      searchNamespace: "ALL",
      folderAnnotation: "grafana_folder",
      provider: { foldersFromFilesStructure: true, allowUiUpdates: false },
    },
  };
}

/** The dashboards' sidecar says on this port of its own that it is well; the chart fixes the port and sets no probes. */
function sidecarProbe(initialDelaySeconds: number): ChartValues {
  return { httpGet: { path: "/healthz", port: 8084 }, initialDelaySeconds, periodSeconds: 15 };
}

function grafanaConfiguration(settings: MonitoringSettings["grafana"], rootUrl: string): ChartValues {
  return {
    server: { root_url: rootUrl, domain: new URL(rootUrl).hostname, enable_gzip: true },
    ...(settings.database === "postgres"
      ? // Host, user and password come as GF_DATABASE_*; the name is the role's; RDS takes TLS only.
        { database: { type: "postgres", name: "grafana", ssl_mode: "require", max_open_conn: 10 } }
      : {}),
    ...(settings.replicas > 1
      ? // Replicas tell each other which alerts were sent; otherwise each sends its own. The chart sets POD_IP.
        {
          unified_alerting: {
            ha_listen_address: "$__env{POD_IP}:9094",
            ha_advertise_address: "$__env{POD_IP}:9094",
            ha_peers: "grafana-headless:9094",
          },
        }
      : {}),
    auth: { disable_login_form: false, oauth_allow_insecure_email_lookup: false },
    "auth.anonymous": { enabled: false },
    ...(settings.oidc === null ? {} : { "auth.generic_oauth": login(settings.oidc) }),
    users: { allow_sign_up: false, default_theme: "system" },
    security: {
      disable_gravatar: true,
      cookie_secure: true,
      cookie_samesite: "lax",
      strict_transport_security: true,
      content_security_policy: true,
    },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    // Grafana would download apps at every start: a stopped internet connection would stop it.
    plugins: { preinstall_disabled: true },
    log: { mode: "console" },
    "log.console": { format: "json" },
  };
}

/** Login by OpenID Connect: who is in no group may look, never change. */
function login(oidc: NonNullable<MonitoringSettings["grafana"]["oidc"]>): ChartValues {
  const inGroup = (group: string) => `contains(groups[*], '${group}')`;
  return {
    enabled: true,
    name: oidc.name,
    client_id: oidc.clientId,
    scopes: "openid profile email groups",
    auth_url: oidc.authorizeUrl,
    token_url: oidc.tokenUrl,
    api_url: oidc.userInfoUrl,
    use_pkce: true,
    use_refresh_token: true,
    allow_sign_up: true,
    role_attribute_path: `${inGroup(oidc.adminGroup)} && 'Admin' || ${inGroup(oidc.editorGroup)} && 'Editor' || 'Viewer'`,
  };
}

function environment(settings: MonitoringSettings["grafana"], neighbours: GrafanaNeighbours): ChartValues {
  const fromSecret = (name: string, key: string) => ({ secretKeyRef: { name, key } });
  return {
    ...(neighbours.search === undefined
      ? {}
      : {
          [searchCredentials.username]: fromSecret(neighbours.search.credentialsSecret, "username"),
          [searchCredentials.password]: fromSecret(neighbours.search.credentialsSecret, "password"),
        }),
    ...(settings.oidc === null
      ? {}
      : // A person fills it: Grafana must start, and be logged in to by password, before that.
        {
          GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: {
            secretKeyRef: { name: grafanaOidcSecret, key: "clientSecret", optional: true },
          },
        }),
  };
}
