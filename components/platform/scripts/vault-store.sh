#!/bin/sh
# Steps 3 and 5 of Vault's setup (AWS CLI): stores a file of the work directory as the record of this Vault, when an
# earlier step has left one.
#
# RECORD_SECRET   name of the secret
# RECORD_FILE     file to store, in the work directory
# WORK_DIRECTORY  directory in memory that the steps share
set -eu
umask 077

work=$WORK_DIRECTORY
if [ ! -s "$work/$RECORD_FILE" ]; then
  echo "nothing to store"
  exit 0
fi
aws secretsmanager put-secret-value --secret-id "$RECORD_SECRET" --secret-string "file://$work/$RECORD_FILE" >/dev/null
cp "$work/$RECORD_FILE" "$work/record.json"
echo "stored the record of this Vault"
