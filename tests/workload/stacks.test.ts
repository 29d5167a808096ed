import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { loadCatalog } from "../../catalog/load.ts";
import type { Service } from "../../catalog/types.ts";
import { kafkaBootstrapServers, schemaRegistryUrl } from "../../components/platform/kafkaNames.ts";
import { otlpGrpcAddress, prometheusAddress } from "../../components/platform/monitoringNames.ts";
import { type AllowedFlow, allowedFlows, type FlowPolicy } from "../../components/workload/flowMatrix.ts";
import { actionsWithoutResource } from "../../components/workload/identity.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf, stacks } from "../support/plans.ts";
import { byKind, objectsOf, type PlannedObject } from "./support.ts";

interface Statement {
  Action: string | string[];
  Resource: string | string[];
}

const list = <Value>(value: Value | Value[]) => (Array.isArray(value) ? value : [value]);
const mebibytes = (quantity: string) => Number.parseInt(quantity, 10) * (quantity.endsWith("Gi") ? 1024 : 1);
const millicores = (quantity: string) => Number.parseInt(quantity, 10) * (quantity.endsWith("m") ? 1 : 1000);

for (const stack of stacks) {
  describe(`the services in the whole program, ${stack}`, () => {
    let resources: readonly PlannedResource[];
    let objects: PlannedObject[];
    let flows: AllowedFlow[];
    let catalogued: readonly Service[];
    let inCluster: string[];

    before(async () => {
      ({ resources } = await planOf(stack));
      objects = objectsOf(resources);
      const kinds = ["NetworkPolicy", "ApplicationNetworkPolicy"];
      flows = allowedFlows(objects.filter(({ kind }) => kinds.includes(kind)) as unknown as FlowPolicy[]);
      ({ services: catalogued } = await loadCatalog());
      inCluster = catalogued.filter(({ kind }) => archetypes[kind].inCluster).map(({ name }) => name);
    });

    it("get no flow from anywhere but their own policies", () => {
      // Everything else in the namespace denies, or resolves names.
      const own = new Set(inCluster.map((name) => `trading/${name}`));
      const others = flows.filter(({ pods }) => pods.startsWith("trading/") && !own.has(pods));
      assert.deepEqual([...new Set(others.map(({ direction, port }) => `${direction} ${port}`))].sort(), [
        "egress TCP/53",
        "egress UDP/53",
      ]);
      const denied = byKind(objects, "NetworkPolicy").get("trading/default-deny")!.spec;
      assert.deepEqual(denied, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });

    it("find the other end of each flow open to them", () => {
      const listeners = byKind(objects, "Kafka").get("kafka/trading")!.spec.kafka.listeners as PlannedObject[];
      const ofKafka = listeners.flatMap(({ port, networkPolicyPeers = [] }) =>
        networkPolicyPeers.map(
          ({ namespaceSelector }: PlannedObject) =>
            `kafka ${namespaceSelector.matchLabels["kubernetes.io/metadata.name"]} TCP/${port}`,
        ),
      );
      const open = new Set([
        ...ofKafka,
        ...flows
          .filter(({ direction }) => direction === "ingress")
          .map(({ pods, peer, port }) => `${pods.split("/")[0]} ${peer.split("/")[0]} ${port}`),
      ]);
      const out = flows.filter(
        ({ direction, pods, peer, port }) =>
          direction === "egress" && pods.startsWith("trading/") && /^[a-z-]+\//.test(peer) && !port.endsWith("/53"),
      );
      assert.ok(new Set(out.map(({ peer }) => peer.split("/")[0])).size >= 4);
      const shut = out.filter(({ peer, port }) => !open.has(`${peer.split("/")[0]} trading ${port}`));
      assert.deepEqual(shut, []);
    });

    it("are told addresses at which somebody answers", () => {
      const releases = resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      const fullNames = new Map(
        releases.map(({ inputs }) => [
          `${inputs.namespace}/${(inputs.values as PlannedObject).fullnameOverride ?? inputs.name}`,
          inputs.values as PlannedObject,
        ]),
      );
      const hostOf = (address: string) => {
        const [name, namespace] = new URL(address).hostname.split(".");
        return `${namespace}/${name}`;
      };
      assert.ok(fullNames.has(hostOf(otlpGrpcAddress)), otlpGrpcAddress);
      assert.ok(fullNames.has(hostOf(prometheusAddress).replace(/-prometheus$/, "")), prometheusAddress);
      assert.ok(byKind(objects, "Service").has(hostOf(schemaRegistryUrl)), schemaRegistryUrl);
      const kafka = hostOf(`https://${kafkaBootstrapServers}`).replace(/-kafka-bootstrap$/, "");
      assert.ok(byKind(objects, "Kafka").has(kafka), kafkaBootstrapServers);
      for (const name of inCluster) {
        const { data } = byKind(objects, "ConfigMap").get(`trading/${name}-configuration`)!;
        for (const [key, value] of Object.entries(data as Record<string, string>)) {
          if (!/^SERVICE_.*_URL$/.test(key)) continue;
          const front = byKind(objects, "Service").get(hostOf(value));
          assert.equal(String(front?.spec.ports[0].port), new URL(value).port, `${name} ${key}`);
        }
      }
    });

    it("read only entries of Secrets Manager that are there", () => {
      const entries = new Set(
        resources.filter(({ type }) => type === "aws:secretsmanager/secret:Secret").map(({ inputs }) => inputs.name),
      );
      const secrets = objects.filter(
        ({ kind, metadata }) =>
          kind === "ExternalSecret" && inCluster.includes(metadata.labels?.["app.kubernetes.io/name"] ?? ""),
      );
      assert.ok(secrets.length > 30);
      for (const { metadata, spec } of secrets)
        for (const { remoteRef } of spec.data)
          assert.ok(entries.has(remoteRef.key), `${metadata.namespace}/${metadata.name} reads ${remoteRef.key}`);
    });

    it("hold identities without a star, but for actions that have no resource", () => {
      const policies = resources.filter(
        ({ type, name }) =>
          type === "aws:iam/rolePolicy:RolePolicy" && (name.startsWith("workloads-") || name === "trading-bot-policy"),
      );
      assert.ok(policies.length >= 5);
      const wide = policies.flatMap(({ name, inputs }) =>
        (JSON.parse(inputs.policy as string).Statement as Statement[])
          .filter(
            ({ Action, Resource }) => list(Resource).includes("*") || list(Action).some((each) => each.includes("*")),
          )
          .flatMap(({ Action }) => list(Action).map((action) => `${name} ${action}`)),
      );
      assert.deepEqual(wide.sort(), [...actionsWithoutResource].map((action) => `trading-bot-policy ${action}`).sort());
    });

    it("fit into the namespace's quota with every autoscaler at its end and every release at its height", () => {
      let [cpu, memory, pods] = [0, 0, 0];
      for (const { metadata, spec } of byKind(objects, "Rollout").values()) {
        const scaler = byKind(objects, "HorizontalPodAutoscaler").get(`trading/${metadata.name}`);
        const most = (scaler?.spec.maxReplicas ?? spec.replicas) * 2;
        const { requests } = spec.template.spec.containers[0].resources;
        cpu += most * millicores(requests.cpu);
        memory += most * mebibytes(requests.memory);
        pods += most;
      }
      const { hard } = byKind(objects, "ResourceQuota").get("trading/quota")!.spec;
      assert.ok(cpu <= millicores(hard["requests.cpu"]), `${cpu}m of ${hard["requests.cpu"]}`);
      assert.ok(memory <= mebibytes(hard["requests.memory"]), `${memory}Mi of ${hard["requests.memory"]}`);
      assert.ok(pods <= Number(hard.pods), `${pods} of ${hard.pods}`);
    });
  });
}
