import type { Mode } from "../../plan/monitor.ts";
import { type Plan, planStack } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";

/** Plans a few components alone, without a stack file: for tests of one component's contract. */
export async function planProgram(create: () => void | Promise<void>, mode: Mode = "steady"): Promise<ComponentPlan> {
  const plan = await planStack({
    stack: "test",
    mode,
    file: { stack: "test", file: "Pulumi.test.yaml", text: "config: {}", config: {} },
    program: async () => {
      await create();
      return {};
    },
  });
  return new ComponentPlan(plan);
}

/** A plan with the questions that component tests ask. */
export class ComponentPlan {
  /** All resources but the stack's own and providers. */
  readonly resources: readonly PlannedResource[];
  /** Providers that the components made. */
  readonly providers: readonly PlannedResource[];
  /** The whole plan as text, to look for what must not be in it. */
  readonly text: string;

  constructor(plan: Plan) {
    this.resources = plan.resources.filter(({ type }) => !type.startsWith("pulumi:"));
    this.providers = plan.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
    this.text = JSON.stringify(plan);
  }

  /** All resources of a type. */
  all(type: string): PlannedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The only resource of a type, or the one of that logical name. */
  one(type: string, name?: string): PlannedResource {
    const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
    if (found.length !== 1) {
      throw new Error(
        `Expected one ${type}${name ? ` named ${name}` : ""}, found ${found.length}. Planned: ${this.resources.map(({ type, name }) => `${type} ${name}`).join(", ")}`,
      );
    }
    return found[0]!;
  }

  /** JSON text of an input, parsed: policies, secrets. */
  json(resource: PlannedResource, input: string): { Statement: Record<string, unknown>[] } {
    return JSON.parse(resource.inputs[input] as string);
  }
}

/** Problems with the two habits that every component keeps: a parent for each child, and its name in front. */
export function familyProblems({ resources }: ComponentPlan, root: string): string[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources
    .filter(({ name, custom }) => custom || name !== root)
    .flatMap((resource) => {
      const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
      if (parent === undefined) return [`${resource.name} has no parent`];
      return resource.name.startsWith(`${parent.name}-`)
        ? []
        : [`${resource.name} does not begin with ${parent.name}-`];
    });
}
