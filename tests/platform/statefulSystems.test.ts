import assert from "node:assert/strict";
import * as fc from "fast-check";
import { loadCatalog } from "../../catalog/load.ts";
import type { Catalog } from "../../catalog/types.ts";
import { auditPipelines, plugin } from "../../components/platform/auditPipeline.ts";
import { consulValues } from "../../components/platform/consulValues.ts";
import { platformContext } from "../../components/platform/context.ts";
import { elasticsearchResource } from "../../components/platform/elasticResources.ts";
import { elasticRoles, fieldMapping, quartzSchedule } from "../../components/platform/elasticSetup.ts";
import { externalSecretsStatements } from "../../components/platform/externalSecrets.ts";
import { kafkaRules } from "../../components/platform/kafkaMetrics.ts";
import { kafkaNodePools, kafkaResource } from "../../components/platform/kafkaResources.ts";
import { planTopics } from "../../components/platform/kafkaTopics.ts";
import { logstashResource } from "../../components/platform/logstashResource.ts";
import { schemaRegistryStatefulSet } from "../../components/platform/schemaRegistryManifest.ts";
import { schemaOfTopic } from "../../components/platform/statefulSystems.ts";
import { vaultAccess } from "../../components/platform/vaultAccess.ts";
import { vaultCertificateNames } from "../../components/platform/vaultNames.ts";
import { vaultConfiguration, vaultValues } from "../../components/platform/vaultValues.ts";
import { createNames } from "../../stack/naming.ts";
import { planPlatform, stackSettings } from "../support/platformPlan.ts";

function world(stack: string) {
  const settings = stackSettings(stack);
  const { name, accountId, region } = settings.environment;
  const names = createNames({ project: "trading-platform", environment: name, accountId, region });
  return { settings, context: platformContext(settings, names) };
}

let catalog: Catalog;
before(async () => {
  catalog = await loadCatalog();
});

describe("Vault's servers", () => {
  const { settings, context } = world("production");

  it("join each other by names that their certificate carries, and nothing in the text is a word that the chart replaces", () => {
    const text = vaultConfiguration(context, 3);
    const { storage, seal } = JSON.parse(text);
    const names = vaultCertificateNames();
    for (const { leader_api_addr, leader_tls_servername } of storage[0].raft.retry_join) {
      const host = new URL(leader_api_addr).hostname;
      assert.ok(names.includes(host.replace(/^[^.]+/, "*")), host);
      assert.ok(names.includes(leader_tls_servername));
    }
    assert.equal(storage[0].raft.retry_join.length, 3);
    assert.equal(seal[0].awskms.kms_key_id, "alias/trading-platform-production/vault-unseal");
    assert.doesNotMatch(text, /HOST_IP|POD_IP|HOSTNAME|API_ADDR|TRANSIT_ADDR|RAFT_ADDR/);
  });

  it("count as ready while sealed and not initialised, or the release would wait for the job that waits for it", () => {
    const { server } = vaultValues(context, settings.vault) as { server: { readinessProbe: { path: string } } };
    assert.match(server.readinessProbe.path, /sealedcode=204/);
    assert.match(server.readinessProbe.path, /uninitcode=204/);
  });

  it("have a disruption budget only when there are two", () => {
    const budget = (replicas: number) => {
      const values = vaultValues(context, { ...settings.vault, replicas });
      return (values as { server: { ha: { disruptionBudget: { enabled: boolean } } } }).server.ha.disruptionBudget
        .enabled;
    };
    assert.equal(budget(1), false);
    assert.equal(budget(3), true);
  });

  it("keep their record to themselves: External Secrets reads every other entry", () => {
    const statements = externalSecretsStatements(context);
    const denied = statements.find(({ Effect }) => Effect === "Deny");
    assert.equal(denied?.Sid, "NeverTheRecordOfVault");
    const record = context.names.arn("secretsmanager", `secret:${context.names.secret("vault/record")}-AbCdEf`);
    assert.ok(new RegExp(`^${String(denied?.Resource).replaceAll("*", ".*")}$`).test(record));
  });

  it("give a service what lies under its own name, and nobody but the setup a right on Vault itself", () => {
    for (const { name, policy, role } of vaultAccess(["dashboard", "trading-system"])) {
      const paths = Object.keys(policy.path);
      assert.deepEqual(role.token_policies, [name]);
      if (name.startsWith("service-")) {
        const service = name.replace("service-", "");
        assert.ok(
          paths.every((path) => path.split("/")[2] === service),
          name,
        );
        assert.deepEqual(role.bound_service_account_names, [service]);
      } else if (name !== "setup") {
        assert.ok(!paths.some((path) => /^sys\/(auth|audit|mounts|polic)/.test(path)), name);
      }
    }
  });
});

