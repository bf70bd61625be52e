#!/bin/sh
# A log disk that stands still, for a daemon that watches one server: `logdisk.sh LDIRECTORD`, in the
# box. The disk is a full FIFO that nobody reads; so is the monitor file. Prints what came of it.
ldirectord=$1
file=/etc/ha.d/ldirectord.cf
log=/var/log/standing
monitor=/var/log/monitor
pidfile=/run/ldirectord.ldirectord.pid

# wait_for WHAT COMMAND...: within seconds.
wait_for() {
  what=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 400 ] || break
    sleep 0.05
  done
  [ $tries -lt 400 ] && echo "$what" || echo "never: $what"
}

weight() {
  ipvsadm -S -n | grep -q "r 10.0.0.1:80 -g -w $1"
}

call() {
  began=$(date +%s%N)
  "$ldirectord" "$@" >/dev/null 2>&1 </dev/null
  code=$?
  took=$((($(date +%s%N) - began) / 1000000000))
  [ $took -lt 10 ] && echo "$*: $code" || echo "$*: $code, after $took s"
}

serve() {
  socat TCP-LISTEN:80,bind=10.0.0.1,fork,reuseaddr PIPE &
  server=$!
}

ip addr add 10.0.0.1/32 dev lo
mkfifo $log $monitor
# Opened both ways, so that neither opening nor the first lines wait; then filled.
exec 4<>$log 5<>$monitor
fill() {
  timeout 1 dd if=/dev/zero of="$1" bs=4096 2>/dev/null
}
fill $log
fill $monitor
printf 'checkinterval=1\nchecktimeout=1\nquiescent=yes\nlogfile="%s"\n' $log >$file
printf 'virtual=10.255.0.1:80\n\tchecktype=connect\n\treal=10.0.0.1:80 gate\n' >>$file
printf '\tmonitorfile=%s\n' $monitor >>$file

serve
call start
wait_for 'up' weight 1
kill $server
wait_for 'down' weight 0
serve
wait_for 'up again' weight 1
call status
sed -i 's/80 gate/80 gate 3/' $file
call reload
wait_for 'reloaded' weight 3
call stop
wait_for 'gone' test ! -e $pidfile
kill $server
# The disk moves again: everything that was said comes.
cat <&4 >/run/copy &
wait_for 'written' grep -aq 'Linux Director Daemon terminated on signal: TERM' /run/copy
# The command has a writer of its own: which of the two comes first is for the kernel to say.
wait_for 'the command, too' grep -aq 'Starting.*as daemon' /run/copy
grep -ao 'Restored.*\|Quiescent.*\|Reloading.*\|Purged.*' /run/copy
