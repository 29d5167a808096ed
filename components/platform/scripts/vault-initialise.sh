#!/bin/sh
# Step 2 of Vault's setup (Vault CLI): initialises Vault when nobody has, and leaves the recovery keys and the first root
# token in /work/initialisation.json for the next step. Does nothing when Vault is initialised already.
#
# VAULT_ADDR          address of the first server: the others join it once it is initialised
# RECOVERY_SHARES     parts of the recovery key
# RECOVERY_THRESHOLD  parts that are needed together
# WORK_DIRECTORY      directory in memory that the steps share
# ATTEMPTS            how often to ask whether Vault answers, every five seconds; default 120
set -eu
umask 077

work=$WORK_DIRECTORY
if [ -s "$work/initialisation.json" ]; then
  echo "initialised a moment ago: the keys wait to be stored"
  exit 0
fi

attempt=1
while true; do
  status=0
  vault status -format=json >"$work/status.json" 2>"$work/error" || status=$?
  # 0: unsealed, 2: sealed or not initialised, else: no answer.
  if [ "$status" -eq 0 ] || [ "$status" -eq 2 ]; then break; fi
  if [ "$attempt" -ge "${ATTEMPTS:-120}" ]; then
    echo "Vault does not answer at $VAULT_ADDR:" >&2
    cat "$work/error" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE_SECONDS:-5}"
done

if grep -q '"initialized": *true' "$work/status.json"; then
  if ! grep -q '"recovery_keys_b64"' "$work/record.json"; then
    echo "Vault is initialised, yet its recovery keys were never stored: a run ended between the two." >&2
    echo "On a new installation delete Vault's volumes and run again; otherwise see docs/operations/vault.md." >&2
    exit 1
  fi
  echo "Vault is initialised"
  exit 0
fi

# A record with keys but an empty Vault means lost volumes: initialising would overwrite the keys of every snapshot.
if grep -q '"recovery_keys_b64"' "$work/record.json"; then
  echo "Vault is empty, yet Secrets Manager holds the recovery keys of an earlier one. Restore its last snapshot, or" >&2
  echo "delete the value of the secret to begin anew: docs/operations/vault.md." >&2
  exit 1
fi

vault operator init -format=json -recovery-shares="$RECOVERY_SHARES" -recovery-threshold="$RECOVERY_THRESHOLD" \
  >"$work/initialisation.json.new"
mv "$work/initialisation.json.new" "$work/initialisation.json"
echo "Vault is initialised now"
