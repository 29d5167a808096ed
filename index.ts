import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readStackFile } from "./stack/file.ts";
import { loadSettings, type SettingsSource } from "./stack/load.ts";
import { createNames } from "./stack/naming.ts";

/** The platform on one page: from the network up to what watches it. */
export default async function platform({ source = stackSource() }: { source?: SettingsSource } = {}) {
  const settings = loadSettings(source);
  const { environment } = settings;
  const names = createNames({
    project: source.project,
    environment: environment.name,
    accountId: environment.accountId,
    region: environment.region,
  });

  const provider = new aws.Provider("aws", {
    region: environment.region,
    allowedAccountIds: [environment.accountId],
    defaultTags: {
      tags: {
        Project: source.project,
        Environment: environment.name,
        Owner: environment.owner,
        CostCenter: environment.costCenter,
        ManagedBy: "pulumi",
      },
    },
  });

  return { cluster: names.cluster, region: provider.region };
}

/** The settings as the Pulumi CLI hands them over, with the stack file's text to point at lines. */
function stackSource(): SettingsSource {
  const stack = pulumi.getStack();
  return {
    project: pulumi.getProject(),
    file: `Pulumi.${stack}.yaml`,
    text: readStackFile(import.meta.dirname, stack)?.text,
    config: pulumi.runtime.allConfig(),
  };
}
