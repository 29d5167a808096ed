import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { awaitAnnotations } from "./jobs.ts";
import { kafkaNamespace } from "./kafkaNames.ts";
import { allowFlows, fromApiServer } from "./networkPolicies.ts";
import { resources, restrictedContainer, restrictedPod } from "./pods.ts";
import { createInsideCertificate } from "./secretResources.ts";

/** Arguments of `DrainCleaner`. */
export interface DrainCleanerArgs {
  context: PlatformContext;
}

const cleaner = "strimzi-drain-cleaner";
const namespace = kafkaNamespace;
const labels = { "app.kubernetes.io/name": cleaner };

/**
 * Strimzi's Drain Cleaner. EKS Auto Mode replaces every node within 21 days; a disruption budget counts pods, not copies,
 * and would let the second broker go while the first is still catching up. The cleaner refuses the eviction and asks the
 * operator to move the broker, which does so when all partitions have their copies.
 */
export class DrainCleaner extends pulumi.ComponentResource {
  constructor(name: string, { context }: DrainCleanerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:DrainCleaner", name, {}, opts);
    const account = createRights(name, this);
    const certificate = createInsideCertificate(
      `${name}-certificate`,
      { name: cleaner, namespace, dnsNames: [`${cleaner}.${namespace}.svc`] },
      context,
      { parent: this },
    );
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      allowFlows(cleaner, { namespace, pods: labels, ingress: [fromApiServer(context, [8443])] }),
      { parent: this },
    );
    const deployment = new kubernetes.apps.v1.Deployment(`${name}-deployment`, drainCleanerDeployment(context), {
      parent: this,
      dependsOn: [...account, certificate, policy],
    });
    const service = new kubernetes.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: cleaner, namespace, annotations: awaitAnnotations(context) },
        spec: { selector: labels, ports: [{ name: "https", port: 443, targetPort: "https" }] },
      },
      { parent: this, dependsOn: [deployment] },
    );
    new kubernetes.admissionregistration.v1.ValidatingWebhookConfiguration(`${name}-webhook`, drainCleanerWebhook(), {
      parent: this,
      dependsOn: [service],
    });
    this.registerOutputs({});
  }
}

/** It may look at the pods of its namespace and mark them for the operator; nothing else. */
function createRights(name: string, parent: pulumi.Resource): pulumi.Resource[] {
  const metadata = { name: cleaner, namespace };
  return [
    new kubernetes.core.v1.ServiceAccount(`${name}-account`, { metadata }, { parent }),
    new kubernetes.rbac.v1.Role(
      `${name}-role`,
      { metadata, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "patch"] }] },
      { parent },
    ),
    new kubernetes.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: cleaner },
        subjects: [{ kind: "ServiceAccount", name: cleaner, namespace }],
      },
      { parent },
    ),
  ];
}

/** One pod: while it is away evictions pass, see the webhook's failure policy. */
function drainCleanerDeployment(context: Pick<PlatformContext, "imageMirror" | "waitForReadiness">) {
  const probe = { httpGet: { path: "/health", port: "http" }, initialDelaySeconds: 10, periodSeconds: 30 };
  return {
    metadata: {
      name: cleaner,
      namespace,
      labels,
      // The certificate is read at start only.
      annotations: { ...awaitAnnotations(context), "reloader.stakater.com/auto": "true" },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: cleaner,
          priorityClassName: priorityClasses.stateful,
          securityContext: restrictedPod(1001),
          containers: [
            {
              name: cleaner,
              image: pinnedImage("strimzi-drain-cleaner", context.imageMirror),
              args: ["/opt/strimzi/bin/drain_cleaner_run.sh"],
              env: [
                { name: "STRIMZI_DRAIN_KAFKA", value: "true" },
                { name: "STRIMZI_DENY_EVICTION", value: "true" },
                { name: "STRIMZI_DRAIN_NAMESPACES", value: namespace },
              ],
              ports: [
                { name: "http", containerPort: 8080 },
                { name: "https", containerPort: 8443 },
              ],
              readinessProbe: probe,
              livenessProbe: probe,
              resources: resources("50m", "128Mi", "256Mi"),
              securityContext: restrictedContainer,
              volumeMounts: [
                { name: "certificate", mountPath: "/etc/webhook-certificates", readOnly: true },
                { name: "temporary", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "certificate", secret: { secretName: cleaner, defaultMode: 0o440 } },
            { name: "temporary", emptyDir: { sizeLimit: "64Mi" } },
          ],
        },
      },
    },
  };
}

/** Asked about evictions in Kafka's namespace only, and ignored when it does not answer: no node may hang for it. */
function drainCleanerWebhook() {
  return {
    metadata: { name: cleaner, annotations: { "cert-manager.io/inject-ca-from": `${namespace}/${cleaner}` } },
    webhooks: [
      {
        name: "strimzi-drain-cleaner.strimzi.io",
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        rules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["pods/eviction"],
            scope: "Namespaced",
          },
        ],
        clientConfig: { service: { namespace, name: cleaner, path: "/drainer", port: 443 } },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Ignore",
        timeoutSeconds: 5,
      },
    ],
  };
}
