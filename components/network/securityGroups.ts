import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import {
  type GroupName,
  groupNames,
  groups,
  planTraffic,
  slug,
  type TrafficRequest,
  type TrafficRule,
} from "./traffic.ts";
import type { Vpc } from "./vpc.ts";

/** What the security groups need to be told. */
export interface SecurityGroupsArgs extends TrafficRequest {
  /** Network that the groups belong to. */
  vpc: Pick<Vpc, "vpcId">;
  /** Physical names: the prefix begins the groups' `Name` tags, by which balancers and node classes find them. */
  names: Names;
}

/** The security groups, one per kind of machine or store, with rules that name each other. */
export class SecurityGroups extends pulumi.ComponentResource {
  /** Id of each group. */
  readonly ids: Readonly<Record<GroupName, pulumi.Output<string>>>;

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:network:SecurityGroups",
      name,
      { allowedRanges: args.allowedRanges, egressPorts: args.egressPorts },
      opts,
    );
    const parent = { parent: this };

    const bare = {} as Record<GroupName, pulumi.Output<string>>;
    for (const group of groupNames) bare[group] = createGroup(name, group, args, parent).id;
    const rules = planTraffic(args).map((rule) => ({ group: rule.group, id: createRule(name, rule, bare, parent).id }));

    this.ids = normalizeIds(bare, rules);
    this.registerOutputs({ ids: this.ids });
  }
}

/** `Name` tag of a group: known in advance, for values and annotations that must be free of outputs. */
export function groupTag({ prefix }: Names, group: GroupName): string {
  return `${prefix}-${slug(group)}`;
}

function createGroup(
  name: string,
  group: GroupName,
  args: SecurityGroupsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const { description, tier } = groups[group];
  return new aws.ec2.SecurityGroup(
    `${name}-${slug(group)}`,
    { vpcId: args.vpc.vpcId, description, tags: { Name: groupTag(args.names, group), Tier: tier } },
    opts,
  );
}

function createRule(
  name: string,
  rule: TrafficRule,
  ids: Record<GroupName, pulumi.Output<string>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const args = {
    securityGroupId: ids[rule.group],
    description: rule.description,
    ipProtocol: "tcp",
    fromPort: rule.port === "all" ? 0 : rule.port,
    toPort: rule.port === "all" ? 65_535 : rule.port,
    ...("group" in rule.peer ? { referencedSecurityGroupId: ids[rule.peer.group] } : { cidrIpv4: rule.peer.cidr }),
  };
  return rule.direction === "ingress"
    ? new aws.vpc.SecurityGroupIngressRule(`${name}-${rule.name}`, args, opts)
    : new aws.vpc.SecurityGroupEgressRule(`${name}-${rule.name}`, args, opts);
}

/** Each group's id, known once its rules stand: a machine that starts in a group without rules speaks to nobody. */
function normalizeIds(
  bare: Readonly<Record<GroupName, pulumi.Output<string>>>,
  rules: readonly { group: GroupName; id: pulumi.Output<string> }[],
): Record<GroupName, pulumi.Output<string>> {
  const ids = {} as Record<GroupName, pulumi.Output<string>>;
  for (const group of groupNames) {
    const own = rules.filter((rule) => rule.group === group).map(({ id }) => id);
    ids[group] = pulumi.all([bare[group], ...own]).apply(([id]) => id!);
  }
  return ids;
}
