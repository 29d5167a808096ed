import { assembleCatalog, loadCatalog, type ServiceEntry } from "./load.ts";
import type { Catalog, Kind, Service } from "./types.ts";

const kinds: readonly Kind[] = ["springBoot", "fastApi", "http", "worker"];

/**
 * Well-formed services in any number, for measurements and property tests. Each uses a bit of everything, so that a
 * plan of a thousand of them is a thousand times the work of a real service; ports repeat after the last one, so at
 * most 60,000 fit.
 */
export function syntheticServices(count: number): Service[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(5, "0");
    const kind = kinds[index % kinds.length]!;
    return {
      name: `synthetic-${number}`,
      description: `Synthetic service number ${number}`,
      kind,
      owner: "platform",
      tier: "supporting",
      sensitivity: "internal",
      port: 2000 + index,
      replicas: 2,
      resources: { cpuMillicores: 100, memoryMebibytes: 128 },
      autoscaling: { minimum: 2, maximum: 4 },
      ...(kind !== "worker" && { public: { host: "api", path: `/synthetic-${number}` } as const }),
      uses: {
        postgres: { role: `synthetic_${number}`, schemas: { [`synthetic_${number}`]: "own" } },
        cache: { prefix: `synthetic-${number}` },
        queues: { publish: ["notifications"] },
        topics: { produce: ["system-health", "kline-events"], consume: ["kline-events"] },
        buckets: [{ bucket: "market-data", access: "readWrite" }],
        exchanges: ["binance"],
        // Each fourth one, a worker, calls the one before it.
        ...(kind === "worker" && {
          services: { [`synthetic-${String(index).padStart(5, "0")}`]: "requests" as const },
        }),
      },
      secrets: ["BINANCE_API_KEY"],
    };
  });
}

/** The same services as entries, as if each were a file. */
export function syntheticEntries(count: number): ServiceEntry[] {
  return syntheticServices(count).map((value) => ({ file: `${value.name}.ts`, value }));
}

/** The real catalog with synthetic services beside it: what shared systems and the bot need is there. */
export async function syntheticCatalog(count: number): Promise<Catalog> {
  const { services } = await loadCatalog();
  const real = services.map((value) => ({ file: `${value.name}.ts`, value }));
  return assembleCatalog([...real, ...syntheticEntries(count)]);
}
