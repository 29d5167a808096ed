# shellcheck shell=bash
# Functions that reach the private systems of a stack; the runbooks use them.
#
#   . docs/operations/reach.sh production [region]
#   platform-psql -c 'select state, count(*) from pg_stat_activity group by 1'
#   platform-cache info memory
#   platform-search '_cluster/health?pretty'
#
# Database and cache answer only pods that the network policies let through, so the clients run beside the exporters, as
# ephemeral containers: no new pod, no password in a command line or in the cluster. Needed here: aws, kubectl, jq.

PLATFORM_STACK=${1:?name the stack: . docs/operations/reach.sh production}
PLATFORM_REGION=${2:-us-east-1}

# A secret of the stack as JSON, by its path below trading-platform/<stack>/.
platform-secret() {
  aws secretsmanager get-secret-value --region "$PLATFORM_REGION" \
    --secret-id "trading-platform/$PLATFORM_STACK/$1" --query SecretString --output text
}

# Runs an image's program beside a pod of the namespace monitoring; the first line of standard input is a password.
platform-beside() {
  local labels=$1 image=$2 variable=$3 pod
  shift 3
  pod=$(kubectl -n monitoring get pods -l "$labels" -o name | head -n 1)
  [ -n "$pod" ] || { echo "no pod in monitoring has the labels $labels" >&2; return 1; }
  kubectl -n monitoring debug --quiet -i "$pod" --profile=restricted --image="$image" -- \
    sh -c "read -r $variable && export $variable && exec \"\$@\"" sh "$@"
}

# psql. By default as the exporter's role, which sees statistics of all sessions but no rows. DATABASE_ROLE names another
# one; DATABASE_ROLE=administrator is the owner of the instance, who may cancel and end sessions.
platform-psql() {
  local role=${DATABASE_ROLE:-exporter} place login arn
  place=$(platform-secret database/exporter) || return
  if [ "$role" = administrator ]; then
    arn=$(aws rds describe-db-instances --region "$PLATFORM_REGION" \
      --db-instance-identifier "trading-platform-$PLATFORM_STACK-postgres" \
      --query 'DBInstances[0].MasterUserSecret.SecretArn' --output text) || return
    login=$(aws secretsmanager get-secret-value --region "$PLATFORM_REGION" \
      --secret-id "$arn" --query SecretString --output text) || return
  else
    login=$(platform-secret "database/$role") || return
  fi
  jq -r .password <<<"$login" | platform-beside app=prometheus-postgres-exporter \
    docker.io/library/postgres:17-alpine PGPASSWORD \
    psql "host=${DATABASE_HOST:-$(jq -r .host <<<"$place")} port=$(jq -r .port <<<"$place") dbname=$(jq -r .dbname <<<"$place") user=$(jq -r .username <<<"$login") sslmode=require" "$@"
}

# The same against a read replica, by the number in its alert: platform-psql-replica 1 -c '…'.
platform-psql-replica() {
  local number=$1 host
  shift
  host=$(aws rds describe-db-instances --region "$PLATFORM_REGION" \
    --db-instance-identifier "trading-platform-$PLATFORM_STACK-postgres-replica-$number" \
    --query 'DBInstances[0].Endpoint.Address' --output text) || return
  DATABASE_HOST=$host platform-psql "$@"
}

# valkey-cli. By default as the exporter's user, which may look but read no key. CACHE_USER names a service, which may
# read its own keys: CACHE_USER=trading-system platform-cache --bigkeys --pattern 'trading:*'.
platform-cache() {
  local login
  login=$(platform-secret "cache/${CACHE_USER:-exporter}") || return
  # The address is inside the VPC; the image has no list of authorities to check the certificate with.
  jq -r .password <<<"$login" | platform-beside app=prometheus-redis-exporter \
    docker.io/valkey/valkey:8-alpine REDISCLI_AUTH \
    valkey-cli --tls --insecure -h "$(jq -r .host <<<"$login")" -p "$(jq -r .port <<<"$login")" \
    --user "$(jq -r .username <<<"$login")" "$@"
}

# A path of Elasticsearch's API, asked inside one of its pods as the user elastic; what follows goes to curl.
platform-search() {
  local path=$1 pod
  shift
  pod=$(kubectl -n elastic get pods -l elasticsearch.k8s.elastic.co/cluster-name=trading -o name | head -n 1)
  kubectl -n elastic get secret trading-es-elastic-user -o jsonpath='{.data.elastic}' | base64 -d |
    kubectl -n elastic exec -i "$pod" -c elasticsearch -- \
      bash -c 'printf "user = \"elastic:%s\"\n" "$(cat)" | curl --silent --show-error --insecure --config - "$@"' \
      bash "$@" "https://localhost:9200/$path"
}
