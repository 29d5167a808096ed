#!/bin/sh
# Does for Vault what Vault does not do, by SIGHUP, on which it reads its certificate again and opens its audit file anew:
# when cert-manager has renewed the certificate, and when the audit file has grown too large. Runs beside the server in
# one process namespace, as the same user.
#
# CERTIFICATE          file to watch
# AUDIT_FILE           audit file to turn over; the last three are kept
# AUDIT_MAXIMUM_BYTES  size from which it is turned over
# INTERVAL_SECONDS     how often to look; default 60
set -eu

trap 'exit 0' TERM INT

fingerprint() {
  cksum <"$CERTIFICATE"
}

tell_vault() {
  processes=$(pidof vault) || return 1
  # shellcheck disable=SC2086 # several process ids are several arguments
  kill -HUP $processes
}

turn_over() {
  [ ! -e "$AUDIT_FILE.1" ] || mv -f "$AUDIT_FILE.1" "$AUDIT_FILE.2"
  # Vault writes on into the moved file until it is told, so nothing is lost in between.
  mv "$AUDIT_FILE" "$AUDIT_FILE.1"
  tell_vault || true
  echo "turned the audit file over"
}

known=$(fingerprint)
while true; do
  # A sleep in the background lets the trap act at once.
  sleep "${INTERVAL_SECONDS:-60}" &
  wait $!
  if [ -e "$AUDIT_FILE" ] && [ "$(wc -c <"$AUDIT_FILE")" -gt "$AUDIT_MAXIMUM_BYTES" ]; then turn_over; fi
  # The file is away for a moment while Kubernetes swaps the volume's contents.
  current=$(fingerprint 2>/dev/null) || continue
  [ "$current" = "$known" ] && continue
  if tell_vault; then
    known=$current
    echo "certificate changed: told Vault to read it again"
  fi
done
