import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";
import { checkVersion } from "./versions.ts";

/** Pools that Auto Mode makes itself; a pool of ours with such a name would be overwritten. */
const builtInPools = ["system", "general-purpose"];

/** Version, zones, who may reach and enter the cluster, and its node pools. */
export function checkCluster(settings: Settings): Finding[] {
  const { cluster, environment } = settings;
  const findings = checkVersion(["cluster", "version"], "eks", cluster.version);
  if (environment.zones.length < 2)
    findings.push({
      path: ["environment", "zones"],
      allowed: "at least two zones",
      hint: "EKS and the subnet groups of RDS refuse subnets that all lie in one zone.",
    });
  cluster.publicAccessCidrs.forEach((block, index) => {
    if (block.endsWith("/0"))
      findings.push({
        path: ["cluster", "publicAccessCidrs", index],
        allowed: "blocks of your own networks, never the whole internet",
      });
  });
  return [...findings, ...checkPrincipals(settings), ...checkPools(settings)];
}

/** Each principal has one access entry in EKS, and is one of this account. */
function checkPrincipals({ cluster, environment }: Settings): Finding[] {
  const entries: { path: Finding["path"]; arn: string }[] = [
    { path: ["cluster", "deployRole"], arn: cluster.deployRole },
    ...cluster.administrators.map((arn, index) => ({ path: ["cluster", "administrators", index], arn })),
    ...cluster.viewers.map((arn, index) => ({ path: ["cluster", "viewers", index], arn })),
  ];
  return entries.flatMap(({ path, arn }, index) => {
    if (arn.split(":")[4] !== environment.accountId)
      return [{ path, allowed: `a principal of the account ${environment.accountId} (environment.accountId)` }];
    if (entries.findIndex((other) => other.arn === arn) !== index)
      return [
        {
          path,
          allowed: "each principal once among deployRole, administrators and viewers",
          hint: "EKS keeps one access entry for each principal.",
        },
      ];
    return [];
  });
}

function checkPools({ cluster, platform }: Settings): Finding[] {
  return [...checkStatefulPool(cluster.nodePools, platform.statefulPool), ...checkPoolNames(cluster.nodePools)];
}

/** The pool must exist, else all systems with volumes would wait for a node for ever; and a spot node takes no broker down in order. */
function checkStatefulPool(pools: Settings["cluster"]["nodePools"], name: string | undefined): Finding[] {
  if (name === undefined) return [];
  const fit = pools.filter(({ capacity, dedicatedTo }) => !capacity.includes("spot") && dedicatedTo === undefined);
  if (fit.some((pool) => pool.name === name)) return [];
  const names = fit.map((pool) => pool.name);
  return [
    {
      path: ["platform", "statefulPool"],
      allowed:
        names.length > 0
          ? `a pool of cluster.nodePools that is on-demand only and has no taint: ${names.join(", ")}`
          : "nothing, for no pool of cluster.nodePools is on-demand only and without a taint",
    },
  ];
}

function checkPoolNames(nodePools: Settings["cluster"]["nodePools"]): Finding[] {
  return nodePools.flatMap(({ name }, index) => {
    const path = ["cluster", "nodePools", index, "name"];
    if (builtInPools.includes(name))
      return [{ path, allowed: `a name other than ${builtInPools.join(" and ")}, which Auto Mode uses itself` }];
    if (nodePools.findIndex((pool) => pool.name === name) !== index) return [{ path, allowed: "each pool name once" }];
    return [];
  });
}
