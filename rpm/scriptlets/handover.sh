# What is remembered before, and put back after, this package takes the place of the genuine ones: for
# scriptlets of the RPM, behind services.sh.
# shellcheck shell=sh
#
# rpm removes the files of a package that is replaced, its configuration too: as it was delivered,
# without a word; changed, to NAME.rpmsave. And it stops its services, and takes them out of the boot.

REMEMBERED=/var/lib/ts-heartbeat-handover

# remember PATH...: those that are there.
remember() {
  for path; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    mkdir -p "$REMEMBERED/files${path%/*}"
    cp -a "$path" "$REMEMBERED/files${path%/*}/" || : "${unremembered:=$path}"
  done
}

# remember_all: fails when it cannot; then the old package must not be removed.
remember_all() {
  unremembered=
  rm -rf "$REMEMBERED"
  # Keys are among it.
  (umask 077 && mkdir -p "$REMEMBERED")
  remember /etc/ha.d
  for name in heartbeat ldirectord ipvsadm tunl lvs; do
    remember "/etc/sysconfig/$name" "/etc/default/$name"
  done
  remember /etc/logrotate.d/heartbeat /etc/logrotate.d/ldirectord
  for name in hb_generation hb_uuid hostcache delhostcache; do
    remember "/var/lib/heartbeat/$name"
  done
  # Enabled or not, in either manner.
  for name in heartbeat ldirectord; do
    remember "/etc/rc.d/rc"?".d/"[SK]??"$name" "/etc/rc"?".d/"[SK]??"$name"
    remember "/etc/systemd/system/"*.wants/"$name.service" "/etc/systemd/system/$name.service"
  done
  [ -n "$unremembered" ] || return 0
  echo "ts-heartbeat: cannot copy $unremembered to $REMEMBERED: nothing is installed" >&2
  rm -rf "$REMEMBERED"
  return 1
}

# pause_old: ends the old daemons while their own programs are still there, to be started again as ours.
# heartbeat gives up what it holds, in order, and the other node takes it.
pause_old() {
  if runs heartbeat; then
    : >"$REMEMBERED/heartbeat.ran"
    halt heartbeat
  elif runs ldirectord; then
    # A director by itself has nobody to give the table to. It is ended so that it leaves the table
    # alone, and the next one goes on with it.
    : >"$REMEMBERED/ldirectord.ran"
    for pid in $(pids ldirectord); do end_at_once "$pid"; done
    rm -f /var/run/ldirectord.pid /var/run/ldirectord.*.pid
  fi
}

# end_at_once PID: and the processes that it has made, of which each may watch one service.
end_at_once() {
  # So that it makes no more of them, and stays their parent.
  kill -STOP "$1" 2>/dev/null
  for process in /proc/[0-9]*; do
    stat=
    { read -r stat <"$process/stat"; } 2>/dev/null
    # What precedes it may hold blanks: the name of the program.
    stat=${stat##*) ? }
    [ "${stat%% *}" != "$1" ] || kill -KILL "${process#/proc/}" 2>/dev/null
  done
  kill -KILL "$1" 2>/dev/null
}

# same FILE FILE
same() {
  [ -f "$1" ] && [ -f "$2" ] && [ ! -L "$1" ] && [ "$(cat "$1")" = "$(cat "$2")" ]
}

# put_back FOLDER: what is missing of it. What rpm has put aside and is back needs no copy.
put_back() {
  for kept in "$1"/* "$1"/.[!.]*; do
    path=${kept#"$REMEMBERED/files"}
    if [ -d "$kept" ] && [ ! -L "$kept" ]; then
      if [ ! -d "$path" ]; then
        mkdir -p "$path"
        chmod "$(stat -c %a "$kept")" "$path"
      fi
      put_back "$kept"
      continue
    fi
    [ -e "$kept" ] || [ -L "$kept" ] || continue
    [ -e "$path" ] || [ -L "$path" ] || cp -a "$kept" "$path"
    [ -e "$kept.rpmsave" ] || ! same "$path" "$path.rpmsave" || rm -f "$path.rpmsave"
  done
}

# An earlier version of this package is replaced: what runs goes on as this one at the end.
remember_renewal() {
  mkdir -p "$REMEMBERED"
  : >"$REMEMBERED/renewal"
}

# put_back_all: and starts again what ran.
put_back_all() {
  [ -d "$REMEMBERED" ] || return 0
  if [ -e "$REMEMBERED/renewal" ]; then
    rm -rf "$REMEMBERED"
    renew
    return
  fi
  # It goes with the programs, unless another package has brought it.
  kept=$REMEMBERED/files$SHELLFUNCS
  if [ -f "$kept" ] && [ ! -e "$SHELLFUNCS" ]; then
    mv "$kept" "$kept.rpmsave"
  fi
  link_shellfuncs
  [ ! -d "$REMEMBERED/files" ] || put_back "$REMEMBERED/files"
  ! systemd_runs || systemctl daemon-reload
  for name in heartbeat ldirectord; do
    [ -e "$REMEMBERED/$name.ran" ] || continue
    begin "$name"
  done
  rm -rf "$REMEMBERED"
}

# The package goes for good. rpm then calls what its user has changed or written NAME.rpmsave, also
# where this package has never laid down a file of its own. list_own before, and leave_own after that,
# see to it that they keep their names.
OWN=/var/lib/ts-heartbeat-own

list_own() {
  for path in /etc/ha.d/* /etc/ha.d/*/* /etc/rc.d/init.d/tunl /etc/sysconfig/heartbeat \
    /etc/sysconfig/ldirectord /etc/logrotate.d/heartbeat /etc/logrotate.d/ldirectord; do
    [ ! -f "$path" ] || [ -e "$path.rpmsave" ] || echo "$path"
  done >"$OWN"
}

leave_own() {
  [ -r "$OWN" ] || return 0
  while read -r path; do
    [ -e "$path" ] || [ ! -e "$path.rpmsave" ] || mv "$path.rpmsave" "$path"
  done <"$OWN"
  rm -f "$OWN"
}
