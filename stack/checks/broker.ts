import type { Finding } from "../checks.ts";
import { checkSize } from "../instanceTypes.ts";
import type { Settings } from "../settings.ts";
import { brokerFamilies } from "../versions.ts";
import { checkVersion } from "./versions.ts";

/** Sizes that Amazon MQ has for RabbitMQ. */
const brokerSizes = ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];

/** Version, instance family and zones of the message broker. */
export function checkBroker({ broker, environment }: Settings): Finding[] {
  const findings = checkVersion(["broker", "version"], "rabbitmq", broker.version);
  const families = brokerFamilies(broker.version);
  const size = broker.instanceType.split(".").at(-1) ?? "";
  if (families.length > 0 && !families.some((family) => broker.instanceType === `${family}.${size}`))
    findings.push({
      path: ["broker", "instanceType"],
      allowed: `a type of ${families.join(" or ")} with RabbitMQ ${broker.version}`,
      nearest: `${families[0]}.${brokerSizes.includes(size) ? size : "medium"}`,
    });
  else if (families.length > 0)
    findings.push(...checkSize(["broker", "instanceType"], brokerSizes, broker.instanceType));
  if (broker.deployment === "cluster" && environment.zones.length < 2)
    findings.push({
      path: ["broker", "deployment"],
      allowed: "single while environment.zones lists one zone",
      hint: "A cluster spreads over zones: add one to environment.zones.",
    });
  return findings;
}
