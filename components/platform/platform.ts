import * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../../catalog/types.ts";
import type { OptionalSystem } from "../../stack/sections/platform.ts";
import type { Settings } from "../../stack/settings.ts";
import { platformBuckets } from "../data/buckets.ts";
import type { MessageBroker } from "../data/messageBroker.ts";
import type { GeneratedSecretSettings } from "../data/passwords.ts";
import type { Postgres } from "../data/postgres.ts";
import type { Certificates } from "../network/certificates.ts";
import type { Dns } from "../network/dns.ts";
import type { EdgeFirewall } from "../network/edgeFirewall.ts";
import type { Keys } from "../security/keys.ts";
import { ArgoRollouts } from "./argoRollouts.ts";
import { CertManager } from "./certManager.ts";
import type { PlatformContext } from "./context.ts";
import { CustomResourceDefinitions } from "./customResourceDefinitions.ts";
import { ExternalDns } from "./externalDns.ts";
import { ExternalSecrets } from "./externalSecrets.ts";
import { Gateway } from "./gateway.ts";
import { MetricsServer } from "./metricsServer.ts";
import { Namespaces } from "./namespaces.ts";
import { Reloader } from "./reloader.ts";
import { StatefulSystems } from "./statefulSystems.ts";
import { Telemetry } from "./telemetry.ts";
import type { ChartValues } from "./values.ts";

/** What the systems of the cluster need from the rooms below. Settings and catalog are plain data. */
export interface PlatformArgs {
  /** Where the systems run, see `platformContext`. */
  context: PlatformContext;
  /** The sections of the stack file that are about the cluster's systems. */
  settings: Settings;
  /** What the business runs: who may log in to Vault, which topics and users there are. */
  catalog: Catalog;
  /** Customer keys by purpose. */
  keys: Pick<Keys, "arns">;
  /** How secrets that the systems make are kept. */
  secrets: GeneratedSecretSettings;
  /** Zone of the domain; without one there are no DNS records and no public certificates. */
  dns: Pick<Dns, "zoneId">;
  /** Certificate that an application balancer shows. */
  certificates: Pick<Certificates, "arn">;
  /** Web firewall that an application balancer carries. @default none */
  firewall?: Pick<EdgeFirewall, "arn">;
  /** Database: the systems that watch have accounts in it, its administrator's secret is read by External Secrets. */
  postgres: Pick<
    Postgres,
    "masterSecretArn" | "replicaHosts" | "primaryHost" | "port" | "databaseName" | "passwordVersions"
  >;
  /** Message broker, whose metrics Prometheus reads. */
  broker: Pick<MessageBroker, "host">;
  /** What replaces the rules of kube-prometheus-stack. @default the chart's rules, without those of hidden targets */
  chartRules?: ChartValues;
}

/**
 * The in-cluster platform: opens every system of this room in the order that they need each other. A system that brings
 * kinds, webhooks or secrets comes before those that use them; everything else may go at the same time.
 */
export class Platform extends pulumi.ComponentResource {
  /** What a trading service needs to be there before it starts. */
  readonly ready: pulumi.Resource[];
  /** What watches; its parts are absent where the settings leave them out. */
  readonly telemetry: Telemetry;

  constructor(name: string, args: PlatformArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Platform", name, { environment: args.context.environment }, opts);
    const { context, settings, keys } = args;
    const { platform } = settings;
    const { zoneId } = args.dns;
    const installs = (system: OptionalSystem) => !platform.without.includes(system);
    const after = (...dependsOn: pulumi.Resource[]) => ({ parent: this, dependsOn });

    const namespaces = new Namespaces(`${name}-namespaces`, { context, quotas: platform.quotas }, { parent: this });
    const definitions = new CustomResourceDefinitions(`${name}-definitions`, { context }, after(namespaces));
    const certificates = new CertManager(
      `${name}-cert-manager`,
      { context, ...platform.certManager, zoneId },
      after(definitions),
    );
    const secrets = new ExternalSecrets(
      `${name}-external-secrets`,
      {
        context,
        ...platform.externalSecrets,
        keyArn: keys.arns.secrets,
        alsoReadable: [args.postgres.masterSecretArn],
      },
      after(certificates),
    );
    new MetricsServer(`${name}-metrics-server`, { context, ...platform.metricsServer }, after(certificates));
    const gateway = new Gateway(
      `${name}-gateway`,
      {
        context,
        settings: { ...settings.gateway, allowedRanges: settings.edge.allowedRanges },
        certificateArn: args.certificates.arn,
        webAclArn: args.firewall?.arn,
        logBucket: context.names.bucket(platformBuckets.accessLogs),
        publicCertificates: zoneId !== undefined,
      },
      after(certificates),
    );
    if (zoneId !== undefined && installs("external-dns")) {
      const source = settings.gateway.balancer === "network" ? "routes" : "ingress";
      new ExternalDns(`${name}-external-dns`, { context, ...platform.externalDns, zoneId, source }, after(gateway));
    }
    const rollouts = installs("argo-rollouts")
      ? [new ArgoRollouts(`${name}-argo-rollouts`, { context, ...platform.argoRollouts }, after(definitions))]
      : [];
    if (installs("reloader")) {
      // The chart gives itself the right to restart Rollouts only when their kind exists.
      new Reloader(
        `${name}-reloader`,
        { context, ...platform.reloader, rollouts: rollouts.length > 0 },
        after(definitions, ...rollouts),
      );
    }

    const custody = {
      secretsKeyArn: args.secrets.keyArn,
      secretRecoveryDays: args.secrets.recoveryWindowDays,
      secretReplica: args.secrets.replica,
    };
    const stateful = new StatefulSystems(
      `${name}-stateful`,
      { context, settings, catalog: args.catalog, keyArns: keys.arns, ...custody },
      after(definitions, certificates, secrets),
    );
    this.telemetry = new Telemetry(
      `${name}-telemetry`,
      {
        context,
        settings,
        dataKeyArn: keys.arns.data,
        topicKeyArn: keys.arns.notifications,
        postgres: args.postgres,
        broker: args.broker,
        chartRules: args.chartRules,
        searchReady: stateful.searchReady,
        ...custody,
      },
      after(certificates, secrets, gateway),
    );

    this.ready = [
      ...[namespaces, definitions, certificates, secrets, gateway, ...rollouts],
      ...[...stateful.streamsReady, ...stateful.searchReady],
    ];
    this.registerOutputs({});
  }
}
