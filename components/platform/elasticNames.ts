/** What others must know about Elasticsearch, Kibana and Logstash: addresses, names, and where credentials lie. */

/** Namespace of the operator and of all three. */
export const elasticNamespace = "elastic";

/** Name of the Elasticsearch, Kibana and Logstash resources. */
export const elasticCluster = "trading";

/** Port of Elasticsearch: HTTPS, certificate by the cluster's own authority. */
export const elasticsearchPort = 9200;

/** Address of Elasticsearch. */
export const elasticsearchUrl = `https://${elasticCluster}-es-http.${elasticNamespace}.svc:${elasticsearchPort}`;

/** Address of Kibana: HTTPS, certificate by the cluster's own authority. */
export const kibanaUrl = `https://${elasticCluster}-kb-http.${elasticNamespace}.svc:5601`;

/** Data stream of the trade audit trail; the catalog gives services rights on `trade-events*`. */
export const auditDataStream = "trade-events";

/** Bucket purpose of the audit trail's object-locked copy. */
export const auditBucketPurpose = "trade-audit";

/** Prefix of Jaeger's indices. */
export const jaegerIndexPrefix = "jaeger";

/** Users of the platform in Elasticsearch; those of the services are made with the services. */
export const elasticPlatformUsers = ["jaeger", "logstash", "exporter", "grafana"] as const;

/** A user of the platform in Elasticsearch. */
export type ElasticPlatformUser = (typeof elasticPlatformUsers)[number];

/** Path of a platform user's login (properties `username` and `password`), for `Names.secret(path)`. */
export function elasticUserSecretPath(user: ElasticPlatformUser): string {
  return `elastic/users/${user}`;
}

/** Secret that the operator makes: password of the user `elastic`, under that key. */
export const elasticAdministratorSecret = `${elasticCluster}-es-elastic-user`;

/** Secret with the certificate of Elasticsearch and Kibana: `tls.crt`, `tls.key`, and the authority as `ca.crt`. */
export const elasticTlsSecret = "elastic-tls";

/** ConfigMap with `elastic-setup.sh`, for jobs beside Elasticsearch. */
export const elasticScriptsConfigMap = "elastic-scripts";

/** Labels that let a job's pods in the namespace reach Elasticsearch and Kibana. */
export const elasticSetupLabels = { "app.kubernetes.io/name": "elastic-setup" };
