import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf, stacks } from "../support/plans.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Rule = (inputs: Inputs) => unknown;

const part = (value: unknown, ...keys: string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (inner as Inputs | undefined)?.[key], value);
const first = (value: unknown) => (Array.isArray(value) ? value[0] : undefined) as Inputs | undefined;

/** How each kind of resource that keeps data lies under a customer key. */
const encrypted: Readonly<Record<string, Rule>> = {
  "aws:backup/vault:Vault": ({ kmsKeyArn }) => kmsKeyArn,
  "aws:cloudtrail/trail:Trail": ({ kmsKeyId }) => kmsKeyId,
  "aws:cloudwatch/logGroup:LogGroup": ({ kmsKeyId }) => kmsKeyId,
  "aws:ec2/launchTemplate:LaunchTemplate": ({ blockDeviceMappings }) =>
    part(first(blockDeviceMappings), "ebs", "encrypted") === "true" &&
    part(first(blockDeviceMappings), "ebs", "kmsKeyId"),
  "aws:ecr/repository:Repository": ({ encryptionConfigurations }) => first(encryptionConfigurations)?.kmsKey,
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": ({ encryptionConfigurations }) =>
    first(encryptionConfigurations)?.kmsKey,
  "aws:eks/cluster:Cluster": ({ encryptionConfig }) => part(encryptionConfig, "provider", "keyArn"),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ atRestEncryptionEnabled, transitEncryptionMode, kmsKeyId }) =>
    atRestEncryptionEnabled === true && transitEncryptionMode === "required" && kmsKeyId,
  "aws:mq/broker:Broker": ({ encryptionOptions }) =>
    part(encryptionOptions, "useAwsOwnedKey") === false && part(encryptionOptions, "kmsKeyId"),
  "aws:rds/instance:Instance": ({ storageEncrypted, kmsKeyId, replicateSourceDb, performanceInsightsKmsKeyId }) =>
    // A replica lies under the key of its source; RDS lets it name none.
    storageEncrypted === true && (kmsKeyId ?? replicateSourceDb) && performanceInsightsKmsKeyId,
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": ({ kmsKeyId }) => kmsKeyId,
  "aws:secretsmanager/secret:Secret": ({ kmsKeyId }) => kmsKeyId,
  "aws:sns/topic:Topic": ({ kmsMasterKeyId }) => kmsMasterKeyId,
};

/** Kinds that look as if they kept data and do not, or whose encryption is said elsewhere. */
const keepsNothing: Readonly<Record<string, string>> = {
  "aws:ebs/encryptionByDefault:EncryptionByDefault": "a switch",
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": "a switch",
  "aws:iam/instanceProfile:InstanceProfile": "a name for a role",
  "aws:s3/bucket:Bucket": "by BucketServerSideEncryptionConfiguration, see below",
  "aws:secretsmanager/secretVersion:SecretVersion": "lies in its secret",
  "aws:ssm/parameter:Parameter": "public addresses, no secret",
};

/** Resources that cannot lie under a customer key, and why. */
const withoutCustomerKey: Readonly<Record<string, string>> = {
  "images-cache-docker-io-login": "ECR refuses customer keys for the logins of its caches",
  "images-cache-ghcr-io-login": "ECR refuses customer keys for the logins of its caches",
  "buckets-access-logs-encryption": "S3 and the balancers deliver access logs only under S3's own key",
};

/** Kinds of resources by whose name one expects data in them. */
const looksLikeData =
  /:(Bucket|Instance|Cluster|ReplicationGroup|Broker|Repository|Secret|SecretVersion|Topic|Queue|Stream|Table|FileSystem|Volume|Vault|LogGroup|Trail|Domain|LaunchTemplate|Parameter|EncryptionByDefault|ServerlessCache|Snapshot.*)$/;

