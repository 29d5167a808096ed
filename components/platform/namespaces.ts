import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { type NamespacePlan, namespaceLabels, planNamespaces, type Quota, quotaLimits } from "./namespacePlan.ts";
import { allowFlows, toNameResolution } from "./networkPolicies.ts";

/** Arguments of `Namespaces`. */
export interface NamespacesArgs {
  context: PlatformContext;
  /**
   * Quotas that differ from the defaults, by namespace.
   * @default `namespaceDefaults`
   */
  quotas?: { [namespace: string]: Partial<Quota> };
}

/** Priorities, the highest first. Kubernetes' own system classes begin at two billion. */
const priorities: { [key in keyof typeof priorityClasses]: { value: number; description: string } } = {
  critical: { value: 1_000_000, description: "What others cannot work without: certificates, secrets, gateway, DNS" },
  stateful: { value: 900_000, description: "What holds the business's data" },
  essential: { value: 850_000, description: "Trading services without which trading stops" },
  workload: { value: 800_000, description: "The other trading services" },
  assisting: { value: 750_000, description: "Trading services that only people would miss" },
  observability: { value: 700_000, description: "What watches" },
};

/**
 * Namespaces with what must hold in each before anything runs there: Pod Security level, default-deny network policies
 * with name resolution, a quota and default requests. Everything that is installed depends on this component.
 */
export class Namespaces extends pulumi.ComponentResource {
  /** Names of the namespaces. */
  readonly namespaces: string[];

  constructor(name: string, args: NamespacesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Namespaces", name, { quotas: args.quotas ?? {} }, opts);
    const plans = planNamespaces(args.quotas);
    createPriorityClasses(name, this);
    for (const plan of plans) {
      const namespace = createNamespace(name, plan, args.context, this);
      createPolicies(name, plan, args.context, this, namespace);
      createLimits(name, plan, this, namespace);
    }
    this.namespaces = plans.map((plan) => plan.name);
    this.registerOutputs({ namespaces: this.namespaces });
  }
}

function createPriorityClasses(name: string, parent: pulumi.Resource): void {
  for (const [key, { value, description }] of Object.entries(priorities)) {
    const className = priorityClasses[key as keyof typeof priorityClasses];
    new kubernetes.scheduling.v1.PriorityClass(
      `${name}-priority-${key}`,
      {
        metadata: { name: className },
        value,
        description,
        globalDefault: false,
        preemptionPolicy: "PreemptLowerPriority",
      },
      { parent },
    );
  }
}

function createNamespace(name: string, plan: NamespacePlan, context: PlatformContext, parent: pulumi.Resource) {
  return new kubernetes.core.v1.Namespace(
    `${name}-${plan.name}`,
    {
      metadata: {
        name: plan.name,
        labels: namespaceLabels(plan),
        annotations: {
          "trading-platform/purpose": plan.purpose,
          ...(plan.reason === undefined ? {} : { "trading-platform/pod-security-reason": plan.reason }),
        },
      },
    },
    // A namespace takes its volumes with it when it is deleted.
    { parent, protect: context.protect },
  );
}

function createPolicies(
  name: string,
  plan: NamespacePlan,
  context: PlatformContext,
  parent: pulumi.Resource,
  namespace: pulumi.Resource,
): void {
  new kubernetes.networking.v1.NetworkPolicy(
    `${name}-${plan.name}-default-deny`,
    {
      metadata: { name: "default-deny", namespace: plan.name },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    },
    { parent, dependsOn: [namespace] },
  );
  new kubernetes.networking.v1.NetworkPolicy(
    `${name}-${plan.name}-name-resolution`,
    allowFlows("allow-name-resolution", { namespace: plan.name, egress: [toNameResolution(context)] }),
    { parent, dependsOn: [namespace] },
  );
}

function createLimits(name: string, plan: NamespacePlan, parent: pulumi.Resource, namespace: pulumi.Resource): void {
  new kubernetes.core.v1.ResourceQuota(
    `${name}-${plan.name}-quota`,
    { metadata: { name: "quota", namespace: plan.name }, spec: { hard: quotaLimits(plan) } },
    { parent, dependsOn: [namespace] },
  );
  new kubernetes.core.v1.LimitRange(
    `${name}-${plan.name}-limits`,
    {
      metadata: { name: "defaults", namespace: plan.name },
      // Only what says nothing gets these: jobs and hooks of charts, which the quota would otherwise refuse. No default
      // limit: it would refuse every container that requests more.
      spec: {
        limits: [{ type: "Container", defaultRequest: { cpu: "50m", memory: "64Mi" } }],
      },
    },
    { parent, dependsOn: [namespace] },
  );
}
