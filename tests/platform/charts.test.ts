import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fastCheck from "fast-check";
import {
  bundleNames,
  bundleVersion,
  type ChartName,
  chartNames,
  chartPin,
  locateBundle,
  locateChart,
} from "../../components/platform/charts.ts";
import { imageMirror, mirrorImage, splitImage } from "../../components/platform/imageMirror.ts";
import { mirroredImages } from "../../components/platform/mirroredImages.ts";
import { releaseInputs } from "../../components/platform/release.ts";
import { assertPlain, mergeValues } from "../../components/platform/values.ts";
import pins from "../../data/charts.json" with { type: "json" };
import { checkValues, needReference } from "../support/charts.ts";
import { chartDefaults, chartReference } from "../support/reference.ts";

/** What is wrong with a pin: everything that ages needs the day on which it was seen, and where. */
function pinProblems(name: string, pin: { date?: string; source?: string }): string[] {
  const problems: string[] = [];
  if (!/^20\d\d-[01]\d-[0-3]\d$/.test(pin.date ?? "")) problems.push(`${name} has no date`);
  if (!/^https:\/\/\S+$/.test(pin.source ?? "")) problems.push(`${name} has no source`);
  return problems;
}

describe("chart pins", () => {
  it("have a date and a source, each of them", () => {
    const all = { ...pins.charts, ...pins.bundles, ...pins.images };
    assert.deepEqual(
      Object.entries(all).flatMap(([name, pin]) => pinProblems(name, pin)),
      [],
    );
    assert.deepEqual(pinProblems("x", { date: "recently", source: "" }), ["x has no date", "x has no source"]);
  });

  it("are exact, and name an owner of the CRDs that exists", () => {
    const owners = ["none", "templates", "skipped", ...chartNames, ...bundleNames.map((name) => `bundle:${name}`)];
    for (const name of chartNames) {
      const pin = chartPin(name);
      assert.match(pin.version, /^v?\d+\.\d+\.\d+$/, name);
      assert.match(pin.repository, /^(oci|https):\/\//, name);
      assert.ok(owners.includes(pin.crds), `${name}: ${pin.crds}`);
    }
  });

  it("are the versions that the values were checked against", function () {
    needReference(this);
    for (const name of chartNames) {
      const { version, appVersion } = chartReference(name);
      assert.equal(version, chartPin(name).version, `${name}: see docs/operations/charts.md, step 2`);
      assert.equal(appVersion, chartPin(name).appVersion, name);
    }
  });

  it("take a bundle's version from its chart, so that both change by one line", () => {
    assert.equal(bundleVersion("strimzi"), chartPin("strimzi-kafka-operator").version);
    assert.match(JSON.stringify(locateBundle("strimzi")), new RegExp(bundleVersion("strimzi")));
  });
});

describe("chart mirror", () => {
  const pin = chartPin("cert-manager");
  const here = () => true;

  it("is one OCI registry", () => {
    const location = locateChart(pin, "oci://registry.example.com/charts/", here);
    assert.deepEqual(location, { chart: "oci://registry.example.com/charts/cert-manager", version: pin.version });
    assert.deepEqual(locateBundle("gateway-api", "oci://registry.example.com/charts"), {
      chart: { chart: "oci://registry.example.com/charts/gateway-api-crds", version: "1.5.1" },
    });
  });

  it("is one HTTP repository, for charts of OCI registries too", () => {
    const location = locateChart(pin, "https://charts.example.com/all", here);
    assert.deepEqual(location, {
      chart: "cert-manager",
      version: pin.version,
      repository: "https://charts.example.com/all",
    });
  });

  it("is a directory of packed or unpacked charts, by a path that no machine shows in", () => {
    const packed = locateChart(pin, "file:vendor", (path) => path.endsWith(".tgz"));
    assert.deepEqual(packed, { chart: `./vendor/cert-manager-${pin.version}.tgz` });
    assert.deepEqual(
      locateChart(pin, "file:vendor", (path) => !path.endsWith(".tgz")),
      { chart: "./vendor/cert-manager" },
    );
    assert.throws(
      () => locateChart(pin, "file:vendor", () => false),
      /holds neither cert-manager-v1.*tgz nor cert-manager/,
    );
  });

  it("holds for every chart and every bundle", () => {
    for (const name of chartNames) {
      assert.ok(
        locateChart(chartPin(name), "oci://mirror.example.com", here).chart.startsWith("oci://mirror.example.com/"),
      );
    }
    for (const name of bundleNames) {
      assert.match(
        JSON.stringify(locateBundle(name, "https://mirror.example.com")),
        /https:\/\/mirror\.example\.com\//,
      );
    }
  });

  it("is refused without a scheme", () => {
    assert.throws(() => locateChart(pin, "charts.example.com", here), /has no scheme.*oci:\/\//);
  });
});

describe("image mirror", () => {
  const mirror = { registry: "mirror.example.com:5000/cache", prefixes: { "docker.io": "docker-hub" } };

  it("follows Docker's rules for names without a registry", () => {
    assert.equal(mirrorImage("redis", mirror), "mirror.example.com:5000/cache/docker-hub/library/redis");
    assert.equal(mirrorImage("grafana/loki:3", mirror), "mirror.example.com:5000/cache/docker-hub/grafana/loki:3");
    assert.equal(mirrorImage("quay.io/a/b", mirror), "mirror.example.com:5000/cache/quay.io/a/b");
    assert.equal(mirrorImage("quay.io/a/b"), "quay.io/a/b");
  });

  it("leaves the registries that the mirror cannot hold", () => {
    const partial = { ...mirror, except: ["docker.elastic.co"] };
    assert.equal(mirrorImage("docker.elastic.co/a/b:1", partial), "docker.elastic.co/a/b:1");
    const { image } = imageMirror({}, "eck-operator", partial);
    assert.deepEqual(image, { repository: "docker.elastic.co/eck/eck-operator" });
  });

  it("leaves what is mirrored already", () => {
    const part = fastCheck.stringMatching(/^[a-z]{1,8}$/);
    fastCheck.assert(
      fastCheck.property(part, part, fastCheck.constantFrom("", "quay.io/", "ghcr.io/"), (owner, image, registry) => {
        const once = mirrorImage(`${registry}${owner}/${image}`, mirror);
        assert.ok(once.startsWith(`${mirror.registry}/`));
        assert.equal(mirrorImage(once, mirror), once);
        assert.equal(splitImage(once).registry, "mirror.example.com:5000");
      }),
    );
  });

  it("knows the keys by which each chart takes its images, and what stands there by default", function () {
    needReference(this);
    for (const chart of chartNames) {
      assert.deepEqual(
        checkValues(chart, imageMirror({}, chart, mirror)).filter((line) => !line.includes("must")),
        [],
        chart,
      );
      for (const { key, form, upstream } of mirroredImages[chart]) {
        const found = key
          .split(".")
          .reduce((value, part) => (value as Record<string, unknown>)?.[part], chartDefaults(chart) as unknown);
        // An empty default means that the template has its own; the name without a registry means docker.io.
        if (found === "" || found === null || found === undefined) continue;
        const wanted = upstream.replace("{appVersion}", chartPin(chart).appVersion);
        const normal =
          form === "registry"
            ? String(found)
            : `${splitImage(String(found)).registry}/${splitImage(String(found)).path}`;
        assert.equal(normal, wanted, `${chart}: ${key}`);
      }
    }
  });

  it("keeps what the values say themselves", () => {
    const values = imageMirror({ image: { repository: "ghcr.io/ours/dns", tag: "v1" } }, "external-dns", mirror);
    assert.deepEqual(values, { image: { repository: "mirror.example.com:5000/cache/ghcr.io/ours/dns", tag: "v1" } });
  });
});

describe("a release", () => {
  const context = { waitForReadiness: true };
  const args = { chart: "reloader" as ChartName, context, namespace: "platform-system", values: {} };

  it("refuses values that are not known while planning, naming each", () => {
    const values = { a: { b: [pulumi.output("x")] }, c: pulumi.secret("y") };
    assert.throws(
      () => assertPlain("Helm release x", values),
      /Helm release x: the value of a\.b\[0\], c is a Pulumi output/,
    );
    assert.throws(() => releaseInputs({ ...args, values: { a: pulumi.output(1) } as never }), /Secrets Manager/);
  });

  it("refuses a name that Helm would not take", () => {
    assert.throws(() => releaseInputs({ ...args, releaseName: "a".repeat(54) }), /54 characters; at most 53/);
  });

  it("waits and rolls back by default, and neither where the setting says so", () => {
    assert.deepEqual([releaseInputs(args).atomic, releaseInputs(args).skipAwait], [true, false]);
    const trial = releaseInputs({ ...args, context: { waitForReadiness: false } });
    assert.deepEqual([trial.atomic, trial.skipAwait], [false, true]);
  });

  it("leaves CRDs to whoever owns them", () => {
    assert.equal(releaseInputs({ ...args, chart: "strimzi-kafka-operator" }).skipCrds, true);
    assert.equal(releaseInputs({ ...args, chart: "cert-manager" }).skipCrds, false);
  });

  it("lets a null delete a default of the chart", () => {
    assert.equal(releaseInputs({ ...args, values: { a: [{ b: null }] } }).allowNullValues, true);
    assert.equal("allowNullValues" in releaseInputs(args), false);
  });
});

describe("merged values", () => {
  it("let the later layer win, key by key, lists whole", () => {
    const merged = mergeValues({ a: { b: 1, c: [1, 2] } }, { a: { c: [3], d: undefined } });
    assert.deepEqual(merged, { a: { b: 1, c: [3] } });
  });
});
