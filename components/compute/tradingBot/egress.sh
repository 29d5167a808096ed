#!/usr/bin/bash
# Refuses to start the bot behind an address that the exchanges do not know: they lock accounts that come from one.
# The addresses are in a parameter, separated by commas, because they are known only after the gateways exist.
set -euo pipefail

[[ -n ${EGRESS_PARAMETER:-} ]] || exit 0

allowed=$(aws ssm get-parameter --region "$AWS_REGION" --name "$EGRESS_PARAMETER" \
  --query Parameter.Value --output text)
if ! actual=$(curl --fail --silent --max-time 10 https://checkip.amazonaws.com); then
  echo "The address of this machine cannot be told; starting, for the exchanges will tell." >&2
  exit 0
fi
if [[ ",$allowed," != *",$actual,"* ]]; then
  echo "Traffic leaves from $actual, which is not one of $allowed; the bot does not start." >&2
  exit 1
fi
