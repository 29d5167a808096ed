import type { EventSchema } from "./types.ts";

const symbol = { type: "string", description: "trading pair or instrument, as the exchange writes it" } as const;
const exchange = { type: ["binance", "zerodha", "betfair"], description: "exchange" } as const;
const at = { type: "timestamp", description: "time of the event" } as const;
const traceId = { type: "string", description: "trace that led here", optional: true } as const;

/** Shapes of the events on the topics; compatibility is FULL_TRANSITIVE, so fields are only ever added, as optional. */
export const schemas: readonly EventSchema[] = [
  {
    name: "kline-event",
    description: "A closed candle",
    fields: {
      symbol,
      exchange,
      interval: { type: "string", description: "length, for example 1m" },
      openTime: { type: "timestamp", description: "begin of the candle" },
      closeTime: { type: "timestamp", description: "end of the candle" },
      open: { type: "decimal", description: "first price" },
      high: { type: "decimal", description: "highest price" },
      low: { type: "decimal", description: "lowest price" },
      close: { type: "decimal", description: "last price" },
      volume: { type: "decimal", description: "traded amount in the base asset" },
      traceId,
    },
  },
  {
    name: "trading-signal",
    description: "What a strategy wants to do",
    fields: {
      signalId: { type: "string", description: "unique, so that a repeat is recognised" },
      strategy: { type: "string", description: "name of the strategy" },
      symbol,
      exchange,
      side: { type: ["buy", "sell"], description: "direction" },
      quantity: { type: "decimal", description: "amount in the base asset" },
      limitPrice: { type: "decimal", description: "worst price, absent for a market order", optional: true },
      at,
      traceId,
    },
  },
  {
    name: "trade-event",
    description: "An order and what became of it",
    fields: {
      orderId: { type: "string", description: "our order id" },
      exchangeOrderId: { type: "string", description: "the exchange's id, once accepted", optional: true },
      service: { type: "string", description: "service that placed it" },
      strategy: { type: "string", description: "name of the strategy" },
      symbol,
      exchange,
      side: { type: ["buy", "sell"], description: "direction" },
      status: {
        type: ["placed", "filled", "partially_filled", "cancelled", "rejected", "failed"],
        description: "state",
      },
      quantity: { type: "decimal", description: "amount in the base asset" },
      price: { type: "decimal", description: "price of the fill", optional: true },
      reason: { type: "string", description: "why it was rejected or failed", optional: true },
      at,
      traceId,
    },
  },
  {
    name: "regime-change",
    description: "Market regime of a symbol from now on",
    fields: {
      symbol,
      regime: { type: ["trending_up", "trending_down", "ranging", "volatile"], description: "regime" },
      confidence: { type: "double", description: "probability between 0 and 1" },
      at,
      traceId,
    },
  },
  {
    name: "health-report",
    description: "Health of one component as its service sees it",
    fields: {
      service: { type: "string", description: "reporting service" },
      component: { type: "string", description: "for example database or exchange" },
      status: { type: ["healthy", "degraded", "unhealthy"], description: "health" },
      message: { type: "string", description: "for people", optional: true },
      at,
    },
  },
];

/** Renders an event schema as an Avro record, the form that the schema registry takes. */
export function avroRecord(schema: EventSchema): object {
  return {
    type: "record",
    name: schema.name.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase()),
    namespace: "trading.events",
    doc: schema.description,
    fields: Object.entries(schema.fields).map(([name, field]) => {
      const type = avroType(name, field.type);
      return field.optional
        ? { name, type: ["null", type], default: null, doc: field.description }
        : { name, type, doc: field.description };
    }),
  };
}

function avroType(name: string, type: EventSchema["fields"][string]["type"]): unknown {
  if (typeof type !== "string") return { type: "enum", name: `${name}Values`, symbols: [...type] };
  if (type === "timestamp") return { type: "long", logicalType: "timestamp-millis" };
  return type === "decimal" ? "string" : type;
}
