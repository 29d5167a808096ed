import type { Service } from "../../catalog/types.ts";
import { kafkaLabels, kafkaNamespace } from "../platform/kafkaNames.ts";
import { labelsOf } from "./context.ts";
import { accountSecretName } from "./secrets.ts";

/**
 * The KafkaUser of a service: may write the topics that it produces, read those that it consumes in the consumer group of
 * its name or in `<name>.…`, and nothing else. No service's name has a dot, so none falls into another's groups. The password is made by the program, so that Secrets Manager is its one home.
 */
export function kafkaUser(service: Service) {
  const { produce = [], consume = [] } = service.uses?.topics ?? {};
  const topic = (name: string) => ({ type: "topic", name, patternType: "literal" });
  const group = (name: string, patternType: "literal" | "prefix") => ({
    resource: { type: "group", name, patternType },
    operations: ["Read", "Describe"],
    host: "*",
  });
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaUser",
    metadata: { name: service.name, namespace: kafkaNamespace, labels: { ...labelsOf(service), ...kafkaLabels } },
    spec: {
      authentication: {
        type: "scram-sha-512",
        password: { valueFrom: { secretKeyRef: { name: accountSecretName(service, "kafka"), key: "password" } } },
      },
      authorization: {
        type: "simple",
        acls: [
          ...produce.map((name) => ({ resource: topic(name), operations: ["Write", "Describe"], host: "*" })),
          ...consume.map((name) => ({ resource: topic(name), operations: ["Read", "Describe"], host: "*" })),
          ...(consume.length > 0 ? [group(service.name, "literal"), group(`${service.name}.`, "prefix")] : []),
          // Idempotent producers need a producer id, which belongs to the cluster.
          ...(produce.length > 0
            ? [{ resource: { type: "cluster" }, operations: ["IdempotentWrite"], host: "*" }]
            : []),
        ],
      },
    },
  };
}
