import { histogramBucketsSeconds, shutdownSecondsOf } from "../../catalog/archetypes.ts";
import type { Exchange, SecretRef, Service } from "../../catalog/types.ts";
import type { Names } from "../../stack/naming.ts";
import type { BotSecret } from "./tradingBotUserData.ts";

/** What the bot's settings depend on beside the catalog. */
export interface BotPlace {
  environment: string;
  region: string;
  /** `live`: orders count; `test`: the exchanges' sandboxes. */
  exchangeHosts: "live" | "test";
}

/** The bot's settings in clear, in the words of the services inside the cluster. */
export function botSettings(
  service: Service,
  exchanges: readonly Exchange[],
  { environment, region, exchangeHosts }: BotPlace,
): Record<string, string> {
  const used = (service.uses?.exchanges ?? []).map((name) => find("exchange", exchanges, name));
  return {
    SERVICE_NAME: service.name,
    PORT: String(service.port),
    ENVIRONMENT: environment,
    AWS_REGION: region,
    LOG_FORMAT: "json",
    SHUTDOWN_SECONDS: String(shutdownSecondsOf(service)),
    HISTOGRAM_BUCKETS_SECONDS: histogramBucketsSeconds,
    ...Object.fromEntries(
      used.map((exchange) => [
        `EXCHANGE_${exchange.name.replaceAll("-", "_").toUpperCase()}_HOSTS`,
        exchange[exchangeHosts].map(({ host, port }) => `${host}:${port}`).join(","),
      ]),
    ),
    ...service.settings,
  };
}

/** The secrets that the bot asks for by name, with the entries and properties that hold them. */
export function botSecrets(service: Service, secrets: readonly SecretRef[], names: Pick<Names, "secret">): BotSecret[] {
  return (service.secrets ?? []).map((name) => {
    const { path, property } = find("secret", secrets, name);
    return { variable: name, secretName: names.secret(path), property };
  });
}

function find<Entry extends { name: string }>(what: string, entries: readonly Entry[], name: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined)
    throw new Error(`The trading bot uses the ${what} "${name}", which the catalog does not have.`);
  return found;
}
