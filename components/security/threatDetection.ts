import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What threat detection needs to be told. */
export interface ThreatDetectionArgs {
  /** How soon a repeated finding is published again. */
  publishing: "FIFTEEN_MINUTES" | "ONE_HOUR" | "SIX_HOURS";
  /** Features beyond the basis, for example `EKS_AUDIT_LOGS`. Runtime monitoring costs 1.50 USD a month per vCPU. */
  features: readonly string[];
}

/** GuardDuty: looks for intruders in the trail, flow logs, DNS and what else the settings switch on. */
export class ThreatDetection extends pulumi.ComponentResource {
  /** Id of the detector, for the rule that sends findings on. */
  readonly detectorId: pulumi.Output<string>;

  constructor(name: string, args: ThreatDetectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:security:ThreatDetection",
      name,
      { publishing: args.publishing, features: args.features },
      opts,
    );

    const detector = new aws.guardduty.Detector(
      `${name}-detector`,
      { enable: true, findingPublishingFrequency: args.publishing },
      { parent: this },
    );
    for (const feature of args.features) createFeature(name, feature, detector, { parent: this });

    this.detectorId = detector.id;
    this.registerOutputs({ detectorId: this.detectorId });
  }
}

/** Agents that GuardDuty installs and updates by itself; without them runtime monitoring sees nothing. */
const managedAgents = ["EKS_ADDON_MANAGEMENT", "EC2_AGENT_MANAGEMENT"];

function createFeature(
  name: string,
  feature: string,
  detector: aws.guardduty.Detector,
  opts: pulumi.CustomResourceOptions,
): void {
  const additionalConfigurations =
    feature === "RUNTIME_MONITORING" ? managedAgents.map((agent) => ({ name: agent, status: "ENABLED" })) : undefined;
  new aws.guardduty.DetectorFeature(
    `${name}-${feature.toLowerCase().replaceAll("_", "-")}`,
    { detectorId: detector.id, name: feature, status: "ENABLED", additionalConfigurations },
    opts,
  );
}
