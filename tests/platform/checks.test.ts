import assert from "node:assert/strict";
import { checkCustomResource, checkValues, needReference } from "../support/charts.ts";

/** The checks themselves: what they must find, or they would be worth nothing. */
describe("the check of values", () => {
  before(function () {
    needReference(this);
  });

  const wrong: [string, string, Record<string, unknown>, RegExp][] = [
    ["a key that the chart does not have", "metrics-server", { replica: 2 }, /replica is not a key/],
    [
      "a key below a map",
      "metrics-server",
      { serviceMonitor: { enable: true } },
      /serviceMonitor\.enable is not a key/,
    ],
    ["a key of a subchart", "kube-prometheus-stack", { grafana: { sidecars: {} } }, /grafana\.sidecars is not a key/],
    ["a map where a number belongs", "metrics-server", { replicas: { count: 2 } }, /replicas is a number/],
    ["a value that the schema refuses", "external-dns", { policy: "delete" }, /\/policy must be equal to one of/],
    [
      "a type that the schema refuses",
      "nginx-gateway-fabric",
      { nginx: { config: { workerConnections: "many" } } },
      /workerConnections must be integer/,
    ],
  ];
  for (const [title, chart, values, message] of wrong) {
    it(`finds ${title}`, () => assert.match(checkValues(chart, values).join("\n"), message));
  }

  it("accepts free-form keys and Kubernetes' own types", () => {
    const values = { nodeSelector: { anything: "x" }, resources: { claims: [] }, podLabels: { a: "b" } };
    assert.deepEqual(checkValues("metrics-server", values), []);
  });
});

describe("the check of custom resources", () => {
  before(function () {
    needReference(this);
  });

  const certificate = (spec: object, metadata: object = { name: "x", namespace: "y" }) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata,
    spec: { secretName: "x", issuerRef: { name: "x" }, ...spec },
  });
  const wrong: [string, object, RegExp][] = [
    ["an unknown field", certificate({ dnsName: "x" }), /spec\.dnsName is not a field/],
    ["a wrong type", certificate({ dnsNames: "x" }), /spec\.dnsNames is "x", which is not of type array/],
    ["a value that is not allowed", certificate({ privateKey: { algorithm: "DSA" } }), /allowed are RSA, ECDSA/],
    ["a missing field", certificate({ issuerRef: {} }), /spec\.issuerRef\.name is missing/],
    ["a missing namespace", certificate({}, { name: "x" }), /metadata\.namespace is missing/],
    ["a version that is not served", { ...certificate({}), apiVersion: "cert-manager.io/v1alpha2" }, /served are v1/],
    ["a kind that nobody defines", { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" }, /no chart brings a CRD/],
  ];
  for (const [title, object, message] of wrong) {
    it(`finds ${title}`, () => assert.match(checkCustomResource(object).join("\n"), message));
  }

  it("accepts a right one, and what cannot be looked into", () => {
    assert.deepEqual(checkCustomResource(certificate({ dnsNames: ["a.example.com"] })), []);
    const unknown = certificate({ dnsNames: "[unknown]" });
    assert.deepEqual(checkCustomResource(unknown, { isOpaque: (value) => value === "[unknown]" }), []);
  });
});

describe("missing reference data", () => {
  it("fails in CI and is skipped elsewhere, aloud", () => {
    const skipped: string[] = [];
    const context = { skip: () => void skipped.push("skipped") as never };
    const write = process.stderr.write;
    process.stderr.write = (text: unknown) => skipped.push(String(text)) > 0;
    try {
      needReference(context, { present: false, ci: false });
      assert.match(skipped.join(""), /SKIPPED: .* NOT checked.*skipped/s);
      assert.throws(() => needReference(context, { present: false, ci: true }), /In CI that is a failure/);
    } finally {
      process.stderr.write = write;
    }
  });
});
