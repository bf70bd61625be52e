#!/bin/sh
# Every way to start ldirectord, with a bad option: `tlsoptions.sh ROOT`, in the box. Prints what each
# says and whether a daemon runs then.
root=$1
ldirectord=$root/usr/sbin/ldirectord
unit=$root/usr/lib/systemd/system/ldirectord.service

options() {
  printf 'CONFIG_FILE=/etc/ha.d/ldirectord.cf\nLDIRECTORD_TLS_VERIFY=%s\n' "$1" >/etc/default/ldirectord
}

# try NAME COMMAND...
try() {
  name=$1
  shift
  output=$("$@" 2>&1 </dev/null)
  echo "$name: $?"
  printf '%s\n' "$output" | grep -o 'LDIRECTORD_.*\|.* is running' | sed 's/^/  /'
  ls /run | grep 'pid$' | sed 's/^/  /'
}

printf 'virtual=10.255.0.1:80\n\tchecktype=on\n\treal=10.0.0.1:80 gate\n' >/etc/ha.d/ldirectord.cf
options maybe
try command "$ldirectord" start
try resource "$root/etc/ha.d/resource.d/ldirectord" ldirectord.cf start
try init "$root/etc/init.d/ldirectord" start
# What systemd runs, with as little of an environment as it gives.
words=$(sed -n "s#^ExecStart=/usr/sbin/ldirectord#$ldirectord#p" "$unit")
# shellcheck disable=SC2086
try unit env -i PATH="$PATH" $words
try foreground "$ldirectord" -d start
grep -c 'LDIRECTORD_TLS_VERIFY: \[maybe\]' /var/log/ldirectord.log

# One that runs is not ended for a start that must fail, and can be ended.
options no
try start "$ldirectord" start
options maybe
try restart "$ldirectord" restart
try status "$ldirectord" status
try reload "$ldirectord" reload
"$ldirectord" stop
echo "stop: $?"
