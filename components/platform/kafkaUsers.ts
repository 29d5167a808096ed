import { type KafkaPlatformUser, kafkaLabels, kafkaNamespace } from "./kafkaNames.ts";

interface Acl {
  resource: { type: "topic" | "group" | "cluster"; name?: string; patternType?: "literal" | "prefix" };
  operations: string[];
}

/** What each platform user may do; everything else is refused. */
function acls(user: KafkaPlatformUser, auditTopic: string): Acl[] {
  const topic = (name: string, operations: string[]): Acl => ({
    resource: { type: "topic", name, patternType: "literal" },
    operations,
  });
  const groups: Acl = {
    resource: { type: "group", name: user, patternType: "prefix" },
    operations: ["Read", "Describe"],
  };
  switch (user) {
    case "schema-registry":
      return [
        topic("_schemas", ["Describe", "DescribeConfigs", "Read", "Write"]),
        topic("__consumer_offsets", ["Describe"]),
        groups,
        { resource: { type: "cluster" }, operations: ["Describe", "DescribeConfigs"] },
      ];
    case "logstash":
      return [topic(auditTopic, ["Describe", "Read"]), groups];
  }
}

/** Secret in the cluster's namespace that holds a platform user's password, for the user operator. */
export function kafkaPasswordSecret(user: KafkaPlatformUser): string {
  return `${user}-password`;
}

/**
 * The KafkaUser of a platform user. The password is made by this program and lives in Secrets Manager, from where each
 * namespace that needs it takes it: no Secret is copied between namespaces.
 */
export function kafkaPlatformUser(user: KafkaPlatformUser, auditTopic: string) {
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaUser",
    metadata: { name: user, namespace: kafkaNamespace, labels: kafkaLabels },
    spec: {
      authentication: {
        type: "scram-sha-512",
        password: { valueFrom: { secretKeyRef: { name: kafkaPasswordSecret(user), key: "password" } } },
      },
      authorization: { type: "simple", acls: acls(user, auditTopic).map((acl) => ({ ...acl, host: "*" })) },
    },
  };
}
