import type { TradingBotSettings } from "../../stack/sections/tradingBot.ts";

/** An instance type and its memory. */
export interface BotSize {
  instanceType: string;
  memoryMebibytes: number;
}

type Purpose = TradingBotSettings["purpose"];
type Architecture = TradingBotSettings["architecture"];

/**
 * Instance types by purpose: the requirement's (t3.small, c5.large, t3.medium, c5.xlarge) in their current generations,
 * on Graviton where the image is built for it.
 */
export const botSizes: Readonly<Record<Architecture, Readonly<Record<Purpose, BotSize>>>> = {
  arm64: {
    development: { instanceType: "t4g.small", memoryMebibytes: 2048 },
    backtesting: { instanceType: "c8g.large", memoryMebibytes: 4096 },
    live: { instanceType: "t4g.medium", memoryMebibytes: 4096 },
    lowLatency: { instanceType: "c8g.xlarge", memoryMebibytes: 8192 },
  },
  x86_64: {
    development: { instanceType: "t3.small", memoryMebibytes: 2048 },
    backtesting: { instanceType: "c7i.large", memoryMebibytes: 4096 },
    live: { instanceType: "t3.medium", memoryMebibytes: 4096 },
    lowLatency: { instanceType: "c7i.xlarge", memoryMebibytes: 8192 },
  },
};

/** Memory that system, Docker and the CloudWatch agent need, in MiB. */
const systemMebibytes = 512;

/** The instance type that the settings ask for. */
export function botInstanceType({ purpose, architecture, instanceType }: TradingBotSettings): string {
  return instanceType ?? botSizes[architecture][purpose].instanceType;
}

/** Memory of the container: what the catalog says, as far as the machine has it. */
export function botMemoryMebibytes(settings: TradingBotSettings, wanted: number): number {
  if (settings.instanceType !== undefined) return wanted;
  return Math.min(wanted, botSizes[settings.architecture][settings.purpose].memoryMebibytes - systemMebibytes);
}

/** Public parameter of AWS with the newest Amazon Linux 2023; EC2 reads it whenever it starts an instance. */
export function botImageParameter(architecture: Architecture): string {
  return `resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
}
