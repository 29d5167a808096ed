import type { Mode } from "../../plan/monitor.ts";
import { type Plan, planStack } from "../../plan/plan.ts";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { listStacks } from "../../stack/file.ts";

/** The stacks that have a file, and both moments of their lives. */
export const stacks: readonly string[] = listStacks(projectDirectory);
export const modes: readonly Mode[] = ["first", "steady"];

const plans = new Map<string, Promise<Plan>>();
let previous: Promise<unknown> = Promise.resolve();

/**
 * The plan of a real stack, made once for all tests. One at a time: the SDK keeps the monitor it talks to in a global
 * place.
 */
export function planOf(stack: string, mode: Mode = "steady"): Promise<Plan> {
  const key = `${stack} ${mode}`;
  let plan = plans.get(key);
  if (plan === undefined) {
    plan = previous.then(() => planStack({ stack, mode }));
    previous = plan.catch(() => undefined);
    plans.set(key, plan);
  }
  return plan;
}
