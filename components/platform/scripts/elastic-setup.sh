#!/bin/bash
# Brings Elasticsearch and Kibana to what the requests say. Every request may be repeated: PUT writes over, and lines that
# begin with "create" are sent only when the resource is not there yet.
#
# ELASTICSEARCH_URL, KIBANA_URL        addresses
# ELASTICSEARCH_CA, KIBANA_CA          files with the authorities that signed their certificates
# PASSWORD_FILE                        password of the user "elastic"
# REQUEST_DIRECTORY                    requests.txt: target, mode, method, path, body file, one a line; and the bodies
# WORK_DIRECTORY                       directory for answers
# ATTEMPTS                             how often to ask whether the target is ready, every five seconds; default 180
set -eu
umask 077

call() { # target method path [body file]; prints the status code, leaves the answer in the work directory
  local url=$ELASTICSEARCH_URL authority=$ELASTICSEARCH_CA
  if [ "$1" = kibana ]; then
    url=$KIBANA_URL
    authority=$KIBANA_CA
  fi
  local body=()
  if [ "$#" -ge 4 ]; then body=(--data-binary "@$4" --header "Content-Type: application/json"); fi
  # The password goes through a file, never through the list of arguments that ps shows.
  curl --silent --show-error --max-time 60 --cacert "$authority" --config "$WORK_DIRECTORY/credentials" \
    --header "kbn-xsrf: setup" --request "$2" "${body[@]}" \
    --output "$WORK_DIRECTORY/answer" --write-out '%{http_code}' "$url$3" || true
}

wait_for() { # target path
  local attempt=1 status
  while true; do
    status=$(call "$1" GET "$2")
    [ "$status" = 200 ] && return
    if [ "$attempt" -ge "${ATTEMPTS:-180}" ]; then
      echo "$1 is not ready: $2 answers $status" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep "${PAUSE_SECONDS:-5}"
  done
}

printf 'user = "elastic:%s"\n' "$(cat "$PASSWORD_FILE")" >"$WORK_DIRECTORY/credentials"
wait_for elasticsearch "/_cluster/health?wait_for_status=yellow&timeout=50s"

kibana_ready=false
while read -r target mode method path body; do
  [ -n "$target" ] || continue
  if [ "$target" = kibana ] && [ "$kibana_ready" = false ]; then
    wait_for kibana /api/status
    kibana_ready=true
  fi
  if [ "$mode" = create ]; then
    # The resource's own address: a POST goes to the collection, whose item the body file is named for.
    item=$path
    if [ "$method" = POST ]; then item=$path/${body%.json}; fi
    if [ "$(call "$target" GET "$item")" = 200 ]; then
      echo "$target $item is there"
      continue
    fi
  fi
  if [ "$body" = - ]; then
    status=$(call "$target" "$method" "$path")
  else
    status=$(call "$target" "$method" "$path" "$REQUEST_DIRECTORY/$body")
  fi
  case $status in
  2??) echo "$target $method $path: $status" ;;
  *)
    echo "$target $method $path answered $status:" >&2
    cat "$WORK_DIRECTORY/answer" >&2
    exit 1
    ;;
  esac
done <"$REQUEST_DIRECTORY/requests.txt"
echo "Elasticsearch and Kibana are as the requests say"
