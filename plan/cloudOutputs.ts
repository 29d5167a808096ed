import type { Existing } from "./cloud.ts";
import { asSecret } from "./wire.ts";

/** Resource types whose ids AWS makes from a prefix and hexadecimal digits. */
export const identifierPrefixes: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "igw",
  "aws:ec2/natGateway:NatGateway": "nat",
  "aws:ec2/eip:Eip": "eipalloc",
  "aws:ec2/routeTable:RouteTable": "rtb",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
  "aws:ec2/route:Route": "r",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
  "aws:ec2/flowLog:FlowLog": "fl",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
  "aws:ec2/launchTemplate:LaunchTemplate": "lt",
  "aws:kms/key:Key": "key",
  "aws:kms/replicaKey:ReplicaKey": "mrk",
  "aws:route53/zone:Zone": "Z",
  "aws:route53/healthCheck:HealthCheck": "hc",
  "aws:acm/certificate:Certificate": "cert",
  "aws:wafv2/webAcl:WebAcl": "acl",
  "aws:mq/broker:Broker": "b",
  "aws:rds/proxy:Proxy": "prx",
};

/** Outputs that a provider computes and that this program uses, by resource type. */
export const computedOutputs: Readonly<Record<string, (resource: Existing) => Record<string, unknown>>> = {
  "aws:s3/bucket:Bucket": ({ physicalName }) => ({
    arn: `arn:aws:s3:::${physicalName}`,
    bucket: physicalName,
    bucketDomainName: `${physicalName}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${physicalName}.s3.us-east-1.amazonaws.com`,
  }),
  "aws:kms/key:Key": ({ id, inputs }) => ({ keyId: id, arn: `arn:aws:kms:${regionOf(inputs)}:000000000000:key/${id}` }),
  "aws:kms/replicaKey:ReplicaKey": ({ id, inputs }) => ({
    keyId: id,
    arn: `arn:aws:kms:${regionOf(inputs)}:000000000000:key/${id}`,
  }),
  "aws:ec2/vpc:Vpc": ({ digest }) => ({
    mainRouteTableId: `rtb-${digest.slice(17, 34)}`,
    defaultSecurityGroupId: `sg-${digest.slice(17, 34)}`,
    defaultNetworkAclId: `acl-${digest.slice(17, 34)}`,
  }),
  "aws:ec2/eip:Eip": ({ id, digest }) => ({ allocationId: id, publicIp: documentationAddress(digest) }),
  "aws:ec2/natGateway:NatGateway": ({ digest }) => ({ publicIp: documentationAddress(digest) }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ({ digest }) => ({ prefixListId: `pl-${digest.slice(0, 8)}`, dnsEntries: [] }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
  "aws:route53/zone:Zone": ({ id }) => ({ zoneId: id, nameServers: [1, 2, 3, 4].map((n) => `ns-${n}.example.net`) }),
  "aws:cloudwatch/logGroup:LogGroup": ({ physicalName, inputs }) => ({
    arn: `arn:aws:logs:${regionOf(inputs)}:000000000000:log-group:${physicalName}`,
  }),
  "aws:secretsmanager/secret:Secret": ({ physicalName, inputs, digest }) => ({
    arn: `arn:aws:secretsmanager:${regionOf(inputs)}:000000000000:secret:${physicalName}-${digest.slice(0, 6)}`,
  }),
  "aws:secretsmanager/secretVersion:SecretVersion": ({ digest }) => ({ versionId: `terraform-${digest.slice(0, 26)}` }),
  "aws:route53/record:Record": ({ inputs }) => ({ fqdn: inputs.name }),
  "aws:acm/certificate:Certificate": ({ inputs }) => ({ domainValidationOptions: validationOptions(inputs) }),
  "aws:acm/certificateValidation:CertificateValidation": () => ({}),
  "aws:rds/instance:Instance": ({ physicalName, inputs, digest }) => ({
    identifier: physicalName,
    address: `${physicalName}.cluster.us-east-1.rds.example.net`,
    endpoint: `${physicalName}.cluster.us-east-1.rds.example.net:5432`,
    port: 5432,
    ...(inputs.dbName === undefined ? {} : { dbName: inputs.dbName }),
    resourceId: `db-${digest.slice(0, 26).toUpperCase()}`,
    arn: `arn:aws:rds:${regionOf(inputs)}:000000000000:db:${physicalName}`,
    masterUserSecrets: inputs.manageMasterUserPassword === true ? [masterSecret(inputs, digest)] : [],
  }),
  "aws:rds/proxy:Proxy": ({ physicalName }) => ({ endpoint: `${physicalName}.proxy.us-east-1.rds.example.net` }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ physicalName }) => ({
    primaryEndpointAddress: `master.${physicalName}.use1.cache.example.net`,
    readerEndpointAddress: `replica.${physicalName}.use1.cache.example.net`,
    configurationEndpointAddress: `${physicalName}.use1.cache.example.net`,
    memberClusters: [`${physicalName}-001`],
    port: 6379,
  }),
  "aws:mq/broker:Broker": ({ id }) => ({
    instances: [
      {
        consoleUrl: `https://${id}.mq.us-east-1.on.example.net`,
        endpoints: [`amqps://${id}.mq.us-east-1.on.example.net:5671`],
        ipAddress: "",
      },
    ],
  }),
  "aws:eks/cluster:Cluster": ({ physicalName, digest, inputs }) => ({
    arn: `arn:aws:eks:${regionOf(inputs)}:000000000000:cluster/${physicalName}`,
    endpoint: `https://${digest.slice(0, 32).toUpperCase()}.gr7.us-east-1.eks.example.net`,
    certificateAuthority: { data: Buffer.from("offline plan: no certificate").toString("base64") },
    vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: `sg-${digest.slice(0, 17)}` },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.example.net/id/${digest.slice(0, 32).toUpperCase()}` }] }],
    platformVersion: "eks.1",
    status: "ACTIVE",
  }),
  "aws:lb/loadBalancer:LoadBalancer": ({ physicalName }) => ({
    dnsName: `${physicalName}.elb.us-east-1.example.net`,
    zoneId: "Z26RNL4JYFTOTI",
  }),
  "aws:ecr/repository:Repository": ({ physicalName }) => ({
    repositoryUrl: `000000000000.dkr.ecr.us-east-1.example.net/${physicalName}`,
  }),
  "random:index/randomPassword:RandomPassword": ({ digest }) => ({
    result: asSecret(`${plantedSecret}${digest.slice(0, 20)}`),
    bcryptHash: asSecret(`${plantedSecret}${digest.slice(20, 40)}`),
  }),
  "random:index/randomBytes:RandomBytes": ({ digest }) => ({
    base64: asSecret(`${plantedSecret}${digest.slice(0, 20)}`),
    hex: asSecret(`${plantedSecret}${digest.slice(20, 40)}`),
  }),
  "random:index/randomId:RandomId": ({ digest }) => ({ hex: digest.slice(0, 8), b64Url: digest.slice(0, 6), dec: "1" }),
  "random:index/randomUuid:RandomUuid": ({ digest }) => ({
    result: digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  }),
  "tls:index/privateKey:PrivateKey": ({ digest }) => ({
    privateKeyPem: asSecret(`${plantedSecret}${digest}`),
    publicKeyPem: `public-${digest.slice(0, 16)}`,
  }),
};

/**
 * Begins every secret that the offline cloud makes up. A test looks for it in all output: wherever it shows, a secret
 * has lost its mark on the way.
 */
export const plantedSecret = "planted-secret-";

function regionOf(inputs: Record<string, unknown>): string {
  return typeof inputs.region === "string" ? inputs.region : "us-east-1";
}

/** The secret in which RDS keeps the master password that it makes itself. */
function masterSecret(inputs: Record<string, unknown>, digest: string): Record<string, unknown> {
  return {
    secretArn: `arn:aws:secretsmanager:${regionOf(inputs)}:000000000000:secret:rds!db-${digest.slice(0, 8)}`,
    kmsKeyId: inputs.masterUserSecretKmsKeyId ?? "alias/aws/secretsmanager",
    secretStatus: "active",
  };
}

/** An address from TEST-NET-3 (RFC 5737), which nobody routes. */
function documentationAddress(digest: string): string {
  return `203.0.113.${Number.parseInt(digest.slice(0, 2), 16)}`;
}

function validationOptions(inputs: Record<string, unknown>): unknown[] {
  const names = [inputs.domainName, ...((inputs.subjectAlternativeNames as unknown[] | undefined) ?? [])];
  return names.map((domainName) => ({
    domainName,
    resourceRecordName: `_validation.${String(domainName)}`,
    resourceRecordType: "CNAME",
    resourceRecordValue: "_validation.acm-validations.example.net",
  }));
}
