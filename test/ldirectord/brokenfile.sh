#!/bin/sh
# A daemon whose file is broken behind its back, two starts at the same moment, and signals at the
# wrong one: run in the box as `brokenfile.sh LDIRECTORD`. Prints each call with its exit code and output.
ldirectord=$1
file=/etc/ha.d/ldirectord.cf
pidfile=/run/ldirectord.ldirectord.pid

call() {
  output=$("$ldirectord" "$@" 2>&1 </dev/null)
  echo "$*: $?"
  [ -z "$output" ] || printf '%s\n' "$output" | sed 's/pid: [0-9]*/pid: PID/; s/ \[[0-9]*\]/ [PID]/'
}

gone() {
  tries=0
  while [ -e $pidfile ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  [ -e $pidfile ] && echo "still there" || echo "gone"
}

good() {
  printf 'virtual=10.255.0.1:80\n\tchecktype=on\n\treal=10.0.0.1:80 gate\n' >$file
}

good
"$ldirectord" start &
first=$!
"$ldirectord" start
echo "second start: $?"
wait $first
echo "first start: $?"
# The daemons name ldirectord twice in their words; those who ask for them do so once. Each daemon
# is a session of its own: what it forks has its words until it has become another program.
echo "daemons: $(grep -lz '^ldirectord$' /proc/[0-9]*/cmdline 2>/dev/null |
  while IFS=/ read -r _ _ pid _; do cut -d ' ' -f 6 "/proc/$pid/stat" 2>/dev/null; done |
  sort -u | wc -l)"

echo 'nosuch=1' >$file
call reload
call status
call restart
call stop
gone
call status
call stop
rm $file
good
call start
rm $file
call stop
gone

good
# Told to reload as soon as it can be found.
for round in 1 2 3; do
  "$ldirectord" start &
  until [ -s $pidfile ]; do :; done
  kill -s HUP "$(cat $pidfile)"
  wait $!
  call status
  # The second signal comes while the table is being left in order.
  kill -s TERM "$(cat $pidfile)"
  kill -s TERM "$(cat $pidfile)" 2>/dev/null
  gone
  ipvsadm -S -n
done
