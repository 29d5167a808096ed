import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RoutingSettings } from "../../stack/sections/routing.ts";
import type { PlatformContext } from "../platform/context.ts";
import { createExternalSecret } from "../platform/externalSecretResource.ts";
import {
  alertmanagerConfigSecret,
  alertmanagerReceiversSecret,
  monitoringNamespace,
} from "../platform/monitoringNames.ts";
import { type AlertmanagerConfig, alertmanagerConfig, renderAlertmanagerConfig } from "./routing/alertmanager.ts";
import { usedCredentials } from "./routing/credentials.ts";
import type { Dependant } from "./routing/inhibition.ts";
import { receiverCredentials, templateKey } from "./routing/names.ts";
import { messageTemplates } from "./routing/templates.ts";

/** What the routing of alerts needs to be told. */
export interface AlertRoutingArgs {
  context: Pick<PlatformContext, "names" | "region" | "clusterName" | "waitForReadiness">;
  /** Section `routing` of the stack file. */
  routing: RoutingSettings;
  /** Highest severity that pages in this environment: setting `alerts.severityCap`. */
  severityCap: "critical" | "warning";
  /** Catalogued services, from whose dependencies the inhibition follows. */
  services: readonly Dependant[];
  /** Address of Grafana, without a slash at the end. */
  grafanaUrl: string;
  /** The entries of Secrets Manager that hold the credentials (`components/security/secrets.ts`). */
  credentials: pulumi.Resource;
}

/**
 * Whom alerts reach: Alertmanager's configuration and templates, the credentials of its receivers. Its identity
 * for SNS comes with Prometheus (`platform/prometheusStack.ts`), before its pods. The configuration holds no secret: credentials are files, brought by External Secrets from entries of Secrets
 * Manager that people fill once (docs/operations/alerting.md).
 */
export class AlertRouting extends pulumi.ComponentResource {
  /** The configuration, as data: tests and reports read it. */
  readonly config: AlertmanagerConfig;
  /** What Alertmanager must wait for; pass it to the chart's release. */
  readonly prerequisites: pulumi.Resource[];

  constructor(name: string, args: AlertRoutingArgs, opts?: pulumi.ComponentResourceOptions) {
    const { names, region } = args.context;
    super(
      "trading-platform:observability:AlertRouting",
      name,
      { severityCap: args.severityCap, grafanaUrl: args.grafanaUrl, services: args.services.map((each) => each.name) },
      opts,
    );

    this.config = alertmanagerConfig({ ...args, names, region });
    this.prerequisites = [
      createConfig(name, args, this.config, this),
      createReceivers(name, args, this.config, { parent: this, dependsOn: args.credentials }),
    ];
    this.registerOutputs({});
  }
}

function createConfig(name: string, args: AlertRoutingArgs, config: AlertmanagerConfig, parent: pulumi.Resource) {
  return new kubernetes.core.v1.Secret(
    `${name}-config`,
    {
      metadata: {
        name: alertmanagerConfigSecret,
        namespace: monitoringNamespace,
        // The operator wants a Secret; this one holds none, so plans may show it.
        annotations: { "trading-platform/holds": "configuration" },
      },
      stringData: {
        "alertmanager.yaml": renderAlertmanagerConfig(config),
        [templateKey]: messageTemplates(args.grafanaUrl),
      },
    },
    { parent },
  );
}

function createReceivers(
  name: string,
  { context }: AlertRoutingArgs,
  config: AlertmanagerConfig,
  opts: pulumi.CustomResourceOptions,
) {
  const keys = usedCredentials(config).map((credential) => receiverCredentials[credential]);
  return createExternalSecret(
    `${name}-receivers`,
    context,
    {
      name: alertmanagerReceiversSecret,
      namespace: monitoringNamespace,
      data: Object.fromEntries(keys.map(({ key, path, property }) => [key, { path, property }])),
      // People fill the entries after the first deployment, which must not wait for them: Alertmanager does.
      waits: false,
    },
    opts,
  );
}
