#!/bin/sh
# Step 1 of Vault's setup (AWS CLI): fetches what Secrets Manager knows about this Vault into /work/record.json.
# When it knows nothing yet, it writes a mark there: proof that the record can be written, before there is anything to lose.
#
# RECORD_SECRET   name of the secret
# WORK_DIRECTORY  directory in memory that the steps share
set -eu
umask 077

work=$WORK_DIRECTORY
if aws secretsmanager get-secret-value --secret-id "$RECORD_SECRET" --query SecretString --output text \
  >"$work/record.json.new" 2>"$work/error"; then
  mv "$work/record.json.new" "$work/record.json"
  echo "found the record of this Vault"
  exit 0
fi
rm -f "$work/record.json.new"
# By the shell alone: the image of the AWS CLI promises few other programs.
case $(cat "$work/error") in
*ResourceNotFoundException*) ;;
*)
  cat "$work/error" >&2
  exit 1
  ;;
esac
printf '{"state":"initialising"}' >"$work/record.json"
aws secretsmanager put-secret-value --secret-id "$RECORD_SECRET" --secret-string "file://$work/record.json" >/dev/null
echo "no record yet: this Vault is new, and its record can be written"
