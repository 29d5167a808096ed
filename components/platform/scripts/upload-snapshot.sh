#!/bin/sh
# Copies the snapshot of the step before to S3 under the time of day, and checks that it arrived whole.
#
# BUCKET          bucket of the snapshots
# PREFIX          folder within the bucket, with trailing slash
# WORK_DIRECTORY  directory that the steps share
set -eu

snapshot=$WORK_DIRECTORY/snapshot
size=$(wc -c <"$snapshot" | tr -d ' ')
if [ "$size" -eq 0 ]; then
  echo "the snapshot is empty" >&2
  exit 1
fi
key=$PREFIX$(date -u +%Y/%m/%d/%H%M%SZ).snapshot
aws s3api put-object --bucket "$BUCKET" --key "$key" --body "$snapshot" --checksum-algorithm SHA256 >/dev/null
stored=$(aws s3api head-object --bucket "$BUCKET" --key "$key" --query ContentLength --output text)
if [ "$stored" != "$size" ]; then
  echo "S3 holds $stored of $size bytes at s3://$BUCKET/$key" >&2
  exit 1
fi
echo "stored $size bytes at s3://$BUCKET/$key"
