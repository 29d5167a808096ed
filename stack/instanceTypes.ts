import families from "../data/instanceFamilies.json" with { type: "json" };
import type { Finding } from "./checks.ts";
import { nearest } from "./nearest.ts";

/** The managed services whose instance families `data/instanceFamilies.json` lists. */
export type SizedService = Exclude<keyof typeof families, "source" | "date">;

/** A finding when the class (`db.r8g.xlarge`, `cache.t4g.medium`) is of a family that the service does not offer. */
export function checkFamily(path: Finding["path"], service: SizedService, found: string): Finding[] {
  const [prefix = "", family = "", size = ""] = found.split(".");
  const known: readonly string[] = families[service];
  if (known.includes(family)) return checkSize(path, sizesOf(service, family), found);
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

const upwards = ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge", "48xlarge"];

/** Sizes that a family may have; which of the largest it has, AWS says. */
function sizesOf(service: SizedService, family: string): readonly string[] {
  if (!family.startsWith("t")) return family.startsWith("x") ? ["medium", "large", ...upwards] : ["large", ...upwards];
  const small = ["micro", "small", "medium"];
  return service === "postgres" ? [...small, "large", "xlarge", "2xlarge"] : small;
}

/** A finding when the size of a class (`db.r8g.xlarge`) is none of those that its family has. */
export function checkSize(path: Finding["path"], sizes: readonly string[], found: string): Finding[] {
  const [prefix = "", family = "", size = ""] = found.split(".");
  if (sizes.includes(size)) return [];
  const near = nearest(size, sizes);
  return [
    {
      path,
      allowed: `${prefix}.${family} in one of the sizes ${sizes.join(", ")}`,
      nearest: near === undefined ? undefined : `${prefix}.${family}.${near}`,
    },
  ];
}

/** Processor architecture of an EC2 instance type: a `g` after the generation means Graviton (`c8g.large`). */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^[a-z]+\d+g/.test(instanceType) ? "arm64" : "x86_64";
}
