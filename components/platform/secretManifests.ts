import type * as pulumi from "@pulumi/pulumi";
import type { PlatformContext } from "./context.ts";
import { secretStore } from "./externalSecrets.ts";

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
}

/** An ExternalSecret that reads AWS Secrets Manager; it keeps its Secret when the entry is gone, so that pods live on. */
export function externalSecret(context: Pick<PlatformContext, "names">, plan: ExternalSecretPlan) {
  const { name, namespace, data, template } = plan;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: secretStore },
      target: {
        name,
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
