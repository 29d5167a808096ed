import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { loadCatalog } from "../../catalog/load.ts";
import { type PlatformContext, platformContext } from "../../components/platform/context.ts";
import { Platform, type PlatformArgs } from "../../components/platform/platform.ts";
import { keyPurposes } from "../../components/security/keyPolicies.ts";
import type { Mode } from "../../plan/monitor.ts";
import { type Plan, planStack } from "../../plan/plan.ts";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { readStackFile } from "../../stack/file.ts";
import { loadSettings, type SettingsSource } from "../../stack/load.ts";
import { createNames } from "../../stack/naming.ts";
import type { Settings } from "../../stack/settings.ts";

/** Plans the room `platform` alone, with the settings of a stack and whatever a test changes in them. */
export async function planPlatform(
  stack: string,
  { change = () => undefined, mode = "steady" }: { change?: (settings: Settings) => void; mode?: Mode } = {},
): Promise<Plan> {
  return planStack({ stack, mode, program: async (overrides) => openPlatform(overrides!.source!, change) });
}

/** The settings of a stack as its file has them. */
export function stackSettings(stack: string): Settings {
  const { file, text, config } = readStackFile(projectDirectory, stack)!;
  return loadSettings({ project: "trading-platform", file, text, config });
}

/** Where the systems of a stack run. */
export function stackContext(settings: Settings): PlatformContext {
  const { name, accountId, region } = settings.environment;
  return platformContext(settings, createNames({ project: "trading-platform", environment: name, accountId, region }));
}

async function openPlatform(source: SettingsSource, change: (settings: Settings) => void) {
  const settings = loadSettings(source);
  change(settings);
  const { name, accountId, region } = settings.environment;
  const names = createNames({ project: source.project, environment: name, accountId, region });
  const context = platformContext(settings, names);
  new Platform(
    "platform",
    {
      context,
      settings,
      zoneId: "Z0123456789ABCDEFGHIJ",
      certificateArn: names.arn("acm", "certificate/edge"),
      webAclArn: names.arn("wafv2", "regional/webacl/edge"),
      logBucket: names.bucket("access-logs"),
      databaseReplicaHosts: Array.from(
        { length: settings.postgres.readReplicas },
        (_, index) => `replica-${index + 1}.${settings.environment.domain}`,
      ),
      brokerHost: `broker.${settings.environment.domain}`,
      catalog: await loadCatalog(),
      keyArns: Object.fromEntries(
        keyPurposes.map((purpose) => [purpose, names.arn("kms", `key/${purpose}`)]),
      ) as PlatformArgs["keyArns"],
    },
    {
      providers: [
        new aws.Provider("aws", { region }),
        new random.Provider("random"),
        new kubernetes.Provider("kubernetes", { kubeconfig: "{}", clusterIdentifier: names.cluster }),
      ],
    },
  );
  return {};
}