describe("Consul's values", () => {
  it("leave the Gateway API's CRDs to the bundle, whether there is a mesh or not", () => {
    const { settings, context } = world("production");
    for (const serviceMesh of [true, false]) {
      const values = consulValues(context, { ...settings.consul, serviceMesh }) as {
        global: { installK8sNetworkingCRDs: boolean };
        connectInject: { enabled: boolean; default: boolean; apiGateway: { manageExternalCRDs: boolean } };
      };
      assert.equal(values.global.installK8sNetworkingCRDs, false);
      assert.equal(values.connectInject.apiGateway.manageExternalCRDs, false);
      assert.equal(values.connectInject.default, false);
      assert.equal(values.connectInject.enabled, serviceMesh);
    }
  });
});

describe("Kafka", () => {
  it("has one combined pool in staging, controllers apart from brokers in production", () => {
    const pools = (stack: string) => {
      const { settings, context } = world(stack);
      return kafkaNodePools(context, settings.kafka).map(({ spec }) => [spec.roles.join("+"), spec.replicas]);
    };
    assert.deepEqual(pools("staging"), [["controller+broker", 1]]);
    assert.deepEqual(pools("production"), [
      ["controller", 3],
      ["broker", 3],
    ]);
  });

  it("never deletes a volume, and spreads every pool that can be spread", () => {
    const { settings, context } = world("production");
    for (const { spec } of kafkaNodePools(context, settings.kafka)) {
      assert.ok(spec.storage.volumes.every((volume) => volume.deleteClaim === false));
      assert.equal(spec.template.pod.topologySpreadConstraints[0]?.whenUnsatisfiable, "DoNotSchedule");
    }
  });

  it("lets nobody in without TLS, a login and a right", () => {
    const { listeners, authorization, config } = kafkaResource(world("staging").settings.kafka).spec.kafka;
    assert.ok(listeners.every(({ tls, authentication }) => tls && authentication.type === "scram-sha-512"));
    assert.equal(authorization.type, "simple");
    assert.equal(config["auto.create.topics.enable"], false);
  });

  it("takes topics from the catalog and their numbers from the stack file", () => {
    const topic = (stack: string, name: string) =>
      planTopics(catalog.topics, world(stack).settings.kafka).find(({ spec }) => spec.topicName === name)?.spec;
    assert.deepEqual(topic("staging", "kline-events"), {
      topicName: "kline-events",
      partitions: 3,
      replicas: 1,
      config: {
        "cleanup.policy": "delete",
        "retention.ms": "86400000",
        "compression.type": "producer",
        "min.insync.replicas": "1",
      },
    });
    assert.equal(topic("production", "kline-events")?.partitions, 12);
    assert.equal(topic("production", "system-health")?.replicas, 3);
    assert.equal(topic("production", "regime-changes")?.config["cleanup.policy"], "compact");
  });

  it("refuses a change of a topic that the catalog does not have", () => {
    const settings = { ...world("staging").settings.kafka, topics: { "kline-event": { partitions: 1 } } };
    assert.throws(() => planTopics(catalog.topics, settings), /kline-event, which the catalog does not have/);
  });

  const beans: [bean: string, metric: string][] = [
    [
      "kafka.controller<type=KafkaController, name=OfflinePartitionsCount><>Value",
      "kafka_controller_kafkacontroller_offlinepartitionscount",
    ],
    [
      "kafka.controller<type=KafkaController, name=ActiveControllerCount><>Value",
      "kafka_controller_kafkacontroller_activecontrollercount",
    ],
    [
      "kafka.server<type=ReplicaManager, name=UnderReplicatedPartitions><>Value",
      "kafka_server_replicamanager_underreplicatedpartitions",
    ],
    [
      "kafka.server<type=ReplicaManager, name=UnderMinIsrPartitionCount><>Value",
      "kafka_server_replicamanager_underminisrpartitioncount",
    ],
    [
      "kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, topic=kline-events><>Count",
      "kafka_server_brokertopicmetrics_bytesin_total",
    ],
  ];
  for (const [bean, metric] of beans) {
    it(`names the bean of ${metric} as the alerts expect`, () => {
      const rule = kafkaRules.find(({ pattern }) => new RegExp(pattern).test(bean))!;
      const name = bean.replace(new RegExp(`^.*?${rule.pattern}.*$`), rule.name).toLowerCase();
      assert.equal(name, metric);
    });
  }
});

