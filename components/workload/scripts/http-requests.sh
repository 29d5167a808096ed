#!/bin/sh
# Sends requests to a system's HTTP interface, one a line. All that are sent here may be repeated: PUT writes over, and a
# schema that is registered already is found again.
#
# SERVICE_URL               address, without a slash at the end
# READY_PATH                path that answers 200 once the system is ready
# AUTHORITY                 file with the authority that signed its certificate; absent: the public ones
# ADMINISTRATOR_DIRECTORY   files "username" and "password" of the administrator
# PASSWORD_FILE             password of the account that the requests make, if they make one; in a body it stands as
#                           __PASSWORD__ and has no character that JSON would have to escape
# REQUESTS                  method, path and JSON body, one request a line
# WORK_DIRECTORY            directory for credentials and answers, in memory
set -eu
umask 077

# Credentials and bodies go through files, never through the list of arguments that ps shows.
{
  printf 'user = "%s:%s"\n' "$(cat "$ADMINISTRATOR_DIRECTORY/username")" "$(cat "$ADMINISTRATOR_DIRECTORY/password")"
  if [ -n "${AUTHORITY:-}" ]; then printf 'cacert = "%s"\n' "$AUTHORITY"; fi
} >"$WORK_DIRECTORY/settings"
password=""
if [ -n "${PASSWORD_FILE:-}" ]; then password=$(cat "$PASSWORD_FILE"); fi

call() { # method path; body in the work directory; prints the status code
  curl --silent --show-error --max-time 30 --config "$WORK_DIRECTORY/settings" --request "$1" \
    --header "Content-Type: application/json" --data-binary "@$WORK_DIRECTORY/body" \
    --output "$WORK_DIRECTORY/answer" --write-out '%{http_code}' "$SERVICE_URL$2" || true
}

attempt=1
: >"$WORK_DIRECTORY/body"
until [ "$(call GET "$READY_PATH")" = 200 ]; do
  if [ "$attempt" -ge "${ATTEMPTS:-60}" ]; then
    echo "$SERVICE_URL$READY_PATH does not answer" >&2
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
echo "$SERVICE_URL is as the requests say"
