#!/bin/sh
# Takes a snapshot of Consul into the work directory and reads it back, so that only a whole one is uploaded.
# CONSUL_HTTP_ADDR, CONSUL_CACERT and CONSUL_HTTP_TOKEN_FILE are Consul's own.
#
# WORK_DIRECTORY  directory that the steps share
set -eu
umask 077

snapshot=$WORK_DIRECTORY/snapshot
consul snapshot save "$snapshot.new"
consul snapshot inspect "$snapshot.new" >/dev/null
mv "$snapshot.new" "$snapshot"
