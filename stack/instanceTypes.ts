import families from "../data/instanceFamilies.json" with { type: "json" };
import type { Finding } from "./checks.ts";
import { nearest } from "./nearest.ts";

/** The managed services whose instance families `data/instanceFamilies.json` lists. */
export type SizedService = Exclude<keyof typeof families, "source" | "date">;

/** A finding when the class (`db.r8g.xlarge`, `cache.t4g.medium`) is of a family that the service does not offer. */
export function checkFamily(path: Finding["path"], service: SizedService, found: string): Finding[] {
  const [prefix = "", family = "", size = ""] = found.split(".");
  const known: readonly string[] = families[service];
  if (known.includes(family)) return [];
  const near = nearest(family, known);
  return [
    {
      path,
      allowed: `a class of one of the families ${known.map((name) => `${prefix}.${name}`).join(", ")}`,
      nearest: near === undefined ? undefined : `${prefix}.${near}.${size}`,
      hint: `${service} does not run on other families, or they are of an earlier generation (data/instanceFamilies.json).`,
    },
  ];
}

/** Processor architecture of an EC2 instance type: a `g` after the generation means Graviton (`c8g.large`). */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^[a-z]+\d+g/.test(instanceType) ? "arm64" : "x86_64";
}
