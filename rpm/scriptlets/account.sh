# The account hacluster and its group haclient, for scriptlets of the packages: sourced, or laid into
# them.
# shellcheck shell=sh

# What heartbeat's documentation has users make by hand.
ACCOUNT_NUMBER=694

# taken DATABASE KEY: is there a user or group of this name or number?
taken() {
  if command -v getent >/dev/null 2>&1; then
    getent "$1" "$2" >/dev/null 2>&1
    return
  fi
  while IFS=: read -r taken_name _ taken_number _; do
    [ "$taken_name" = "$2" ] || [ "$taken_number" = "$2" ] || continue
    return 0
  done <"/etc/$1"
  return 1
}

# make_account: what is there already is left as it is; the usual number is taken where it is free.
make_account() {
  if ! taken group haclient; then
    if taken group "$ACCOUNT_NUMBER"; then
      groupadd -r haclient
    else
      groupadd -r -g "$ACCOUNT_NUMBER" haclient
    fi || return
  fi
  taken passwd hacluster && return
  set -- -r -M -g haclient -d /var/lib/heartbeat -s /sbin/nologin -c 'Heartbeat' hacluster
  taken passwd "$ACCOUNT_NUMBER" || set -- -u "$ACCOUNT_NUMBER" "$@"
  useradd "$@"
}
