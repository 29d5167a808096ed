#!/usr/bin/bash
# Runs every minute: asks the bot whether it lives, tells CloudWatch, and has the machine replaced when it has been
# silent for too long. A missing beat is an alarm too, so a dead machine shows as well as a dead bot.
set -uo pipefail

since=${STATE_FILE:-/run/trading-bot-silent-since}

beat() {
  aws cloudwatch put-metric-data --region "$AWS_REGION" --namespace "$METRIC_NAMESPACE" \
    --metric-name Heartbeat --dimensions "Environment=$ENVIRONMENT" --value "$1"
}

if curl --fail --silent --max-time 5 "http://127.0.0.1:$PORT/health/live" >/dev/null; then
  rm -f "$since"
  beat 1
  exit 0
fi

beat 0
now=$(date +%s)
[[ -f $since ]] || echo "$now" >"$since"
silent=$((now - $(<"$since")))
if ((silent >= REPLACE_AFTER_SECONDS)); then
  metadata=http://169.254.169.254/latest
  token=$(curl --fail --silent --request PUT --header "X-aws-ec2-metadata-token-ttl-seconds: 60" "$metadata/api/token")
  instance=$(curl --fail --silent --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/instance-id")
  echo "No answer for $silent seconds; asking for a replacement of $instance." >&2
  aws autoscaling set-instance-health --region "$AWS_REGION" --instance-id "$instance" --health-status Unhealthy
fi