describe("the schema registry", () => {
  const { context } = world("production");
  const { spec } = schemaRegistryStatefulSet(context, 2, 3).spec.template;

  it("does not get Kubernetes' service variables, with which the image refuses to start", () => {
    assert.equal(spec.enableServiceLinks, false);
  });

  it("speaks HTTPS only, asks for a login, and reaches Kafka by TLS and SCRAM", () => {
    const environment = Object.fromEntries(
      spec.containers[0]!.env.map(({ name, ...rest }) => [name, (rest as { value?: string }).value]),
    );
    assert.match(environment.SCHEMA_REGISTRY_LISTENERS!, /^https:/);
    assert.equal(environment.SCHEMA_REGISTRY_AUTHENTICATION_METHOD, "BASIC");
    assert.equal(environment.SCHEMA_REGISTRY_KAFKASTORE_SECURITY_PROTOCOL, "SASL_SSL");
    assert.ok(!spec.containers[0]!.env.some(({ name, ...rest }) => /PASSWORD|JAAS/.test(name) && "value" in rest));
  });
});

describe("Elasticsearch", () => {
  it("gives the masters' role to data nodes only where there are no dedicated masters", () => {
    const sets = (stack: string) => {
      const { settings, context } = world(stack);
      return elasticsearchResource(context, settings.elastic, []).spec.nodeSets;
    };
    assert.ok(sets("staging").every(({ config }) => config["node.roles"].includes("master")));
    const [master, data] = sets("production");
    assert.deepEqual(master?.config["node.roles"], ["master"]);
    assert.ok(!data?.config["node.roles"].includes("master"));
  });

  it("keeps the audit trail from being changed by who writes it", () => {
    for (const { privileges } of elasticRoles.logstash.indices) {
      for (const right of ["index", "write", "delete", "all", "manage"]) assert.ok(!privileges.includes(right), right);
    }
  });

  it("maps prices without floating numbers", () => {
    assert.equal(fieldMapping({ type: "decimal", description: "" }).type, "scaled_float");
    assert.equal(fieldMapping({ type: ["buy", "sell"], description: "" }).type, "keyword");
    assert.equal(fieldMapping({ type: "timestamp", description: "" }).type, "date");
  });

  it("turns cron into Quartz, which wants one of the two days left open", () => {
    assert.equal(quartzSchedule("30 1 * * *"), "0 30 1 * * ?");
    assert.equal(quartzSchedule("0 3 * * SUN"), "0 0 3 ? * SUN");
    assert.equal(quartzSchedule("0 3 1 * *"), "0 0 3 1 * ?");
  });
});

describe("systems that the settings leave out", () => {
  it("are not there, and Elasticsearch without Kafka has no audit pipeline", async () => {
    const { resources } = await planPlatform("staging", {
      change: ({ platform }) => {
        platform.without = ["vault", "consul", "kafka", "monitoring", "logging", "tracing"];
      },
    });
    const releases = resources.flatMap(({ type, inputs }) => (type.endsWith(":Release") ? [inputs.name] : []));
    assert.ok(releases.includes("eck-operator"));
    for (const absent of ["vault", "consul", "strimzi-kafka-operator"]) assert.ok(!releases.includes(absent), absent);
    const kinds = new Set(resources.map(({ inputs }) => inputs.kind));
    assert.ok(kinds.has("Elasticsearch") && kinds.has("Kibana"));
    assert.ok(!kinds.has("Logstash") && !kinds.has("KafkaTopic"));
  });

  it("protect what holds data exactly as the stack file says", async () => {
    for (const stack of ["staging", "production"]) {
      const { resources } = await planPlatform(stack);
      const stateful = resources.filter(({ inputs }) =>
        ["Kafka", "KafkaNodePool", "KafkaTopic", "Elasticsearch"].includes(String(inputs.kind)),
      );
      assert.ok(stateful.length >= 8);
      for (const { urn, protect, retainOnDelete, inputs } of stateful) {
        assert.equal(protect, stackSettings(stack).environment.protect, urn);
        // Without protection everything goes, the namespace too: a KafkaTopic left behind would keep its finalizer for ever.
        assert.equal(retainOnDelete, protect && inputs.kind === "KafkaTopic", urn);
      }
    }
  });
});

