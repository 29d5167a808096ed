import type { ElasticSettings } from "../../stack/sections/elastic.ts";
import { imagePin } from "./charts.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { type ElasticPlatformUser, elasticCluster, elasticNamespace, elasticTlsSecret } from "./elasticNames.ts";
import { hasBudget, onStatefulNodes, resources, restrictedPod, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Version of Elasticsearch, Kibana and Logstash, which must be the same. */
export const elasticVersion = imagePin("elasticsearch").tag;

/** Service account of Elasticsearch's pods, whose role may write snapshots. */
export const elasticServiceAccount = "elasticsearch";

/** Secret with the roles of the platform's users. */
export const elasticRolesSecret = "elastic-roles";

/** Secret with Kibana's encryption keys. */
export const kibanaKeysSecret = "kibana-encryption-keys";

/** Secret with a platform user's name, password and roles, as the operator takes them into its file realm. */
export function elasticUserSecret(user: ElasticPlatformUser): string {
  return `elastic-user-${user}`;
}

type ElasticContext = Pick<PlatformContext, "region" | "storageClassName" | "topologySpread" | "statefulPool">;

/** Values of the operator's chart. */
export function elasticOperatorValues(replicas: number): ChartValues {
  return {
    installCRDs: true,
    managedNamespaces: [elasticNamespace],
    createClusterScopedResources: true,
    replicaCount: replicas,
    podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false },
    priorityClassName: priorityClasses.stateful,
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    podSecurityContext: restrictedPod(),
    webhook: { enabled: true, failurePolicy: "Ignore", manageCerts: true },
    telemetry: { disabled: true },
    config: {
      metrics: { port: "8080", secureMode: { enabled: false } },
      validateStorageClass: true,
      enableLeaderElection: true,
    },
    podMonitor: { enabled: true, interval: "1m" },
    serviceMonitor: { enabled: false },
  };
}

/** Names of the certificate that Elasticsearch and Kibana share. */
export function elasticCertificateNames(): string[] {
  return ["es", "kb"].flatMap((part) => {
    const service = `${elasticCluster}-${part}-http`;
    return [
      service,
      `${service}.${elasticNamespace}`,
      `${service}.${elasticNamespace}.svc`,
      `${service}.${elasticNamespace}.svc.cluster.local`,
    ];
  });
}

interface NodeSet {
  name: string;
  count: number;
  roles: string[];
  cpu: string;
  memory: string;
  gibibytes: number;
}

/**
 * Elasticsearch: data nodes of the hot and the warm tier in one, with dedicated masters where the settings say so. The
 * certificate is the cluster's own authority's, so that clients trust one authority everywhere.
 */
export function elasticsearchResource(
  context: ElasticContext,
  settings: ElasticSettings,
  users: readonly ElasticPlatformUser[],
) {
  const { masters } = settings;
  const data = {
    name: "data",
    count: settings.dataNodes,
    roles: ["data_content", "data_hot", "data_warm", "ingest", "remote_cluster_client", "transform"],
    ...settings.dataSize,
    gibibytes: settings.dataGibibytes,
  };
  const nodeSets: NodeSet[] =
    masters === 0
      ? [{ ...data, roles: ["master", ...data.roles] }]
      : [{ name: "master", count: masters, roles: ["master"], cpu: "250m", memory: "2Gi", gibibytes: 10 }, data];
  return {
    apiVersion: "elasticsearch.k8s.elastic.co/v1",
    kind: "Elasticsearch",
    metadata: { name: elasticCluster, namespace: elasticNamespace },
    spec: {
      version: elasticVersion,
      // The default deletes the volumes with the resource.
      volumeClaimDeletePolicy: "DeleteOnScaledownOnly",
      updateStrategy: { changeBudget: { maxSurge: 1, maxUnavailable: 1 } },
      http: { tls: { certificate: { secretName: elasticTlsSecret } } },
      auth: {
        fileRealm: users.map((user) => ({ secretName: elasticUserSecret(user) })),
        roles: [{ secretName: elasticRolesSecret }],
      },
      nodeSets: nodeSets.map((set) => nodeSet(context, settings, set)),
    },
  };
}

