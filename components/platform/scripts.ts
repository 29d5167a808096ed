import { readFileSync } from "node:fs";

/** Reads a script of `components/platform/scripts`, to be put into a ConfigMap. */
export function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
}

/** Data of a ConfigMap that holds the given scripts under their own names. */
export function scriptData(...names: string[]): { [name: string]: string } {
  return Object.fromEntries(names.map((name) => [name, readScript(name)]));
}
