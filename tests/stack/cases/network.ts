import type { WrongCase } from "./types.ts";
/** Wrong stack files about network, DNS, firewall, security and logs. */
export const networkCases: WrongCase[] = [];
