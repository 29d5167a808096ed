#!/bin/sh
# Tells Vault to read its certificate again when cert-manager has renewed it: Vault reads the files only at start and on
# SIGHUP. Runs beside the server in one process namespace, as the same user.
#
# CERTIFICATE       file to watch
# INTERVAL_SECONDS  how often to look; default 60
set -eu

trap 'exit 0' TERM INT

fingerprint() {
  cksum <"$CERTIFICATE"
}

known=$(fingerprint)
while true; do
  # A sleep in the background lets the trap act at once.
  sleep "${INTERVAL_SECONDS:-60}" &
  wait $!
  # The file is away for a moment while Kubernetes swaps the volume's contents.
  current=$(fingerprint 2>/dev/null) || continue
  [ "$current" = "$known" ] && continue
  if processes=$(pidof vault); then
    # shellcheck disable=SC2086 # several process ids are several arguments
    kill -HUP $processes
    known=$current
    echo "certificate changed: told Vault to read it again"
  fi
done
