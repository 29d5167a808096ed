import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cluster, type ClusterArgs } from "../../components/compute/cluster.ts";
import { accessGrants } from "../../components/compute/clusterAccess.ts";
import { createKubernetesProvider, kubeconfig } from "../../components/compute/kubernetesProvider.ts";
import { NodePools } from "../../components/compute/nodePools.ts";
import { type ClusterSettings, clusterSchema } from "../../stack/sections/cluster.ts";
import { base, key, subnets } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const deployRole = "arn:aws:iam::111122223333:role/deploy";
const pool = {
  name: "workloads",
  architectures: ["arm64"],
  categories: ["m"],
  cpuLimit: 64,
  memoryLimitGibibytes: 256,
};

const settings = (changes: Record<string, unknown> = {}): ClusterSettings =>
  clusterSchema.parse({
    version: "1.36",
    deployRole,
    administrators: ["arn:aws:iam::111122223333:role/ops/administrators"],
    viewers: ["arn:aws:iam::111122223333:role/developers"],
    nodePools: [pool],
    ...changes,
  });

function clusterArgs(changes: Record<string, unknown> = {}): ClusterArgs {
  return {
    ...base,
    settings: settings(changes),
    serviceCidr: "172.20.0.0/16",
    images: { pullThrough: ["docker.io", "quay.io"] },
  };
}

const plan = (changes: Record<string, unknown> = {}, mode?: "first" | "steady") =>
  planProgram(() => {
    new Cluster("cluster", clusterArgs(changes));
  }, mode);

const type = "aws:eks/cluster:Cluster";

describe("compute/cluster", () => {
  it("runs in Auto Mode with its three switches equal, in standard support, encrypted, fully logged", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "cluster"), []);
    const { inputs, protect, ignoreChanges } = planned.one(type);
    assert.equal((inputs.computeConfig as { enabled: boolean }).enabled, true);
    assert.deepEqual(inputs.storageConfig, { blockStorage: { enabled: true } });
    assert.deepEqual((inputs.kubernetesNetworkConfig as Record<string, unknown>).elasticLoadBalancing, {
      enabled: true,
    });
    assert.equal(inputs.bootstrapSelfManagedAddons, false);
    assert.deepEqual(inputs.upgradePolicy, { supportType: "STANDARD" });
    assert.deepEqual(inputs.encryptionConfig, { provider: { keyArn: key("cluster") }, resources: ["secrets"] });
    assert.equal((inputs.enabledClusterLogTypes as string[]).length, 5);
    assert.equal(inputs.deletionProtection, true);
    assert.equal(protect, true);
    assert.deepEqual(ignoreChanges, ["accessConfig.bootstrapClusterCreatorAdminPermissions"]);
  });

  it("comes after its log group and after every policy of its roles", async () => {
    const planned = await plan();
    const { dependencies } = planned.one(type);
    const before = [
      ...planned.all("aws:cloudwatch/logGroup:LogGroup"),
      ...planned.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
      ...planned.all("aws:iam/rolePolicy:RolePolicy"),
    ];
    assert.equal(before.length, 10);
    for (const { urn, name } of before) assert.ok(dependencies.includes(urn), name);
    assert.equal(before[0]?.inputs.name, "/aws/eks/trading-platform-test/cluster");
  });

  it("is private unless blocks are named", async () => {
    const closed = (await plan()).one(type).inputs.vpcConfig as Record<string, unknown>;
    assert.equal(closed.endpointPrivateAccess, true);
    assert.equal(closed.endpointPublicAccess, false);
    const open = (await plan({ publicAccessCidrs: ["203.0.113.0/28"] })).one(type).inputs.vpcConfig;
    assert.deepEqual((open as Record<string, unknown>).publicAccessCidrs, ["203.0.113.0/28"]);
  });

  it("lets EKS tag its sessions, or Auto Mode could do nothing", async () => {
    const planned = await plan();
    const role = planned.one("aws:iam/role:Role", "cluster-roles-cluster");
    const { Statement } = planned.json(role, "assumeRolePolicy");
    assert.deepEqual(Statement[0]?.Action, ["sts:AssumeRole", "sts:TagSession"]);
  });

  it("lets the first spot node of an account bring about EC2's role for spot, and no other role", async () => {
    const planned = await plan();
    const { Statement } = planned.json(
      planned.one("aws:iam/rolePolicy:RolePolicy", "cluster-roles-cluster-own"),
      "policy",
    );
    assert.deepEqual(
      Statement.filter(({ Action }) => Action === "iam:CreateServiceLinkedRole").map(({ Resource }) => Resource),
      ["arn:aws:iam::111122223333:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"],
    );
  });

  it("lets nodes fill the image caches, and no other repository", async () => {
    const planned = await plan();
    const { Statement } = planned.json(
      planned.one("aws:iam/rolePolicy:RolePolicy", "cluster-roles-node-own"),
      "policy",
    );
    assert.deepEqual(
      Statement.map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
          ["docker.io", "quay.io"].map((name) => `arn:aws:ecr:us-east-1:111122223333:repository/${name}/*`),
        ],
      ],
    );
    const without = await planProgram(() => {
      new Cluster("cluster", { ...clusterArgs(), images: { pullThrough: [] } });
    });
    assert.ok(without.resources.every(({ name }) => name !== "cluster-roles-node-own"));
  });

  it("lets viewers look and nobody but deployers and administrators change", async () => {
    const grants = (await plan()).all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    const policyOf = (part: string) =>
      grants.filter(({ inputs }) => String(inputs.principalArn).includes(part)).map(({ inputs }) => inputs.policyArn);
    assert.deepEqual(policyOf("role/developers"), ["arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"]);
    for (const part of ["role/deploy", "administrators"])
      assert.deepEqual(policyOf(part), ["arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"], part);
    assert.equal(grants.length, 3);
  });

  it("knows its principals by name, not by their place in a list", () => {
    const some = {
      deployRole,
      administrators: ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"],
    };
    const slugs = (reversed: boolean) =>
      accessGrants({
        ...some,
        administrators: reversed ? some.administrators.toReversed() : some.administrators,
        viewers: [],
      })
        .map(({ slug }) => slug)
        .sort();
    assert.deepEqual(slugs(true), slugs(false));
    assert.equal(accessGrants({ ...some, viewers: [] })[0].slug, "role-deploy");
  });
});

