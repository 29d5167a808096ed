import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { TracingSettings } from "../../stack/sections/tracing.ts";
import { authoritySecret, createAuthority } from "./authority.ts";
import { host, type PlatformContext } from "./context.ts";
import { elasticsearchUrl, elasticUserSecretPath } from "./elasticNames.ts";
import { createExternalSecret } from "./externalSecretResource.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { createGeneratedSecret, custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { jaegerLoginSecret, jaegerObjects } from "./jaegerObjects.ts";
import { jaegerValues } from "./jaegerValues.ts";
import { tracingFlows } from "./monitoringFlows.ts";
import { tracingNamespace } from "./monitoringNames.ts";
import { installChart } from "./release.ts";

/** Arguments of `Jaeger`. */
export interface JaegerArgs extends SecretCustody {
  context: PlatformContext;
  /** Section `tracing` of the stack file. */
  settings: TracingSettings;
}

/** Path in Secrets Manager of the login to Jaeger's page: `username`, `password`, and `htpasswd` for the gateway. */
const jaegerLoginPath = "jaeger/login";

const searchSecret = "elasticsearch-jaeger";
const loginName = "platform";

/**
 * Jaeger: keeps the sampled traces in Elasticsearch and shows them. Its page knows no users, so the gateway asks for a
 * login; people come from Grafana as a rule, where they are already known.
 */
export class Jaeger extends pulumi.ComponentResource {
  /** Address of the page. */
  readonly url: string;
  /** The release; what sends traces to Jaeger comes after it. */
  readonly release: pulumi.Resource;

  constructor(name: string, args: JaegerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Jaeger", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    this.url = `https://${host(context, "jaeger")}/`;
    const policies = createFlowPolicies(name, tracingFlows(context), this);
    const authority = createAuthority(name, context, tracingNamespace, this);
    const search = createSearchLogin(name, args, this);
    this.release = installChart(
      `${name}-release`,
      {
        chart: "jaeger",
        context,
        namespace: tracingNamespace,
        values: jaegerValues(context, settings, {
          address: elasticsearchUrl,
          user: "jaeger",
          passwordSecret: { name: searchSecret, key: "password" },
          authoritySecret,
        }),
      },
      { parent: this, dependsOn: [authority, search, ...policies] },
    );
    createObjects(name, args, { parent: this, dependsOn: [createLogin(name, args, this), this.release] });
    this.registerOutputs({ url: this.url });
  }
}

function createSearchLogin(name: string, { context }: JaegerArgs, parent: pulumi.Resource) {
  const path = elasticUserSecretPath("jaeger");
  return createExternalSecret(
    `${name}-search-login`,
    context,
    {
      name: searchSecret,
      namespace: tracingNamespace,
      data: { username: { path, property: "username" }, password: { path, property: "password" } },
    },
    { parent },
  );
}

/** The login of the page: a password made here, of which the gateway gets only the hash. */
function createLogin(name: string, args: JaegerArgs, parent: pulumi.Resource) {
  const { context } = args;
  const password = new random.RandomPassword(`${name}-login-password`, { length: 40, special: false }, { parent });
  const entry = createGeneratedSecret(
    `${name}-login-entry`,
    {
      context,
      path: jaegerLoginPath,
      description: `Login to ${host(context, "jaeger")}`,
      value: pulumi.jsonStringify({
        username: loginName,
        password: password.result,
        htpasswd: pulumi.interpolate`${loginName}:${password.bcryptHash}`,
      }),
      ...custodyOf(args),
    },
    parent,
  );
  return createExternalSecret(
    `${name}-login`,
    context,
    {
      name: jaegerLoginSecret,
      namespace: tracingNamespace,
      data: { htpasswd: { path: jaegerLoginPath, property: "htpasswd" } },
      // The gateway wants this type and this key.
      template: { type: "nginx.org/htpasswd", data: { auth: "{{ .htpasswd }}" } },
    },
    { parent, dependsOn: [entry] },
  );
}

function createObjects(name: string, { context, settings }: JaegerArgs, opts: pulumi.CustomResourceOptions): void {
  for (const object of jaegerObjects(context, settings.jaeger.replicas)) {
    new kubernetes.apiextensions.CustomResource(`${name}-${object.kind.toLowerCase()}`, object, opts);
  }
}
