import { secrets } from "../../catalog/secrets.ts";
import type { Finding } from "../checks.ts";
import { nearest } from "../nearest.ts";
import type { Settings } from "../settings.ts";

/** Copies have a key in the region they go to, rotations know their secret, and locks fit what may be torn down. */
export function checkSecurity(settings: Settings): Finding[] {
  return [...checkReplicas(settings), ...checkSecrets(settings), ...checkLock(settings)];
}

function checkReplicas({ security, backups, postgres }: Settings): Finding[] {
  const wanted: [boolean, string, "secrets" | "backups"][] = [
    [security.secrets.replicated, "security.secrets.replicated", "secrets"],
    [backups.crossRegionCopy, "backups.crossRegionCopy", "backups"],
    [postgres.crossRegionBackups, "postgres.crossRegionBackups", "backups"],
  ];
  const { replicated } = security.keys;
  return wanted
    .filter(([asked, , key]) => asked && !replicated.includes(key))
    .map(([, setting, key]) => ({
      path: ["security", "keys", "replicated"],
      allowed: `a list with ${key}, because ${setting} is true`,
      hint: "A copy in the recovery region is encrypted by the key's replica there.",
    }));
}

function checkSecrets({ security, environment }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (environment.protect && security.secrets.recoveryWindowDays === 0) {
    findings.push({
      path: ["security", "secrets", "recoveryWindowDays"],
      allowed: "7 to 30 with environment.protect: true",
      hint: "0 deletes a secret at once and for good.",
    });
  }
  const paths = [...new Set(secrets.map(({ path }) => path))];
  for (const [path, { functionArn }] of Object.entries(security.secrets.rotations)) {
    const [, , , region, accountId] = functionArn.split(":");
    if (!paths.includes(path)) {
      findings.push({
        path: ["security", "secrets", "rotations", path],
        allowed: `a path of catalog/secrets.ts: ${paths.join(", ")}`,
        nearest: nearest(path, paths),
      });
    }
    if (region !== environment.region || accountId !== environment.accountId) {
      findings.push({
        path: ["security", "secrets", "rotations", path, "functionArn"],
        allowed: `a function of account ${environment.accountId} in ${environment.region}`,
      });
    }
  }
  return findings;
}

/** A compliance lock outlives every attempt to tear the stack down, the root user's included. */
function checkLock({ security, environment }: Settings): Finding[] {
  if (security.auditTrail.lockMode !== "COMPLIANCE" || environment.protect) return [];
  return [
    {
      path: ["security", "auditTrail", "lockMode"],
      allowed: "GOVERNANCE with environment.protect: false",
      hint: "Under COMPLIANCE nobody could empty and delete the bucket before the lock ends.",
    },
  ];
}
