import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { loadCatalog } from "../../catalog/load.ts";
import { exporterAccount, grafanaAccount } from "../../components/data/accounts.ts";
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
  { change, mode = "steady" }: { change?: (settings: Settings) => void; mode?: Mode } = {},
): Promise<Plan> {
  if (change !== undefined) return openPlan(stack, mode, change);
  const key = `${stack} ${mode}`;
  const plan = plans.get(key) ?? openPlan(stack, mode, () => undefined);
  plans.set(key, plan);
  return plan;
}

/** Plans of the settings as they are, made once for all tests. */
const plans = new Map<string, Promise<Plan>>();

function openPlan(stack: string, mode: Mode, change: (settings: Settings) => void): Promise<Plan> {
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
      catalog: await loadCatalog(),
      keys: {
        arns: Object.fromEntries(
          keyPurposes.map((purpose) => [purpose, pulumi.output(names.arn("kms", `key/${purpose}`))]),
        ) as PlatformArgs["keys"]["arns"],
      },
      secrets: {
        keyArn: names.arn("kms", "key/secrets"),
        recoveryWindowDays: settings.security.secrets.recoveryWindowDays,
      },
      dns: { zoneId: pulumi.output("Z0123456789ABCDEFGHIJ") },
      certificates: { arn: pulumi.output(names.arn("acm", "certificate/edge")) },
      firewall: { arn: pulumi.output(names.arn("wafv2", "regional/webacl/edge")) },
      postgres: {
        primaryHost: pulumi.output(`database.${settings.environment.domain}`),
        port: 5432,
        databaseName: "binance",
        masterSecretArn: pulumi.output(names.arn("secretsmanager", "secret:rds!db-0-AbCdEf")),
        passwordVersions: { [exporterAccount]: pulumi.output("1"), [grafanaAccount]: pulumi.output("1") },
        replicaHosts: Array.from({ length: settings.postgres.readReplicas }, (_, index) =>
          pulumi.output(`replica-${index + 1}.${settings.environment.domain}`),
        ),
      },
      broker: { host: pulumi.output(`broker.${settings.environment.domain}`) },
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