describe("compute/kubernetesProvider", () => {
  it("holds no credentials and asks AWS for a token", () => {
    const config = kubeconfig({
      clusterName: "c",
      region: "us-east-1",
      endpoint: "https://example.net",
      certificateAuthority: "Y2E=",
    });
    const { exec, ...others } = config.users[0]!.user;
    assert.deepEqual(others, {}, "nothing but the command");
    assert.deepEqual(exec.args, ["eks", "get-token", "--cluster-name", "c", "--region", "us-east-1"]);
  });

  for (const mode of ["first", "steady"] as const)
    it(`has a constant identity and waits for the right to enter (${mode})`, async () => {
      const planned = await planProgram(() => {
        const cluster = new Cluster("cluster", clusterArgs());
        createKubernetesProvider("kubernetes", { ...base, cluster });
      }, mode);
      const provider = planned.providers.find(({ type }) => type === "pulumi:providers:kubernetes")!;
      assert.equal(
        provider.inputs.clusterIdentifier,
        "arn:aws:eks:us-east-1:111122223333:cluster/trading-platform-test",
      );
      const access = planned.one(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "cluster-access-role-deploy-policy",
      );
      assert.ok(provider.dependencies.includes(access.urn));
    });
});

describe("compute/nodePools", () => {
  const nodes = (protect: boolean, changes: Record<string, unknown> = {}) =>
    planProgram(() => {
      new NodePools("nodes", {
        ...base,
        settings: settings({ nodePools: [{ ...pool, ...changes }] }),
        cluster: { nodeRoleName: "node", securityGroupId: pulumi.output("sg-cluster") },
        protect,
      });
    });

  it("puts pods into every zone, on new instances, with an end to cost", async () => {
    const planned = await nodes(true);
    assert.deepEqual(familyProblems(planned, "nodes"), []);
    const { spec } = planned.one("kubernetes:karpenter.sh/v1:NodePool").inputs as {
      spec: {
        limits: unknown;
        disruption: { budgets: unknown };
        template: { spec: { requirements: { key: string; values: string[] }[]; taints?: unknown } };
      };
    };
    assert.deepEqual(spec.limits, { cpu: "64", memory: "256Gi" });
    const zones = spec.template.spec.requirements.find(({ key }) => key === "topology.kubernetes.io/zone");
    assert.deepEqual(zones?.values, base.zones);
    assert.equal(spec.template.spec.taints, undefined);
    assert.deepEqual(spec.disruption.budgets, [{ nodes: "10%" }], "one node in ten at a time");
    const { urn } = planned.one("kubernetes:eks.amazonaws.com/v1:NodeClass");
    assert.ok(planned.one("kubernetes:karpenter.sh/v1:NodePool").dependencies.includes(urn), "refers to its class");
  });

  it("encrypts volumes under the customer key with Auto Mode's provisioner, and keeps them where protected", async () => {
    const { inputs } = (await nodes(true)).one("kubernetes:storage.k8s.io/v1:StorageClass");
    assert.equal(inputs.provisioner, "ebs.csi.eks.amazonaws.com");
    assert.equal(inputs.reclaimPolicy, "Retain");
    assert.equal(inputs.volumeBindingMode, "WaitForFirstConsumer");
    const parameters = inputs.parameters as Record<string, string>;
    assert.equal(parameters.encrypted, "true");
    assert.equal(parameters.kmsKeyId, key("disks"));
    assert.ok(Object.values(parameters).includes("Backup=true"), "volumes belong to the backup plan");
    const loose = (await nodes(false)).one("kubernetes:storage.k8s.io/v1:StorageClass");
    assert.equal(loose.inputs.reclaimPolicy, "Delete");
  });

  it("stands in the private subnets, with the group of the cluster and the one that stores let in", async () => {
    const { spec } = (await nodes(true)).one("kubernetes:eks.amazonaws.com/v1:NodeClass").inputs as {
      spec: Record<string, { id: string }[]>;
    };
    const ids = (terms?: { id: string }[]) => terms?.map(({ id }) => id);
    assert.deepEqual(ids(spec.subnetSelectorTerms), subnets("private"));
    assert.deepEqual(ids(spec.securityGroupSelectorTerms), ["sg-cluster", "sg-workloads"]);
  });

  it("turns network policies on", async () => {
    const { inputs } = (await nodes(true)).one("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(inputs.data, { "enable-network-policy-controller": "true" });
  });

  it("keeps others off a dedicated pool", async () => {
    const planned = await nodes(true, { dedicatedTo: "kafka" });
    assert.match(
      JSON.stringify(planned.one("kubernetes:karpenter.sh/v1:NodePool").inputs),
      /"effect":"NoSchedule","key":"dedicated","value":"kafka"/,
    );
  });
});
