import type { Finding } from "../checks.ts";
import { mebibytesOf } from "../memory.ts";
import type { Settings } from "../settings.ts";

const quorumHint =
  "Of 4 voters 3 must agree, so losing 2 stops them, as with 3 voters: the fourth costs without helping.";

/** Vault's Raft has an odd number of voters, and the parts of the recovery key suffice to meet the threshold. */
export function checkVault({ vault }: Settings): Finding[] {
  const findings: Finding[] = oddVoters(["vault", "replicas"], vault.replicas);
  if (vault.recoveryThreshold > vault.recoveryShares) {
    findings.push({
      path: ["vault", "recoveryThreshold"],
      allowed: `at most vault.recoveryShares (${vault.recoveryShares})`,
    });
  }
  if (vault.recoveryShares > 1 && vault.recoveryThreshold === 1) {
    findings.push({
      path: ["vault", "recoveryThreshold"],
      allowed: "at least 2 when the key is split",
      hint: "Vault refuses to split a key of which one part is enough.",
    });
  }
  return findings;
}

/** Consul's Raft has an odd number of voters. */
export function checkConsul({ consul }: Settings): Finding[] {
  return oddVoters(["consul", "replicas"], consul.replicas);
}

/** Kafka's controllers can elect, its topics fit on the brokers and survive the loss of one. */
export function checkKafka({ kafka }: Settings): Finding[] {
  const findings: Finding[] =
    kafka.roles === "combined"
      ? oddVoters(["kafka", "brokers"], kafka.brokers)
      : oddVoters(["kafka", "controllers"], kafka.controllers);
  if (kafka.replicationFactor > kafka.brokers) {
    findings.push({
      path: ["kafka", "replicationFactor"],
      allowed: `at most the number of brokers (${kafka.brokers})`,
    });
  }
  const most = Math.max(1, kafka.replicationFactor - 1);
  if (kafka.minimumInSyncReplicas > most) {
    findings.push({
      path: ["kafka", "minimumInSyncReplicas"],
      allowed: `at most ${most}, below the replication factor`,
      hint: "Otherwise no producer with acks=all can write while one broker restarts.",
    });
  }
  if (kafka.cruiseControl && kafka.brokers < 2) {
    findings.push({ path: ["kafka", "cruiseControl"], allowed: "false with one broker: there is nothing to balance" });
  }
  if (mebibytesOf(kafka.brokerSize.memory) < 1024) {
    findings.push({ path: ["kafka", "brokerSize", "memory"], allowed: 'at least "1Gi"' });
  }
  return findings;
}

/** Elasticsearch can elect a master, holds its replicas, and what leaves the cluster is in a snapshot. */
export function checkElastic({ elastic }: Settings): Finding[] {
  const findings: Finding[] =
    elastic.masters > 0
      ? oddVoters(["elastic", "masters"], elastic.masters)
      : elastic.dataNodes === 2
        ? [
            {
              path: ["elastic", "dataNodes"],
              allowed: "1 or at least 3 without dedicated masters",
              hint: "Two nodes that elect a master among themselves stop when either of them is away.",
            },
          ]
        : [];
  if (elastic.shardReplicas >= elastic.dataNodes) {
    findings.push({
      path: ["elastic", "shardReplicas"],
      allowed: `at most ${elastic.dataNodes - 1}, one fewer than the data nodes`,
      hint: "Replicas that find no node leave the cluster yellow for ever.",
    });
  }
  if (elastic.audit.hotDays >= elastic.audit.searchDays) {
    findings.push({
      path: ["elastic", "audit", "hotDays"],
      allowed: `below elastic.audit.searchDays (${elastic.audit.searchDays})`,
    });
  }
  if (elastic.snapshotRetentionDays <= elastic.audit.searchDays) {
    findings.push({
      path: ["elastic", "snapshotRetentionDays"],
      allowed: `more than elastic.audit.searchDays (${elastic.audit.searchDays})`,
      hint: "An event leaves the cluster after that time and must then still be in a snapshot.",
    });
  }
  if (mebibytesOf(elastic.dataSize.memory) < 2048) {
    findings.push({ path: ["elastic", "dataSize", "memory"], allowed: 'at least "2Gi"' });
  }
  return findings;
}

function oddVoters(path: readonly string[], voters: number): Finding[] {
  if (voters % 2 === 1) return [];
  return [{ path, allowed: "an odd number: 1, 3 or 5", hint: quorumHint }];
}
