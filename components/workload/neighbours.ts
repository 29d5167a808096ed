import type { Service } from "../../catalog/types.ts";

/** What a service must know about the others: their ports, and who calls it. Built once for all services. */
export interface Neighbours {
  /** Port of each service, by name. */
  ports: ReadonlyMap<string, number>;
  /** Names of the services that call a service, by the name of the called one. */
  callers: ReadonlyMap<string, readonly string[]>;
}

/** Turns the catalog's declarations round: from "who I call" to "who calls me". */
export function neighboursOf(services: readonly Service[]): Neighbours {
  const callers = new Map<string, string[]>();
  for (const service of services) {
    for (const name of Object.keys(service.uses?.services ?? {})) {
      const known = callers.get(name);
      if (known === undefined) callers.set(name, [service.name]);
      else known.push(service.name);
    }
  }
  return { ports: new Map(services.map(({ name, port }) => [name, port])), callers };
}
