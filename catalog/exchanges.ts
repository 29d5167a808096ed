import type { Exchange } from "./types.ts";

/**
 * Exchanges and the hosts of their interfaces, from the exchanges' own documentation. Egress goes to these hosts only;
 * `workloads.exchangeHosts` of the stack file chooses between `live` and `test`.
 */
export const exchanges: readonly Exchange[] = [
  {
    name: "binance",
    description: "Binance spot: REST and WebSocket streams",
    markets: ["crypto"],
    live: [
      { host: "api.binance.com", port: 443, protocol: "https" },
      { host: "stream.binance.com", port: 9443, protocol: "websocket" },
    ],
    test: [
      { host: "testnet.binance.vision", port: 443, protocol: "https" },
      { host: "stream.testnet.binance.vision", port: 9443, protocol: "websocket" },
    ],
  },
  {
    name: "zerodha",
    description: "Zerodha Kite Connect (NSE India); has no sandbox, trials use an account without funds",
    markets: ["nse"],
    live: [
      { host: "api.kite.trade", port: 443, protocol: "https" },
      { host: "ws.kite.trade", port: 443, protocol: "websocket" },
    ],
    test: [
      { host: "api.kite.trade", port: 443, protocol: "https" },
      { host: "ws.kite.trade", port: 443, protocol: "websocket" },
    ],
  },
  {
    name: "betfair",
    description: "Betfair Exchange: login by certificate, betting API, stream API over TLS",
    markets: ["sports"],
    live: [
      { host: "identitysso-cert.betfair.com", port: 443, protocol: "https" },
      { host: "api.betfair.com", port: 443, protocol: "https" },
      { host: "stream-api.betfair.com", port: 443, protocol: "tls" },
    ],
    test: [
      { host: "identitysso-cert.betfair.com", port: 443, protocol: "https" },
      { host: "api.betfair.com", port: 443, protocol: "https" },
      { host: "stream-api-integration.betfair.com", port: 443, protocol: "tls" },
    ],
  },
];
