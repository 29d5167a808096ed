import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { Cluster } from "./cluster.ts";

/** How to reach a cluster. */
export interface KubeconfigPlan {
  clusterName: string;
  region: string;
  endpoint: string;
  /** Certificate authority of the API, base64. */
  certificateAuthority: string;
}

/**
 * A kubeconfig without credentials: whoever uses it asks AWS for a token with his own identity, so it is no secret and
 * does not change from run to run.
 */
export function kubeconfig({ clusterName, region, endpoint, certificateAuthority }: KubeconfigPlan) {
  const name = clusterName;
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["eks", "get-token", "--cluster-name", clusterName, "--region", region],
            interactiveMode: "Never",
          },
        },
      },
    ],
  };
}

/** What the provider needs beside the cluster. */
export interface KubernetesProviderArgs {
  cluster: Pick<Cluster, "clusterName" | "endpoint" | "certificateAuthority" | "deployAccess">;
  names: Names;
  region: string;
}

/** The one Kubernetes provider; it comes to life only after the role that deploys may enter the cluster. */
export function createKubernetesProvider(
  name: string,
  { cluster, names, region }: KubernetesProviderArgs,
): kubernetes.Provider {
  const config = pulumi
    .all([cluster.endpoint, cluster.certificateAuthority])
    .apply(([endpoint, certificateAuthority]) =>
      JSON.stringify(kubeconfig({ clusterName: cluster.clusterName, region, endpoint, certificateAuthority })),
    );
  return new kubernetes.Provider(
    name,
    {
      kubeconfig: config,
      // A constant: as long as it stays, an unknown or renewed address of the API replaces nothing in the cluster.
      clusterIdentifier: names.arn("eks", `cluster/${cluster.clusterName}`),
      enableServerSideApply: true,
      suppressHelmHookWarnings: true,
      // Hundreds of objects: the client's own limits (5 a second) would make every preview wait.
      kubeClientSettings: { qps: 50, burst: 100, timeout: 60 },
    },
    { dependsOn: cluster.deployAccess },
  );
}
