import type { Finding } from "../checks.ts";
import { architectureOf } from "../instanceTypes.ts";
import type { Settings } from "../settings.ts";

/** Real money only where the bot is meant for it; processor and instance type agree. */
export function checkTradingBot({ tradingBot }: Settings): Finding[] {
  const findings: Finding[] = [];
  const { purpose, instanceType, architecture } = tradingBot;
  if (tradingBot.exchangeHosts === "live" && (purpose === "development" || purpose === "backtesting"))
    findings.push({
      path: ["tradingBot", "exchangeHosts"],
      allowed: `test with purpose ${purpose}`,
      hint: "Orders for real money need purpose live or lowLatency.",
    });
  if (instanceType !== undefined && architectureOf(instanceType) !== architecture)
    findings.push({
      path: ["tradingBot", "instanceType"],
      allowed: `a type with ${architecture} processors, as tradingBot.architecture says`,
      hint: `${instanceType} has ${architectureOf(instanceType)} processors.`,
    });
  return findings;
}
