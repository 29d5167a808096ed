#!/bin/sh
# Brings one role of the database to what the catalog says, and can be run again at any time: the role, its password, its
# limit of connections, its schemas, and exactly the grants that are listed; grants that are no longer listed are taken away.
#
# PGHOST, PGPORT, PGDATABASE, PGSSLMODE   where the database is
# ADMINISTRATOR_DIRECTORY                 files "username" and "password" of the administrator
# PASSWORD_FILE                           password of the role
# ROLE, CONNECTION_LIMIT                  the role
# DEFAULT_SCHEMA                          schema of names that are said without one
# SCHEMAS                                 one schema a line: name, access (own, write, read), owner's role
set -eu
umask 077

PGUSER=$(cat "$ADMINISTRATOR_DIRECTORY/username")
PGPASSWORD=$(cat "$ADMINISTRATOR_DIRECTORY/password")
export PGUSER PGPASSWORD

statements=$WORK_DIRECTORY/grants.sql
cat >"$statements" <<'SQL'
\set ON_ERROR_STOP on
\getenv role ROLE
\getenv limit CONNECTION_LIMIT
\getenv default_schema DEFAULT_SCHEMA
SET client_min_messages = warning;
BEGIN;
-- Two roles may be set up at the same moment and meet at a shared schema: one after the other.
SELECT pg_advisory_xact_lock(hashtext('trading-platform roles'));
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN CONNECTION LIMIT :limit NOCREATEDB NOCREATEROLE;
-- Said to the server, not by each client: RDS Proxy refuses the `options` with which most would say it when they connect,
-- and a SET afterwards would tie the connection to the client.
ALTER ROLE :"role" SET search_path = :"default_schema", public;
GRANT :"role" TO CURRENT_USER;
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'role') \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- What is granted is granted anew below: a right that the catalog no longer gives ends here. Schemas of the server itself
-- belong to roles that the administrator is no member of, and may not be touched.
SELECT format('REVOKE ALL ON %s %I.%I FROM %I',
              CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname, :'role')
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relowner <> quote_ident(:'role')::regrole AND pg_has_role(relowner, 'MEMBER')
   AND EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = quote_ident(:'role')::regrole) \gexec
SELECT format('REVOKE ALL ON SCHEMA %I FROM %I', nspname, :'role')
  FROM pg_namespace
 WHERE nspowner <> quote_ident(:'role')::regrole AND pg_has_role(nspowner, 'MEMBER')
   AND EXISTS (SELECT FROM aclexplode(nspacl) WHERE grantee = quote_ident(:'role')::regrole) \gexec
-- The same for tables that do not exist yet.
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s REVOKE ALL ON %s FROM %I',
              defaclrole::regrole, defaclnamespace::regnamespace,
              CASE defaclobjtype WHEN 'r' THEN 'TABLES' ELSE 'SEQUENCES' END, :'role')
  FROM pg_default_acl
 WHERE defaclobjtype IN ('r', 'S') AND defaclnamespace <> 0
   AND EXISTS (SELECT FROM aclexplode(defaclacl)
                WHERE grantee = quote_ident(:'role')::regrole) \gexec
SQL

# A here-document, not a pipe: a pipe would run the loop in another shell, whose errors nobody sees.
while read -r schema access owner; do
  [ -n "$schema" ] || continue
  case $access in
  own) tables="" sequences="" ;;
  write) tables="SELECT, INSERT, UPDATE, DELETE" sequences="USAGE, SELECT" ;;
  read) tables="SELECT" sequences="SELECT" ;;
  *)
    echo "unknown access \"$access\" to schema $schema; known are own, write, read" >&2
    exit 2
    ;;
  esac
  cat >>"$statements" <<SQL
\\set schema $schema
\\set owner $owner
SELECT format('CREATE ROLE %I NOLOGIN', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \\gexec
GRANT :"owner" TO CURRENT_USER;
CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION :"owner";
-- The catalog may have given the schema to another service: it goes over with all that is in it. The sequence of a
-- column goes with its table and cannot go by itself.
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, :'owner')
  FROM pg_namespace WHERE nspname = :'schema' AND nspowner <> quote_ident(:'owner')::regrole \\gexec
SELECT format('ALTER %s %I.%I OWNER TO %I',
              CASE relkind WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, :'schema', relname, :'owner')
  FROM pg_class
 WHERE relnamespace = quote_ident(:'schema')::regnamespace AND relowner <> quote_ident(:'owner')::regrole
   AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S')
   AND NOT EXISTS (SELECT FROM pg_depend
                    WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype IN ('a', 'i')
                      AND refclassid = 'pg_class'::regclass) \\gexec
SELECT format('ALTER TYPE %I.%I OWNER TO %I', :'schema', typname, :'owner')
  FROM pg_type
 WHERE typnamespace = quote_ident(:'schema')::regnamespace AND typowner <> quote_ident(:'owner')::regrole
   AND typtype IN ('d', 'e') \\gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', pg_proc.oid::regprocedure, :'owner')
  FROM pg_proc
 WHERE pronamespace = quote_ident(:'schema')::regnamespace AND proowner <> quote_ident(:'owner')::regrole \\gexec
SQL
  [ "$access" = own ] && continue
  cat >>"$statements" <<SQL
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT $tables ON ALL TABLES IN SCHEMA :"schema" TO :"role";
GRANT $sequences ON ALL SEQUENCES IN SCHEMA :"schema" TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"schema" GRANT $tables ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"schema" GRANT $sequences ON SEQUENCES TO :"role";
SQL
done <<LINES
$SCHEMAS
LINES
echo "COMMIT;" >>"$statements"

attempt=1
until pg_isready --quiet; do
  if [ "$attempt" -ge "${ATTEMPTS:-60}" ]; then
    echo "the database at $PGHOST does not answer" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done
psql --no-psqlrc --quiet --tuples-only --file "$statements" >/dev/null
# psql sends the password's verifier: in a statement it would stand in the database's log, which keeps all changes of roles,
# and in pg_stat_statements, which the exporter reads. Without a terminal psql takes both answers from its input.
password=$(cat "$PASSWORD_FILE")
if ! printf '%s\n%s\n' "$password" "$password" |
  psql --no-psqlrc --quiet --command "\\password \"$ROLE\"" 2>"$WORK_DIRECTORY/answer"; then
  cat "$WORK_DIRECTORY/answer" >&2
  exit 1
fi
echo "role $ROLE is as the catalog says"
