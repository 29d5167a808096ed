import type { PlannedResource } from "../resource.ts";
import type { Files } from "./write.ts";
import { toJson } from "./write.ts";

/** `aws/<service>.json`: the resources of each AWS service with their inputs, by type and logical name. */
export function awsFiles(resources: readonly PlannedResource[]): Files {
  const services = new Map<string, { type: string; name: string; inputs: Record<string, unknown> }[]>();
  for (const { type, name, inputs } of resources) {
    if (!type.startsWith("aws:")) continue;
    const service = type.split(":")[1]!.split("/")[0]!;
    const list = services.get(service) ?? [];
    list.push({ type, name, inputs });
    services.set(service, list);
  }
  return Object.fromEntries(
    [...services].map(([service, list]) => [
      `aws/${service}.json`,
      toJson(list.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1))),
    ]),
  );
}
