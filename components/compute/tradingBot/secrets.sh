#!/usr/bin/bash
# Fetches the bot's secrets with the instance's own role and leaves them as environment lines in memory: /run is no
# disk, and systemd removes the directory when the bot stops. Docker keeps a container's variables on the machine's disk,
# which the key for disks encrypts, until the container ends. Each line of the list reads
#   <entry of Secrets Manager> <variable>=<property> ...
set -euo pipefail
umask 077

directory=${RUNTIME_DIRECTORY:-/run/trading-bot}
list=${SECRET_LIST:-/etc/trading-bot/secrets}
fresh="$directory/secrets.new"
: >"$fresh"

while read -r entry pairs; do
  [[ -n $entry ]] || continue
  json=$(aws secretsmanager get-secret-value --region "$AWS_REGION" --secret-id "$entry" \
    --query SecretString --output text)
  for pair in $pairs; do
    # A line break inside a value would let it smuggle in further variables.
    if ! value=$(jq -er --arg property "${pair#*=}" \
      '.[$property] | select(. != null) | tostring | select(test("[\r\n]") | not)' <<<"$json"); then
      echo "The entry $entry has no property ${pair#*=} that fits on one line; put it there and the bot starts." >&2
      exit 1
    fi
    printf '%s=%s\n' "${pair%%=*}" "$value" >>"$fresh"
  done
done <"$list"

mv "$fresh" "$directory/secrets"
