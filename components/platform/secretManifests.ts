import * as pulumi from "@pulumi/pulumi";
import type { PlatformContext } from "./context.ts";
import { secretStore } from "./externalSecrets.ts";
import { contentHash } from "./jobs.ts";

/** One key of a Kubernetes Secret: which property of which entry of Secrets Manager it comes from. */
export interface SecretSource {
  /** Path of the entry, for `Names.secret(path)`. */
  path: string;
  /** Property of the entry's JSON; absent: the whole text. */
  property?: string;
}

/** What an ExternalSecret is made of. */
export interface ExternalSecretPlan {
  name: string;
  namespace: string;
  /** Where each key comes from. */
  data: { [key: string]: SecretSource };
  /** Texts built from the keys (`{{ .key }}`) instead of the keys themselves. */
  template?: { type?: string; data: { [key: string]: pulumi.Input<string> } };
  /** Version of the entries, where this program makes them: External Secrets reads again at once when it changes. */
  version?: pulumi.Input<string>;
  /** Name of the Secret. @default the name of the ExternalSecret */
  secretName?: pulumi.Input<string>;
}

/**
 * Name of a Secret that holds one version of an entry and no other. A job that mounts it cannot read the value before:
 * its pod waits until External Secrets has brought the new one, and its template, being another, makes it run again.
 */
export function secretOfVersion(name: string, version: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(version).apply((known) => `${name}-${contentHash(known)}`);
}

/** Any change of its annotations makes External Secrets read an entry again. */
const versionAnnotation = "trading-platform/version";

/** An ExternalSecret that reads AWS Secrets Manager; it keeps its Secret when the entry is gone, so that pods live on. */
export function externalSecret(context: Pick<PlatformContext, "names">, plan: ExternalSecretPlan) {
  const { name, namespace, data, template, version, secretName = name } = plan;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, ...(version !== undefined && { annotations: { [versionAnnotation]: version } }) },
    spec: {
      // How long a pod may go on with a password that is no longer the right one.
      refreshInterval: "5m",
      secretStoreRef: { kind: "ClusterSecretStore", name: secretStore },
      target: {
        name: secretName,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        ...(template === undefined ? {} : { template: { engineVersion: "v2", mergePolicy: "Replace", ...template } }),
      },
      data: Object.entries(data).map(([secretKey, { path, property }]) => ({
        secretKey,
        remoteRef: { key: context.names.secret(path), ...(property === undefined ? {} : { property }) },
      })),
    },
  };
}

/** What an inside certificate is made of. */
export interface CertificatePlan {
  name: string;
  namespace: string;
  /** Secret that holds the certificate, its key and the authority. @default the name */
  secretName?: string;
  dnsNames: string[];
  ipAddresses?: string[];
  /** Secret with the key `password` that protects a PKCS#12 key store and trust store, for Java. */
  keystorePasswordSecret?: string;
}

/** A certificate of the cluster's own authority, renewed a month before its three months end. */
export function insideCertificate(issuerRef: object, plan: CertificatePlan) {
  const { name, namespace, secretName = name, dnsNames, ipAddresses, keystorePasswordSecret } = plan;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace },
    spec: {
      secretName,
      duration: "2160h",
      renewBefore: "720h",
      // PKCS#8, the one form that Java reads as well as Go.
      privateKey: { algorithm: "ECDSA", size: 384, encoding: "PKCS8", rotationPolicy: "Always" },
      usages: ["digital signature", "key encipherment", "server auth", "client auth"],
      dnsNames,
      ...(ipAddresses === undefined ? {} : { ipAddresses }),
      ...(keystorePasswordSecret === undefined
        ? {}
        : {
            keystores: {
              pkcs12: {
                create: true,
                profile: "Modern2023",
                passwordSecretRef: { name: keystorePasswordSecret, key: "password" },
              },
            },
          }),
      issuerRef,
    },
  };
}
