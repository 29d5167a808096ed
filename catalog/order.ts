import type { Service } from "./types.ts";

/** The services that must be ready before this one starts. */
export function startupNeeds(service: Service): string[] {
  return Object.entries(service.uses?.services ?? {})
    .filter(([, need]) => need === "startup")
    .map(([name]) => name);
}

/**
 * Services in an order in which each comes after those it needs at start; otherwise by name.
 * Expects a catalog without cycles, as `checkCatalog` leaves it.
 */
export function startupOrder(services: readonly Service[]): Service[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered = new Map<string, Service>();
  const visit = (service: Service) => {
    if (ordered.has(service.name)) return;
    for (const need of startupNeeds(service)) {
      const target = byName.get(need);
      if (target) visit(target);
    }
    ordered.set(service.name, service);
  };
  services.forEach(visit);
  return [...ordered.values()];
}

/** Each cycle of startup needs once, as the names along it. */
export function startupCycles(services: readonly Service[]): string[][] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const state = new Map<string, "open" | "done">();
  const cycles: string[][] = [];
  const visit = (name: string, path: readonly string[]) => {
    const service = byName.get(name);
    if (service === undefined || state.get(name) === "done") return;
    if (state.get(name) === "open") {
      cycles.push(path.slice(path.indexOf(name)));
      return;
    }
    state.set(name, "open");
    for (const need of startupNeeds(service)) if (need !== name) visit(need, [...path, name]);
    state.set(name, "done");
  };
  for (const service of services) visit(service.name, []);
  return cycles;
}