/** Actions that AWS lets nobody narrow to a resource, and those that Auto Mode narrows by the cluster's tag instead. */
const wideByNature: Readonly<Record<string, string>> = {
  "ecr:GetAuthorizationToken": "the sign-in to the whole registry",
  "logs:DescribeLogGroups": "a list",
  "logs:GetQueryResults": "a query has no ARN",
  "logs:StopQuery": "a query has no ARN",
  "cloudwatch:GetMetricData": "metrics have no ARN",
  "cloudwatch:GetMetricStatistics": "metrics have no ARN",
  "cloudwatch:ListMetrics": "a list",
  "cloudwatch:DescribeAlarms": "a list",
  "cloudwatch:DescribeAlarmsForMetric": "a list",
  "cloudwatch:DescribeAlarmHistory": "a list",
  "cloudwatch:GetInsightRuleReport": "Grafana's data source asks for it beside the alarms",
  "ec2:DescribeAvailabilityZones": "a list",
  "ec2:DescribeInstances": "a list",
  "ec2:DescribeRegions": "a list",
  "ec2:DescribeTags": "a list",
  "pricing:GetProducts": "a list of prices",
  "route53:ListHostedZones": "a list",
  "route53:ListHostedZonesByName": "a list",
  "tag:GetResources": "a list",
};

/** Actions on everything that are held by a condition instead, by the condition key that must be there. */
const wideUnderCondition: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData": "cloudwatch:namespace",
  "ec2:CreateFleet": "aws:RequestTag/eks:eks-cluster-name",
  "ec2:CreateLaunchTemplate": "aws:RequestTag/eks:eks-cluster-name",
  "ec2:RunInstances": "aws:RequestTag/eks:eks-cluster-name",
  "ec2:CreateNetworkInterface": "aws:RequestTag/eks:eks-cluster-name",
  "ec2:CreateSecurityGroup": "aws:RequestTag/eks:eks-cluster-name",
  "elasticloadbalancing:CreateListener": "aws:RequestTag/eks:eks-cluster-name",
  "elasticloadbalancing:CreateLoadBalancer": "aws:RequestTag/eks:eks-cluster-name",
  "elasticloadbalancing:CreateRule": "aws:RequestTag/eks:eks-cluster-name",
  "elasticloadbalancing:CreateTargetGroup": "aws:RequestTag/eks:eks-cluster-name",
};