function nodeSet(context: ElasticContext, settings: ElasticSettings, set: NodeSet) {
  return {
    name: set.name,
    count: set.count,
    ...(set.count > 1 && context.topologySpread
      ? { zoneAwareness: { topologyKey: "topology.kubernetes.io/zone" } }
      : {}),
    config: {
      "node.roles": set.roles,
      "node.store.allow_mmap": settings.memoryMapping,
      "s3.client.default.region": context.region,
      // Deleting by pattern is how indices are lost.
      "action.destructive_requires_name": true,
    },
    podTemplate: {
      metadata: { labels: { "app.kubernetes.io/name": "elasticsearch" } },
      spec: {
        serviceAccountName: elasticServiceAccount,
        automountServiceAccountToken: false,
        priorityClassName: priorityClasses.stateful,
        ...onStatefulNodes(context),
        terminationGracePeriodSeconds: 180,
        securityContext: restrictedPod(1000),
        containers: [
          {
            name: "elasticsearch",
            resources: resources(set.cpu, set.memory),
            env: snapshotEnvironment(),
            volumeMounts: [{ name: "snapshot-token", mountPath: snapshotTokenDirectory, readOnly: true }],
          },
        ],
        volumes: [snapshotTokenVolume()],
      },
    },
    volumeClaimTemplates: [claim("elasticsearch-data", context.storageClassName, set.gibibytes)],
  };
}

function claim(name: string, storageClassName: string, gibibytes: number) {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName,
      resources: { requests: { storage: `${gibibytes}Gi` } },
    },
  };
}

const snapshotTokenDirectory = "/usr/share/elasticsearch/config/repository-s3";

/**
 * Elasticsearch before 9.6 may read a token file at one place only, the one meant for web identity: its module has no
 * right to the path that EKS gives (elastic/elasticsearch #151614). So the Pod Identity token is put there by ourselves,
 * and the variables say so; what is set already EKS leaves alone. From 9.6 on the file is `eks-pod-identity-token`.
 */
function snapshotEnvironment() {
  return [
    { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" },
    {
      name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      value: `${snapshotTokenDirectory}/aws-web-identity-token-file`,
    },
  ];
}

function snapshotTokenVolume() {
  return {
    name: "snapshot-token",
    projected: {
      defaultMode: 0o440,
      sources: [
        {
          serviceAccountToken: {
            audience: "pods.eks.amazonaws.com",
            expirationSeconds: 86_400,
            path: "aws-web-identity-token-file",
          },
        },
      ],
    },
  };
}

/** Kibana: a space for the audit trail, no telemetry, encryption keys that survive a restart. */
export function kibanaResource(context: Pick<PlatformContext, "topologySpread">, replicas: number) {
  return {
    apiVersion: "kibana.k8s.elastic.co/v1",
    kind: "Kibana",
    metadata: { name: elasticCluster, namespace: elasticNamespace },
    spec: {
      version: elasticVersion,
      count: replicas,
      elasticsearchRef: { name: elasticCluster },
      config: { "telemetry.optIn": false, "telemetry.allowChangingOptInStatus": false },
      secureSettings: [{ secretName: kibanaKeysSecret }],
      http: { tls: { certificate: { secretName: elasticTlsSecret } } },
      podTemplate: {
        metadata: { labels: { "app.kubernetes.io/name": "kibana" } },
        spec: {
          automountServiceAccountToken: false,
          priorityClassName: priorityClasses.observability,
          securityContext: restrictedPod(1000),
          topologySpreadConstraints: topologySpread(context, replicas, {
            "kibana.k8s.elastic.co/name": elasticCluster,
          }),
          // Kibana 9.4 does not start with less.
          containers: [{ name: "kibana", resources: resources("250m", "2Gi") }],
        },
      },
    },
  };
}
