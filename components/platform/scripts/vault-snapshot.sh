#!/bin/sh
# Takes a Raft snapshot of Vault into the work directory and reads it back, so that only a whole one is uploaded.
#
# VAULT_ADDR            address of the active server
# KUBERNETES_AUTH_PATH  mount path of the Kubernetes auth method
# TOKEN_FILE            service account token with Vault's audience
# WORK_DIRECTORY        directory that the steps share
set -eu
umask 077

snapshot=$WORK_DIRECTORY/snapshot
VAULT_TOKEN=$(vault write -field=token "auth/$KUBERNETES_AUTH_PATH/login" role=snapshot jwt=@"$TOKEN_FILE")
export VAULT_TOKEN
vault operator raft snapshot save "$snapshot.new"
vault operator raft snapshot inspect "$snapshot.new" >/dev/null
mv "$snapshot.new" "$snapshot"
vault token revoke -self >/dev/null
