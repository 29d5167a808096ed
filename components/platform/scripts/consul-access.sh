#!/bin/sh
# Gives Consul the policies and tokens that the chart does not know: written over at each run.
# CONSUL_HTTP_ADDR, CONSUL_CACERT and CONSUL_HTTP_TOKEN_FILE are Consul's own.
#
# ACCESS_DIRECTORY  policy-<name>.json: the rules of each policy
# TOKEN_DIRECTORY   a file for each policy, holding the secret id of the token that carries it
# ATTEMPTS          how often to ask whether Consul has a leader, every five seconds; default 60
set -eu

attempt=1
until consul acl policy list >/dev/null 2>&1; do
  if [ "$attempt" -ge "${ATTEMPTS:-60}" ]; then
    echo "Consul does not answer at $CONSUL_HTTP_ADDR:" >&2
    consul acl policy list >/dev/null
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done

for file in "$ACCESS_DIRECTORY"/policy-*.json; do
  name=${file##*/policy-}
  name=${name%.json}
  if consul acl policy read -name "$name" >/dev/null 2>&1; then
    consul acl policy update -name "$name" -rules @"$file" >/dev/null
  else
    consul acl policy create -name "$name" -rules @"$file" >/dev/null
  fi
  # A token is told by its secret: when it can log in, it is there.
  if CONSUL_HTTP_TOKEN_FILE="$TOKEN_DIRECTORY/$name" consul acl token read -self >/dev/null 2>&1; then
    echo "$name: policy is up to date, token is there"
  else
    consul acl token create -description "$name" -policy-name "$name" -secret "$(cat "$TOKEN_DIRECTORY/$name")" >/dev/null
    echo "$name: made the token"
  fi
done
