import type { WrongCase } from "./types.ts";
/** Wrong stack files about data and compute. */
export const dataCases: WrongCase[] = [];
