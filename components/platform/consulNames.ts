/** What others must know about Consul. */

/** Namespace of Consul. */
export const consulNamespace = "consul";

/** Address of the servers: HTTPS, certificate by the cluster's own authority; every request needs a token. */
export const consulUrl = `https://consul-server.${consulNamespace}.svc:8501`;

/** Secret with the servers' certificate: `tls.crt`, `tls.key`, `ca.crt`. */
export const consulTlsSecret = "consul-server-tls";

/** Secret with the key (`key`) that encrypts gossip among the servers. */
export const consulGossipSecret = "consul-gossip";

/** Secret with the management token (`token`), which the servers know from their first start. */
export const consulBootstrapSecret = "consul-bootstrap";

/** Secret with the token of whoever reads metrics (`metrics`). */
export const consulMetricsSecret = "consul-metrics-token";

/** Path of all of Consul's secrets (properties `gossip`, `bootstrap`, `metrics`), for `Names.secret(path)`. */
export const consulSecretPath = "consul/secrets";

/** Name of the data centre; part of the servers' certificate. */
export function consulDatacenter(environment: string): string {
  return `trading-${environment}`;
}

/** Names of the servers' certificate: Consul's own names for servers, the Service, each server, and the server itself. */
export function consulCertificateNames(environment: string): string[] {
  const service = ["consul-server", "*.consul-server"];
  const server = `server.${consulDatacenter(environment)}.consul`;
  return [
    server,
    `*.${server}`,
    ...service.flatMap((host) => [
      host,
      `${host}.${consulNamespace}`,
      `${host}.${consulNamespace}.svc`,
      `${host}.${consulNamespace}.svc.cluster.local`,
    ]),
    "localhost",
  ];
}
