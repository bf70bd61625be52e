# The services heartbeat and ldirectord, for scriptlets of the packages: sourced, or laid into them.
# shellcheck shell=sh

# pids SERVICE: of those that run by their pid files, one a line.
pids() {
  for pid_file in "/var/run/$1.pid" "/var/run/$1."*.pid; do
    pid=
    [ -r "$pid_file" ] && read -r pid <"$pid_file"
    case $pid in '' | *[!0-9]*) continue ;; esac
    [ ! -d "/proc/$pid" ] || echo "$pid"
  done
}

runs() {
  [ -n "$(pids "$1")" ]
}

systemd_runs() {
  [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1
}

# script VERB NAME: the init script itself, which else would only ask systemd.
script() {
  for init_script in "/etc/rc.d/init.d/$2" "/etc/init.d/$2"; do
    [ -x "$init_script" ] || continue
    SYSTEMCTL_SKIP_REDIRECT=1 _SYSTEMCTL_SKIP_REDIRECT=1 "$init_script" "$1"
    return
  done
}

# begin NAME
begin() {
  if systemd_runs; then systemctl start "$1.service"; else script start "$1"; fi
}

# halt NAME: in order, also one that systemd knows nothing of because somebody started it by hand.
halt() {
  ! systemd_runs || systemctl stop "$1.service"
  ! runs "$1" || script stop "$1"
}

# renew: lets daemons of an earlier version of this package go on as this one, with what they hold.
renew() {
  ! systemd_runs || systemctl daemon-reload
  if runs heartbeat && [ -f /etc/ha.d/ha.cf ]; then
    # A changed time of ha.cf is what makes it begin another life, which takes over what is held.
    touch -c /etc/ha.d/ha.cf
    /usr/lib/heartbeat/heartbeat -r
  fi
  renew_ldirectord
}

# An orderly stop would empty the kernel's table. After this one the next daemon takes the table over
# as it is.
renew_ldirectord() {
  if systemd_runs && systemctl --quiet is-active ldirectord.service; then
    systemctl kill --signal=KILL --kill-who=main ldirectord.service
    return
  fi
  for pid_file in /var/run/ldirectord.*.pid; do
    pid='' file=''
    [ -r "$pid_file" ] && read -r pid <"$pid_file"
    # Its first line is the configuration that this daemon runs with.
    checked=${pid_file%.pid}.checked
    [ -r "$checked" ] && read -r file <"$checked"
    case $pid in '' | *[!0-9]*) continue ;; esac
    if [ -f "$file" ] && [ -d "/proc/$pid" ]; then
      kill -KILL "$pid"
      /usr/sbin/ldirectord "$file" start
    fi
  done
}

# The functions that scripts of the cluster source. The package resource-agents has a file of this
# name too, which does as well.
SHELLFUNCS=/etc/ha.d/shellfuncs
OUR_SHELLFUNCS=../../usr/lib/ts-heartbeat/shellfuncs

link_shellfuncs() {
  [ -e "$SHELLFUNCS" ] || [ -L "$SHELLFUNCS" ] || ln -s "$OUR_SHELLFUNCS" "$SHELLFUNCS"
}

unlink_shellfuncs() {
  [ "$(readlink "$SHELLFUNCS")" != "$OUR_SHELLFUNCS" ] || rm -f "$SHELLFUNCS"
}
