import { type PlatformContext, priorityClasses } from "./context.ts";
import {
  elasticAdministratorSecret,
  elasticScriptsConfigMap,
  elasticSetupLabels,
  elasticsearchUrl,
  elasticTlsSecret,
  kibanaUrl,
} from "./elasticNames.ts";
import { pinnedImage } from "./imageMirror.ts";
import { jobSpec, stepsTemplate } from "./jobs.ts";

/** Spec of the job that brings Elasticsearch and Kibana to what the requests say; safe to run at any time. */
export function elasticSetupJob(context: Pick<PlatformContext, "imageMirror">, requestsConfigMap: string) {
  return jobSpec(
    stepsTemplate({
      scripts: elasticScriptsConfigMap,
      labels: elasticSetupLabels,
      priorityClassName: priorityClasses.stateful,
      volumes: [
        { name: "requests", configMap: { name: requestsConfigMap } },
        { name: "administrator", secret: { secretName: elasticAdministratorSecret, defaultMode: 0o440 } },
        { name: "authority", secret: { secretName: elasticTlsSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      ],
      steps: [
        {
          name: "setup",
          // Has bash and curl, and lies on the nodes already.
          image: pinnedImage("elasticsearch", context.imageMirror),
          script: "elastic-setup.sh",
          environment: {
            ELASTICSEARCH_URL: elasticsearchUrl,
            ELASTICSEARCH_CA: "/authority/ca.crt",
            KIBANA_URL: kibanaUrl,
            KIBANA_CA: "/authority/ca.crt",
            PASSWORD_FILE: "/administrator/elastic",
            REQUEST_DIRECTORY: "/requests",
          },
          mounts: { requests: "/requests", administrator: "/administrator", authority: "/authority" },
        },
      ],
    }),
  );
}
