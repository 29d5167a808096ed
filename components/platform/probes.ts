import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { host, type PlatformContext } from "./context.ts";
import { probeModules } from "./exporterValues.ts";
import { blackboxAddress, monitoringNamespace } from "./monitoringNames.ts";

/** A Probe resource of the Prometheus operator. */
export interface Probe {
  apiVersion: "monitoring.coreos.com/v1";
  kind: "Probe";
  metadata: { name: string; namespace: string };
  spec: {
    jobName: string;
    interval: string;
    scrapeTimeout: string;
    module: string;
    prober: { url: string };
    targets: { staticConfig: { static: string[]; labels: { [label: string]: string } } };
  };
}

/**
 * Probes of the public addresses, one for each host, with the job `blackbox-<host>`. The health endpoints are asked from
 * inside the cluster through the load balancer; that AWS's own path works too is told by the Route 53 health checks.
 */
export function publicProbes(
  context: Pick<PlatformContext, "domain">,
  settings: MonitoringSettings["blackbox"],
): Probe[] {
  return settings.probes.map((each) =>
    probe(each.host, {
      module: probeModules.public,
      intervalSeconds: settings.intervalSeconds,
      targets: each.paths.map((path) => `https://${host(context, each.host)}${path}`),
      labels: { probe: "public", host: each.host },
    }),
  );
}

/** Probe of every server of Vault: a sealed server serves no metrics, but it answers here. */
export function vaultProbe(replicas: number, intervalSeconds: number): Probe {
  const servers = Array.from({ length: replicas }, (_, index) => `vault-${index}.vault-internal.vault.svc`);
  return probe("vault", {
    module: probeModules.vault,
    intervalSeconds,
    targets: servers.map((server) => `https://${server}:8200/v1/sys/health?standbyok=true`),
    labels: { probe: "internal" },
  });
}

function probe(
  name: string,
  args: { module: string; intervalSeconds: number; targets: string[]; labels: { [label: string]: string } },
): Probe {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Probe",
    metadata: { name: `blackbox-${name}`, namespace: monitoringNamespace },
    spec: {
      jobName: `blackbox-${name}`,
      interval: `${args.intervalSeconds}s`,
      // Longer than the module's timeout, so that a slow target is a failed probe and not a failed scrape.
      scrapeTimeout: "8s",
      module: args.module,
      prober: { url: blackboxAddress },
      targets: { staticConfig: { static: args.targets, labels: args.labels } },
    },
  };
}
