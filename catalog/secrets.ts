import type { SecretRef } from "./types.ts";

function exchangeSecret(exchange: string, name: string, description: string): SecretRef {
  return { name, description, path: `exchanges/${exchange}`, property: name };
}

/**
 * Secrets that services ask for by name. The entries live in Secrets Manager (`components/security` makes them, people
 * or rotation fill them); passwords of databases, broker, cache and Kafka are made per service and are not listed here.
 */
export const secrets: readonly SecretRef[] = [
  exchangeSecret("binance", "BINANCE_API_KEY", "key of the Binance account"),
  exchangeSecret("binance", "BINANCE_API_SECRET", "signs requests to Binance"),
  exchangeSecret("binance", "BINANCE_REST_BASE_URL", "address of the REST interface that belongs to the key"),
  exchangeSecret("zerodha", "ZERODHA_API_KEY", "key of the Kite Connect application"),
  exchangeSecret("zerodha", "ZERODHA_API_SECRET", "exchanges the daily request token for an access token"),
  exchangeSecret("betfair", "BETFAIR_APPLICATION_KEY", "key of the Betfair application"),
  exchangeSecret("betfair", "BETFAIR_USERNAME", "account that logs in with the certificate"),
  exchangeSecret("betfair", "BETFAIR_PASSWORD", "password of that account"),
  {
    name: "SESSION_KEY",
    description: "signs the sessions of the web front ends",
    path: "web/session",
    property: "key",
  },
];