describe("the audit pipeline", () => {
  const pipelines = () =>
    auditPipelines({
      context: world("production").context,
      topic: "trade-events",
      schema: schemaOfTopic(catalog, "trade-events"),
    });

  it("types the fields of the catalog's schema and marks events that lack one", () => {
    const intake = pipelines()[0]!["config.string"];
    assert.match(intake, /match => \["at", "UNIX_MS"\]/);
    const condition = /if (.+) \{/.exec(intake)![1]!;
    const schema = schemaOfTopic(catalog, "trade-events");
    for (const [name, { optional }] of Object.entries(schema.fields)) {
      assert.equal(condition.includes(`![${name}]`), !optional, name);
    }
  });

  it("speaks over TLS to whom it knows by an authority, on both sides", () => {
    const [intake, search] = pipelines().map((pipeline) => pipeline["config.string"]);
    assert.match(intake!, /security_protocol => "SASL_SSL"/);
    assert.match(intake!, /\n +ssl_truststore_location => "\//);
    assert.match(search!, /ssl_enabled => true\n +ssl_certificate_authorities => \["\$\{AUDIT_ES_SSL_CERT/);
  });

  it("holds no secret, only names of variables", () => {
    for (const { "config.string": text } of pipelines()) {
      for (const [, value] of text.matchAll(/(?:password|secret|jaas_config) => "([^"]*)"/g)) {
        assert.match(value!, /^\$\{[A-Z_]+\}$/);
      }
    }
  });

  it("hands over to pipelines that exist, with queues on disk, so that neither stops the other", () => {
    const [intake, ...others] = pipelines();
    const sent = /send_to => \[([^\]]+)\]/.exec(intake!["config.string"])![1]!;
    assert.deepEqual(
      sent.split(", ").map((name) => name.slice(1, -1)),
      others.map((pipeline) => pipeline["pipeline.id"]),
    );
    assert.ok(others.every((pipeline) => pipeline["queue.type"] === "persisted"));
  });

  it("writes each event once, under its place in Kafka", () => {
    const search = pipelines()[1]!["config.string"];
    assert.match(search, /action => "create"/);
    assert.match(search, /document_id => "%\{\[source\]\[id\]\}"/);
    assert.match(
      pipelines()[0]!["config.string"],
      /auto_offset_reset => "earliest"/,
      "those before its first start too",
    );
  });

  it("renders balanced braces whatever the settings, and refuses what would end a string", () => {
    for (const { "config.string": text } of pipelines()) {
      const depth = [...text.replace(/"[^"]*"/g, "")].reduce((sum, c) => sum + (c === "{" ? 1 : c === "}" ? -1 : 0), 0);
      assert.equal(depth, 0);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/["\\\n]/.test(text)) assert.throws(() => plugin("x", { key: text }), /cannot take/);
        else assert.ok(plugin("x", { key: text }).includes(`"${text}"`));
      }),
    );
  });

  it("runs in pods that a restricted namespace takes, the operator's own container included", () => {
    const plan = { topic: "trade-events", schema: schemaOfTopic(catalog, "trade-events") };
    const { spec } = logstashResource(world("staging").context, 1, plan).spec.podTemplate;
    const names = [...spec.initContainers, ...spec.containers].map(({ name, securityContext }) => {
      assert.equal(securityContext.allowPrivilegeEscalation, false, name);
      assert.deepEqual(securityContext.capabilities.drop, ["ALL"], name);
      return name;
    });
    assert.deepEqual(names, ["logstash-internal-init-config", "logstash"]);
  });

  it("refuses a topic that the catalog does not have", () => {
    assert.throws(() => schemaOfTopic(catalog, "trades"), /"trades", which the catalog does not have/);
  });
});
