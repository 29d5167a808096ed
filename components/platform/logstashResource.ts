import { type AuditPipelinePlan, auditPipelines, logstashVariables } from "./auditPipeline.ts";
import type { PlatformContext } from "./context.ts";
import { priorityClasses } from "./context.ts";
import { elasticCluster, elasticNamespace, elasticUserSecretPath } from "./elasticNames.ts";
import { elasticVersion } from "./elasticResources.ts";
import { kafkaUserSecretPath, schemaRegistrySecretPath } from "./kafkaNames.ts";
import { onStatefulNodes, resources, restrictedContainer, restrictedPod, topologySpread } from "./pods.ts";
import type { ExternalSecretPlan } from "./secretManifests.ts";

/** Service account of Logstash's pods, whose role may add objects to the audit bucket. */
export const logstashServiceAccount = "logstash";

/** Secret with a certificate of Logstash's own, for the trust store that comes with it. */
export const logstashTrustSecret = "logstash-trust";

/** Secret with all that Logstash must know: logins and the trust store's password. */
export const logstashSecret = "logstash-secrets";

/** Path of the trust store's password (property `password`), for `Names.secret(path)`. */
export const logstashTrustSecretPath = "elastic/logstash-trust";

/** The Secret of Logstash's logins, one key for each environment variable. */
export function logstashExternalSecret(): ExternalSecretPlan {
  return {
    name: logstashSecret,
    namespace: elasticNamespace,
    data: {
      kafka: { path: kafkaUserSecretPath("logstash"), property: "password" },
      registry: { path: schemaRegistrySecretPath, property: "logstash" },
      search: { path: elasticUserSecretPath("logstash"), property: "password" },
      trust: { path: logstashTrustSecretPath, property: "password" },
    },
    template: {
      data: {
        [logstashVariables.kafkaLogin]:
          'org.apache.kafka.common.security.scram.ScramLoginModule required username="logstash" password="{{ .kafka }}";',
        [logstashVariables.schemaRegistryPassword]: "{{ .registry }}",
        [logstashVariables.searchPassword]: "{{ .search }}",
        [logstashVariables.trustStorePassword]: "{{ .trust }}",
        // cert-manager takes the password by this key.
        password: "{{ .trust }}",
      },
    },
  };
}

/** Logstash with the audit pipelines. Its queues and the files that wait for their upload lie on a volume. */
export function logstashResource(
  context: Pick<PlatformContext, "names" | "region" | "storageClassName" | "topologySpread" | "statefulPool">,
  replicas: number,
  plan: Omit<AuditPipelinePlan, "context">,
) {
  // Logstash writes its settings beside its program.
  const securityContext = { ...restrictedContainer, readOnlyRootFilesystem: false };
  return {
    apiVersion: "logstash.k8s.elastic.co/v1alpha1",
    kind: "Logstash",
    metadata: { name: elasticCluster, namespace: elasticNamespace },
    spec: {
      version: elasticVersion,
      count: replicas,
      elasticsearchRefs: [{ clusterName: "audit", name: elasticCluster }],
      pipelines: auditPipelines({ ...plan, context }),
      config: {
        "pipeline.workers": 2,
        "api.http.host": "0.0.0.0",
        // What Elasticsearch refuses is kept for a person to look at.
        "dead_letter_queue.enable": true,
        "dead_letter_queue.max_bytes": "512mb",
        "queue.drain": false,
      },
      podTemplate: {
        metadata: { labels: { "app.kubernetes.io/name": "logstash" } },
        spec: {
          serviceAccountName: logstashServiceAccount,
          automountServiceAccountToken: false,
          priorityClassName: priorityClasses.stateful,
          ...onStatefulNodes(context),
          terminationGracePeriodSeconds: 120,
          securityContext: restrictedPod(1000),
          topologySpreadConstraints: topologySpread(context, replicas, {
            "logstash.k8s.elastic.co/name": elasticCluster,
          }),
          // The operator's own container says too little for a restricted namespace; what stands here wins (ECK 3.5).
          initContainers: [{ name: "logstash-internal-init-config", securityContext }],
          containers: [
            {
              name: "logstash",
              resources: resources("500m", "2Gi"),
              securityContext,
              env: Object.values(logstashVariables).map((name) => ({
                name,
                valueFrom: { secretKeyRef: { name: logstashSecret, key: name } },
              })),
              volumeMounts: [{ name: "trust", mountPath: "/etc/logstash-trust", readOnly: true }],
            },
          ],
          volumes: [{ name: "trust", secret: { secretName: logstashTrustSecret, defaultMode: 0o440 } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "logstash-data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: context.storageClassName,
            resources: { requests: { storage: "10Gi" } },
          },
        },
      ],
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    },
  };
}
