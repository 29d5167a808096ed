#!/bin/sh
# Sends requests to RabbitMQ's management interface, one a line; every request may be repeated: PUT writes over.
#
# BROKER_URL                address of the management interface
# ADMINISTRATOR_DIRECTORY   files "username" and "password" of the administrator
# PASSWORD_FILE             password of the account that the requests make, if they make one; in a body it stands as
#                           __PASSWORD__ and has no character that JSON would have to escape
# REQUESTS                  method, path and JSON body, one request a line
# WORK_DIRECTORY            directory for credentials and answers, in memory
set -eu
umask 077

# Credentials and bodies go through files, never through the list of arguments that ps shows.
printf 'user = "%s:%s"\n' "$(cat "$ADMINISTRATOR_DIRECTORY/username")" "$(cat "$ADMINISTRATOR_DIRECTORY/password")" \
  >"$WORK_DIRECTORY/credentials"
password=""
if [ -n "${PASSWORD_FILE:-}" ]; then password=$(cat "$PASSWORD_FILE"); fi

call() { # method path; body in the work directory; prints the status code
  curl --silent --show-error --max-time 30 --config "$WORK_DIRECTORY/credentials" --request "$1" \
    --header "Content-Type: application/json" --data-binary "@$WORK_DIRECTORY/body" \
    --output "$WORK_DIRECTORY/answer" --write-out '%{http_code}' "$BROKER_URL$2" || true
}

attempt=1
: >"$WORK_DIRECTORY/body"
until [ "$(call GET /api/overview)" = 200 ]; do
  if [ "$attempt" -ge "${ATTEMPTS:-60}" ]; then
    echo "the broker at $BROKER_URL does not answer" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done

while read -r method path body; do
  [ -n "$method" ] || continue
  # Split at the mark by the shell itself: no other program sees the password.
  case $body in
  *__PASSWORD__*) printf '%s%s%s' "${body%%__PASSWORD__*}" "$password" "${body#*__PASSWORD__}" >"$WORK_DIRECTORY/body" ;;
  *) printf '%s' "$body" >"$WORK_DIRECTORY/body" ;;
  esac
  status=$(call "$method" "$path")
  case $status in
  2??) echo "$method $path: $status" ;;
  *)
    echo "$method $path answered $status:" >&2
    cat "$WORK_DIRECTORY/answer" >&2
    exit 1
    ;;
  esac
done <<LINES
$REQUESTS
LINES
echo "the broker is as the requests say"
