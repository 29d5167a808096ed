import assert from "node:assert/strict";
import type { ClusterPod, ClusterService } from "../support/clusterParts.ts";
import { serviceRefusals } from "../support/serviceModel.ts";

describe("the model of Services under the VPC CNI", () => {
  const client = { where: "client", namespace: "a", labels: {} } as unknown as ClusterPod;
  const service: ClusterService = {
    namespace: "b",
    name: "server",
    labels: {},
    selector: { app: "server" },
    ports: [{ port: 80, target: "http" }],
  };
  const refused = (rule: object, called: Partial<ClusterService> = {}) => {
    const policy = {
      metadata: { name: "out", namespace: "a" },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [rule] },
    };
    const call = {
      service: { ...service, ...called },
      port: 80,
      pods: [{ ports: { http: 8080 } }],
      address: "172.20.0.9",
    };
    return serviceRefusals([policy], new Map(), client, call).length > 0;
  };
  const there = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "b" } } };
  const pods = (matchLabels: object) => ({ ...there, podSelector: { matchLabels } });

  it("lets out what a rule names by labels of the Service's selector and by the port of the pods", () => {
    assert.equal(refused({ to: [there] }), false);
    assert.equal(refused({ to: [pods({ app: "server" })], ports: [{ port: 8080 }] }), false);
    assert.equal(refused({ to: [{ ipBlock: { cidr: "172.20.0.0/16" } }], ports: [{ port: 80 }] }), false);
  });

  it("refuses labels that only the pods have, the Service's own port, and ranges without the Services' addresses", () => {
    assert.equal(refused({ to: [pods({ app: "server", tier: "one" })], ports: [{ port: 8080 }] }), true);
    assert.equal(refused({ to: [there], ports: [{ port: 80 }] }), true);
    assert.equal(refused({ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }), true);
  });

  it("has nothing to say of a Service that leads to the pods by name alone", () => {
    assert.equal(refused({ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }, { headless: true }), false);
  });
});
