#!/bin/sh
# Makes the user of the message broker that may read metrics and nothing else; can be run again at any time.
#
# BROKER_URL                address of the management interface, without a slash at the end
# ADMINISTRATOR_DIRECTORY   files "username" and "password" of the administrator
# EXPORTER_USER             name of the user
# EXPORTER_PASSWORD_FILE    its password: letters and digits, which JSON takes as they are
# WORK_DIRECTORY            directory for credentials and answers, in memory
set -eu
umask 077

# Credentials and bodies go through files, never through the list of arguments that ps shows.
printf 'user = "%s:%s"\n' "$(cat "$ADMINISTRATOR_DIRECTORY/username")" "$(cat "$ADMINISTRATOR_DIRECTORY/password")" \
  >"$WORK_DIRECTORY/credentials"

put() { # path; body in the work directory
  curl --silent --show-error --fail-with-body --max-time 30 --retry "${ATTEMPTS:-30}" --retry-delay "${PAUSE_SECONDS:-10}" \
    --retry-all-errors --config "$WORK_DIRECTORY/credentials" --request PUT \
    --header "Content-Type: application/json" --data-binary "@$WORK_DIRECTORY/body" "$BROKER_URL$1"
}

printf '{"password":"%s","tags":"monitoring"}' "$(cat "$EXPORTER_PASSWORD_FILE")" >"$WORK_DIRECTORY/body"
put "/api/users/$EXPORTER_USER"
# No queue, no exchange: patterns that match nothing.
printf '{"configure":"^$","write":"^$","read":"^$"}' >"$WORK_DIRECTORY/body"
put "/api/permissions/%2F/$EXPORTER_USER"
echo "user $EXPORTER_USER may read metrics"
