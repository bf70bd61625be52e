#!/bin/sh
# What the launcher answers while Node.js cannot be run: `launcher.sh LDIRECTORD NODE`, in the box.
# Prints each call with its exit code and output.
ldirectord=$1 node=$2
file=/etc/ha.d/ldirectord.cf

call() {
  output=$("$ldirectord" "$@" 2>&1 </dev/null)
  echo "$*: $?"
  [ -z "$output" ] || printf '%s\n' "$output" | sed 's/pid: [0-9]*/pid: PID/; s/^/  /'
}

gone() {
  tries=0
  while [ -e /run/ldirectord.ldirectord.pid ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
}

# calls N: the daemon writes its log by itself: only what the launcher was called for, N times, is of
# interest. It does not wait until that is written.
calls() {
  tries=0
  while [ "$(grep -c Invoking /var/log/ldirectord.log)" -lt "$1" ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  grep -o 'Invoking.*\|Exiting.*' /var/log/ldirectord.log | sed "s#$ldirectord#ldirectord#"
}

printf 'virtual=10.255.0.1:80\n\tchecktype=on\n\treal=10.0.0.1:80 gate\n' >$file
call start
: >/var/log/ldirectord.log
mount --bind /bin/false "$node"
call status
call stop
gone
call status
call stop
call reload
calls 5
: >/var/log/ldirectord.log
echo 99999 >/run/ldirectord.ldirectord.pid
call status
calls 1
umount "$node"
# From here on the file is not the one that was found good: it is for the program to judge.
echo 'nosuch=1' >$file
call status
