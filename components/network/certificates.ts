import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What the certificate needs to be told. */
export interface CertificatesArgs {
  /** Domain of the environment: the certificate's common name, at most 64 characters. */
  domain: string;
  /**
   * Hosts below the domain. Named one by one: a wildcard would speak for hosts that nobody made.
   * @default `publicHosts`
   */
  hosts?: readonly string[];
  /**
   * Zone in which the proof of ownership is published.
   * @default none: a person publishes the records of the output `validationRecords`
   */
  zoneId?: pulumi.Input<string>;
}

/** Hosts that the gateway serves below the environment's domain. */
const publicHosts: readonly string[] = ["api", "dashboard", "grafana", "jaeger"];

/** One record that proves to ACM that the domain is ours. */
export interface ValidationRecord {
  name: string;
  type: string;
  value: string;
}

/** The certificate of the public hosts for the load balancer; ACM renews it as long as its records stand. */
export class Certificates extends pulumi.ComponentResource {
  /** ARN of the certificate, once it is issued where a zone is given. */
  readonly arn: pulumi.Output<string>;
  /** Records that prove ownership. */
  readonly validationRecords: pulumi.Output<ValidationRecord[]>;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { domain, hosts = publicHosts } = args;
    super("trading-platform:network:Certificates", name, { domain, hosts }, opts);
    const parent = { parent: this };

    const names = [domain, ...hosts.map((host) => `${host}.${domain}`)];
    const certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      {
        domainName: domain,
        subjectAlternativeNames: names.slice(1),
        validationMethod: "DNS",
        keyAlgorithm: "EC_prime256v1",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
        tags: { Name: domain },
      },
      parent,
    );

    this.arn =
      args.zoneId === undefined
        ? certificate.arn
        : validate(name, names, certificate, args.zoneId, parent).certificateArn;
    this.validationRecords = certificate.domainValidationOptions.apply((options) => options.map(recordOf));
    this.registerOutputs({ arn: this.arn, validationRecords: this.validationRecords });
  }
}

/** Publishes the proof for each name and waits until ACM has seen it. */
function validate(
  name: string,
  names: string[],
  certificate: aws.acm.Certificate,
  zoneId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): aws.acm.CertificateValidation {
  const records = names.map((host) => {
    const record = certificate.domainValidationOptions.apply((options) => {
      const option = options.find(({ domainName }) => domainName === host);
      if (option === undefined) throw new Error(`ACM named no validation record for ${host}.`);
      return recordOf(option);
    });
    return new aws.route53.Record(
      `${name}-proof-of-${host.replaceAll(".", "-")}`,
      {
        zoneId,
        name: record.name,
        type: record.type,
        records: [record.value],
        ttl: 300,
        // Two certificates of one domain share the record; the second must not fail on it.
        allowOverwrite: true,
      },
      opts,
    );
  });
  return new aws.acm.CertificateValidation(
    `${name}-validation`,
    { certificateArn: certificate.arn, validationRecordFqdns: records.map((record) => record.fqdn) },
    opts,
  );
}

function recordOf(option: {
  resourceRecordName: string;
  resourceRecordType: string;
  resourceRecordValue: string;
}): ValidationRecord {
  return { name: option.resourceRecordName, type: option.resourceRecordType, value: option.resourceRecordValue };
}
