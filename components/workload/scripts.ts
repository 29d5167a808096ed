import { readFileSync } from "node:fs";

/** Scripts of this room, by file name. */
export const scriptNames = ["database-role.sh", "http-requests.sh"] as const;

/** File name of a script of this room. */
export type Script = (typeof scriptNames)[number];

const texts = new Map<Script, string>();

/** Reads a script of `components/workload/scripts`, once however many services ask. */
export function readScript(name: Script): string {
  const known = texts.get(name) ?? readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
  texts.set(name, known);
  return known;
}