/** Actions with a star in them: the whole family is meant, on named keys only. */
const starredActions = ["kms:GenerateDataKey*", "kms:ReEncrypt*"];

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const list = (value: unknown) => (Array.isArray(value) ? value : [value]) as string[];
const statementsOf = (policy: unknown) => (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;

/** What is too wide in a statement of a role's policy. */
function tooWide({ Action, Resource, Condition }: Statement): string[] {
  const starred = list(Action)
    .filter((action) => action.includes("*") && !starredActions.includes(action))
    .map((action) => `action ${action}`);
  if (!list(Resource).includes("*")) return starred;
  const conditions = Object.values(Condition ?? {}).flatMap((keys) => Object.keys(keys));
  const wide = list(Action).filter((action) => {
    const needed = wideUnderCondition[action];
    return wideByNature[action] === undefined && (needed === undefined || !conditions.includes(needed));
  });
  return [...starred, ...wide.map((action) => `${action} on *`)];
}

describe("the lists of the guards", () => {
  it("refuse what is too wide", () => {
    const statement = (Action: string, Condition?: Statement["Condition"]): Statement => ({
      ...{ Effect: "Allow", Action, Resource: "*", Condition },
    });
    assert.deepEqual(tooWide(statement("s3:GetObject")), ["s3:GetObject on *"]);
    assert.deepEqual(tooWide(statement("s3:*")), ["action s3:*", "s3:* on *"]);
    assert.deepEqual(tooWide(statement("ec2:RunInstances")), ["ec2:RunInstances on *"]);
    assert.deepEqual(tooWide(statement("ecr:GetAuthorizationToken")), []);
    const condition = { StringEquals: { "cloudwatch:namespace": "x" } };
    assert.deepEqual(tooWide(statement("cloudwatch:PutMetricData", condition)), []);
  });
});

for (const stack of stacks) {
  describe(`guards over all of AWS in ${stack}`, () => {
    let resources: PlannedResource[];
    const all = (type: string) => resources.filter((resource) => resource.type === type);
    before(async () => {
      resources = (await planOf(stack)).resources;
    });

    it("everything that keeps data lies under a customer key, or on the list of what cannot", () => {
      for (const { type, name, inputs } of resources.filter((resource) => resource.type.startsWith("aws:"))) {
        const rule = encrypted[type];
        if (rule === undefined) {
          assert.ok(!looksLikeData.test(type) || keepsNothing[type], `${type}: say in this test how it is encrypted`);
        } else if (withoutCustomerKey[name] === undefined) assert.ok(rule(inputs), name);
      }
      for (const { name, inputs } of all(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      )) {
        const how = part(first(inputs.rules), "applyServerSideEncryptionByDefault");
        if (withoutCustomerKey[name]) assert.deepEqual(how, { sseAlgorithm: "AES256" }, name);
        else assert.ok(part(how, "sseAlgorithm") === "aws:kms" && part(how, "kmsMasterKeyId"), name);
      }
    });

    it("every bucket is private, owned by the account, versioned, ageing, TLS only and in nobody's hands", () => {
      const buckets = all("aws:s3/bucket:Bucket");
      assert.ok(buckets.length >= 5);
      const about = (kind: string, urn: string) => {
        const found = resources.filter(
          ({ type, propertyDependencies }) => type === kind && propertyDependencies.bucket?.includes(urn),
        );
        assert.equal(found.length, 1, `${kind} of ${urn}`);
        return found[0]!.inputs;
      };
      for (const { urn, name, inputs } of buckets) {
        assert.notEqual(inputs.forceDestroy, true, name);
        const block = about("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", urn);
        for (const key of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"])
          assert.equal(block[key], true, `${name} ${key}`);
        about("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", urn);
        about("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", urn);
        const owner = about("aws:s3/bucketOwnershipControls:BucketOwnershipControls", urn);
        assert.deepEqual(owner.rule, { objectOwnership: "BucketOwnerEnforced" });
        const statements = statementsOf(about("aws:s3/bucketPolicy:BucketPolicy", urn).policy);
        assert.ok(
          statements.some(({ Sid, Effect }) => Sid === "OnlyTls" && Effect === "Deny"),
          name,
        );
        for (const { Effect, Principal, Sid } of statements)
          if (Effect !== "Deny") assert.ok(!JSON.stringify(Principal).includes('"*"'), `${name} ${Sid}`);
      }
    });

    it("logs who reads a bucket, in another bucket: all but those that would log only themselves", () => {
      const unlogged: Readonly<Record<string, string>> = {
        "buckets-access-logs-bucket": "holds the logs",
        "platform-telemetry-loki-bucket-bucket": "every query reads hundreds of chunks, and Loki alone may",
      };
      const logged = all("aws:s3/bucketLogging:BucketLogging").flatMap(
        ({ propertyDependencies }) => propertyDependencies.bucket ?? [],
      );
      for (const { urn, name } of all("aws:s3/bucket:Bucket"))
        assert.equal(logged.includes(urn), unlogged[name] === undefined, name);
      const [target] = all("aws:s3/bucket:Bucket").filter(({ name }) => name === "buckets-access-logs-bucket");
      for (const { name, inputs } of all("aws:s3/bucketLogging:BucketLogging"))
        assert.equal(inputs.targetBucket, target!.inputs.bucket, name);
    });

    it("no role may do on everything what can be named, over all roles", () => {
      const policies = all("aws:iam/rolePolicy:RolePolicy");
      assert.ok(policies.length > 15);
      const problems = policies.flatMap(({ name, inputs }) =>
        statementsOf(inputs.policy)
          .filter(({ Effect }) => Effect === "Allow")
          .flatMap((statement) => tooWide(statement).map((problem) => `${name}: ${problem}`)),
      );
      assert.deepEqual(problems, []);
      assert.equal(
        all("aws:iam/policy:Policy").length + all("aws:iam/user:User").length,
        0,
        "roles' own policies only",
      );
    });

    it("no role is taken on by anybody but an AWS service, and pods' roles by one service account", () => {
      for (const { name, inputs } of all("aws:iam/role:Role")) {
        for (const { Principal, Action, Condition } of statementsOf(inputs.assumeRolePolicy)) {
          assert.deepEqual(Object.keys(Principal as Inputs), ["Service"], name);
          if ((Principal as { Service: string }).Service !== "pods.eks.amazonaws.com") continue;
          assert.deepEqual(Action, ["sts:AssumeRole", "sts:TagSession"], `${name}: EKS tags every session`);
          for (const tag of ["namespace", "service-account"])
            assert.ok(Condition?.StringEquals?.[`aws:RequestTag/kubernetes-${tag}`], `${name} ${tag}`);
        }
      }
    });

    it("attaches AWS's own policies only from the list", () => {
      const known =
        /^arn:aws:iam::aws:policy\/(AmazonEKS(Cluster|Compute|BlockStorage|LoadBalancing|Networking)Policy|AmazonEKSWorkerNodeMinimalPolicy|AmazonEC2ContainerRegistryPullOnly|AmazonSSMManagedInstanceCore|service-role\/(AmazonRDSEnhancedMonitoringRole|AWSBackupServiceRolePolicyFor(Backup|Restores))|AWSBackupServiceRolePolicyForS3(Backup|Restore))$/;
      for (const { name, inputs } of all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
        assert.match(String(inputs.policyArn), known, name);
    });

    it("machines answer only to session tokens, take no public address and no key pair", () => {
      const templates = all("aws:ec2/launchTemplate:LaunchTemplate");
      assert.equal(templates.length + all("aws:ec2/instance:Instance").length, 1);
      for (const { inputs } of templates) {
        assert.equal(part(inputs.metadataOptions, "httpTokens"), "required");
        assert.equal(part(inputs.metadataOptions, "httpPutResponseHopLimit"), 1);
        assert.equal(first(inputs.networkInterfaces)?.associatePublicIpAddress, "false");
        assert.equal(inputs.keyName, undefined);
      }
      for (const { name, inputs } of all("aws:ec2/subnet:Subnet"))
        assert.equal(inputs.mapPublicIpOnLaunch, false, name);
    });

    it("everything made in AWS carries the five tags: by the provider, or itself where the provider cannot", () => {
      const providers = all("pulumi:providers:aws");
      assert.equal(providers.length, 1);
      const wanted = (JSON.parse(String(providers[0]!.inputs.defaultTags)) as { tags: Record<string, string> }).tags;
      assert.deepEqual(Object.keys(wanted).sort(), ["CostCenter", "Environment", "ManagedBy", "Owner", "Project"]);
      for (const { name, type, provider } of resources)
        if (type.startsWith("aws:")) assert.equal(provider, providers[0]!.urn, name);
      const [group] = all("aws:autoscaling/group:Group");
      const ofGroup = Object.fromEntries((group!.inputs.tags as Inputs[]).map(({ key, value }) => [key, value]));
      const specifications = all("aws:ec2/launchTemplate:LaunchTemplate")[0]!.inputs.tagSpecifications as Inputs[];
      assert.deepEqual(specifications.map(({ resourceType }) => resourceType).sort(), [
        "instance",
        "network-interface",
        "volume",
      ]);
      const nodeClass = resources.find(({ name }) => name === "nodes-class");
      const tagged = [ofGroup, ...specifications.map(({ tags }) => tags), part(nodeClass?.inputs, "spec", "tags")];
      for (const tags of tagged)
        for (const [key, value] of Object.entries(wanted)) assert.equal((tags as Inputs)[key], value, key);
    });

    it("describes everything in the characters that its service takes", () => {
      const texts: Readonly<Record<string, RegExp>> = {
        "aws:iam/role:Role": /^[\t\n\r\x20-\x7e\xa1-\xff]{1,1000}$/,
        "aws:ec2/securityGroup:SecurityGroup": /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
        "aws:wafv2/webAcl:WebAcl": /^[\w+=:#@/,.-][\w+=:#@/,.\s-]+[\w+=:#@/,.-]$/,
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": /^.{1,256}$/,
      };
      for (const { type, name, inputs } of resources) {
        const allowed = texts[type];
        if (allowed !== undefined && inputs.description !== undefined)
          assert.match(String(inputs.description), allowed, name);
      }
    });

    it("leaves room for Pulumi's eight characters where it names things and AWS counts", () => {
      const longest: Readonly<Record<string, number>> = {
        "aws:iam/role:Role": 64,
        "aws:cloudwatch/eventRule:EventRule": 64,
        "aws:iam/rolePolicy:RolePolicy": 128,
        "aws:iam/instanceProfile:InstanceProfile": 128,
        "aws:ec2/launchTemplate:LaunchTemplate": 125,
        "aws:wafv2/webAcl:WebAcl": 128,
        "aws:rds/subnetGroup:SubnetGroup": 255,
      };
      for (const { type, name, inputs } of resources) {
        const limit = longest[type];
        if (limit !== undefined && inputs.name === undefined)
          assert.ok(name.length + 8 <= limit, `${type} ${name}: ${name.length} of ${limit - 8} characters`);
      }
    });
  });
}
