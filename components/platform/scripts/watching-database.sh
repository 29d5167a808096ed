#!/bin/sh
# Makes the accounts in the database of the systems that watch, and can be run again at any time: a role that may read
# statistics and nothing else, and for Grafana a role with a database of its own.
#
# PGHOST, PGPORT, PGDATABASE, PGSSLMODE   where the database is
# ADMINISTRATOR_DIRECTORY                 files "username" and "password" of the administrator
# EXPORTER_ROLE, EXPORTER_PASSWORD_FILE   the role of the exporter
# GRAFANA_ROLE, GRAFANA_PASSWORD_FILE     the role of Grafana; absent where Grafana keeps its state on a volume
# WORK_DIRECTORY                          directory for what psql says, in memory
set -eu
umask 077

PGUSER=$(cat "$ADMINISTRATOR_DIRECTORY/username")
PGPASSWORD=$(cat "$ADMINISTRATOR_DIRECTORY/password")
export PGUSER PGPASSWORD

attempt=1
until pg_isready --quiet; do
  if [ "$attempt" -ge "${ATTEMPTS:-60}" ]; then
    echo "the database at $PGHOST does not answer" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done

make_role() { # role, file with the password, limit of connections
  ROLE=$1 CONNECTION_LIMIT=$3 psql --no-psqlrc --quiet --tuples-only >/dev/null <<'SQL'
\set ON_ERROR_STOP on
\getenv role ROLE
\getenv limit CONNECTION_LIMIT
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN CONNECTION LIMIT :limit NOCREATEDB NOCREATEROLE;
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'role') \gexec
SQL
  # psql sends the password's verifier: in a statement it would stand in the database's log, which keeps all changes of
  # roles, and in pg_stat_statements. Without a terminal psql takes both answers from its input.
  password=$(cat "$2")
  if ! printf '%s\n%s\n' "$password" "$password" |
    psql --no-psqlrc --quiet --command "\\password \"$1\"" 2>"$WORK_DIRECTORY/answer"; then
    cat "$WORK_DIRECTORY/answer" >&2
    exit 1
  fi
}

make_role "$EXPORTER_ROLE" "$EXPORTER_PASSWORD_FILE" 5
ROLE=$EXPORTER_ROLE psql --no-psqlrc --quiet --tuples-only >/dev/null <<'SQL'
\set ON_ERROR_STOP on
\getenv role ROLE
SET client_min_messages = warning;
GRANT pg_monitor TO :"role";
SELECT 'CREATE EXTENSION pg_stat_statements'
 WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') \gexec
SQL
echo "role $EXPORTER_ROLE may read statistics"

[ -n "${GRAFANA_ROLE:-}" ] || exit 0
make_role "$GRAFANA_ROLE" "$GRAFANA_PASSWORD_FILE" 40
ROLE=$GRAFANA_ROLE psql --no-psqlrc --quiet --tuples-only >/dev/null <<'SQL'
\set ON_ERROR_STOP on
\getenv role ROLE
SET client_min_messages = warning;
-- Who makes a database for another must be able to become that other.
GRANT :"role" TO CURRENT_USER;
SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'role') \gexec
SQL
echo "role $GRAFANA_ROLE has a database of its own"
