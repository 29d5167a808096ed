#!/bin/sh
# Step 4 of Vault's setup (Vault CLI): audit devices, Kubernetes authentication, key-value engine, policies and roles.
# Each is made when missing and written over when it can change, so that the step may run at any time.
# Logs in as the role `setup`; only the first run uses the root token, and revokes it in the end.
#
# VAULT_ADDR               address of the active server
# ACCESS_DIRECTORY         policy-<name>.json and role-<name>.json
# AUDIT_FILE               file of the first audit device; the second writes to standard output
# KEY_VALUE_PATH, KUBERNETES_AUTH_PATH  mount paths
# TOKEN_FILE               service account token with Vault's audience
# WORK_DIRECTORY           directory in memory that the steps share
# ATTEMPTS                 how often to ask whether a server is active, every five seconds; default 120
set -eu
umask 077

work=$WORK_DIRECTORY
root_token=$(sed -n 's/.*"root_token": *"\([^"]*\)".*/\1/p' "$work/record.json")

log_in() {
  vault write -field=token "auth/$KUBERNETES_AUTH_PATH/login" role=setup jwt=@"$TOKEN_FILE" 2>"$work/error"
}

attempt=1
until vault status >/dev/null 2>"$work/error"; do
  if [ "$attempt" -ge "${ATTEMPTS:-120}" ]; then
    echo "No Vault server is active at $VAULT_ADDR:" >&2
    cat "$work/error" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done

if VAULT_TOKEN=$(log_in); then
  echo "logged in as the role setup"
elif [ -n "$root_token" ]; then
  VAULT_TOKEN=$root_token
  echo "first run: using the root token, which is revoked at the end"
else
  echo "The role setup cannot log in, and there is no root token (it was revoked as it should be):" >&2
  cat "$work/error" >&2
  echo "Make one from the recovery keys (vault operator generate-root): docs/operations/vault.md." >&2
  exit 1
fi
export VAULT_TOKEN

# Audit first, so that all that follows is on record. Two devices, for Vault stops when its only one cannot be written.
vault audit list -format=json >"$work/audit.json"
if ! grep -q '"file/"' "$work/audit.json"; then
  vault audit enable -path=file file file_path="$AUDIT_FILE" mode=0600
fi
if ! grep -q '"stdout/"' "$work/audit.json"; then
  vault audit enable -path=stdout file file_path=stdout
fi

vault auth list -format=json >"$work/auth.json"
if ! grep -q "\"$KUBERNETES_AUTH_PATH/\"" "$work/auth.json"; then
  vault auth enable -path="$KUBERNETES_AUTH_PATH" kubernetes
fi
# Vault asks the cluster with its own service account's token and the cluster's CA, which rotate by themselves.
vault write "auth/$KUBERNETES_AUTH_PATH/config" kubernetes_host=https://kubernetes.default.svc >/dev/null

vault secrets list -format=json >"$work/engines.json"
if ! grep -q "\"$KEY_VALUE_PATH/\"" "$work/engines.json"; then
  vault secrets enable -path="$KEY_VALUE_PATH" -version=2 kv
fi

for file in "$ACCESS_DIRECTORY"/policy-*.json; do
  name=${file##*/policy-}
  vault policy write "${name%.json}" "$file" >/dev/null
done
for file in "$ACCESS_DIRECTORY"/role-*.json; do
  name=${file##*/role-}
  vault write "auth/$KUBERNETES_AUTH_PATH/role/${name%.json}" @"$file" >/dev/null
done
echo "configuration is in place"

[ -n "$root_token" ] || exit 0
# The root token goes only when there is another way in.
if ! setup_token=$(log_in); then
  echo "The role setup cannot log in after all; the root token stays until the next run:" >&2
  cat "$work/error" >&2
  exit 1
fi
[ -n "$setup_token" ]
if VAULT_TOKEN=$root_token vault token lookup >/dev/null 2>&1; then
  VAULT_TOKEN=$root_token vault token revoke -self >/dev/null
  echo "the root token is revoked"
fi
sed 's/"root_token": *"[^"]*"/"root_token": ""/' "$work/record.json" >"$work/record-without-root.json"
