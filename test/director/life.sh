#!/bin/sh
# The life of a daemon, from outside: `life.sh LDIRECTORD`, in the box. Prints each call with its exit
# code and output, and after each part the lines of the log that are about the daemon itself.
ldirectord=$1
log=/var/log/ldirectord.log

# normal: without what differs from run to run, and without Perl's complaints.
normal() {
  sed "/^Use of uninitialized value/d; s#$ldirectord#ldirectord#; s/pid: [0-9]*/pid: PID/; s/PID=[0-9]*/PID=PID/
    s/^\(Error\|Warning\) \[[0-9]*\]/\1 [PID]/; s/^\[[^]|]*|\([^]|]*\)|[0-9]*\] /\1: /"
}

# about: of the log, what concerns the daemon and not its servers.
about() {
  [ -e $log ] || return
  grep 'Invoking\|Starting\|Exiting\|Reloading\|terminated\|stopped\|stale\|running\|not found\|file\|configuration' $log |
    normal | sed 's/^/    /'
  : >$log
}

call() {
  output=$("$ldirectord" "$@" 2>&1 </dev/null)
  echo "$*: $?"
  [ -z "$output" ] || printf '%s\n' "$output" | normal | sed 's/^/  /'
}

within() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    [ $tries -lt 400 ] || { echo "never: $*"; return; }
    sleep 0.05
    tries=$((tries + 1))
  done
}

pidfile() { echo /run/ldirectord.$1.pid; }
gone() { within test ! -e "$(pidfile "$1")"; }
table() { ipvsadm -S -n; }
serving() { table | grep -q -- '-w 1'; }
empty() { [ -z "$(table)" ]; }

# quiet: no call of ipvsadm any more. While it waits for one, the genuine program is deaf.
quiet() {
  before=
  until [ "$before" = "$(wc -c </run/ipvs/calls)" ]; do
    before=$(wc -c </run/ipvs/calls)
    sleep 2
  done
}

# put NAME VIP [LINE...]
put() {
  name=$1 vip=$2
  shift 2
  {
    printf 'checkinterval=1\ncleanstop=yes\n'
    for line; do printf '%s\n' "$line"; done
    printf 'virtual=%s:80\n\tchecktype=on\n\treal=10.0.0.1:80 gate\n' "$vip"
  } >"/etc/ha.d/$name"
}

part() { echo "== $*"; }

part 'no file'
call status
call stop
call start
about

put ldirectord.cf 10.255.0.1
put www.cf 10.255.0.2

part 'two names, each with a daemon of its own'
call start
within serving
call www.cf start
within test -e "$(pidfile www.cf)"
within sh -c 'ipvsadm -S -n | grep -q 10.255.0.2:80.*-w.1'
call www.cf status
call /etc/ha.d/www.cf status
call status
cat "$(pidfile ldirectord)" | tr -d '0-9'
cat /proc/$(cat "$(pidfile www.cf)")/comm
call www.cf stop
gone www.cf
call www.cf status
call www.cf reload
call www.cf try-restart
table
call stop
gone ldirectord
table
within grep -q 'signal: TERM' $log
about

for signal in INT QUIT; do
  part "signal $signal"
  call start
  within serving
  quiet
  kill -s $signal "$(cat "$(pidfile ldirectord)")"
  gone ldirectord
  within empty
  within grep -q "signal: $signal" $log
  about
done

part 'signals that change nothing'
call start
within serving
kill -s PIPE "$(cat "$(pidfile ldirectord)")"
kill -s HUP "$(cat "$(pidfile ldirectord)")"
within grep -q Reloading $log
call status
call stop
gone ldirectord
within grep -q 'signal: TERM' $log
about

part 'a pid file of something else, of nothing, and one that cannot be read as such'
sleep 600 &
other=$!
# Until it is another program it is this one, which has the name in its words.
within grep -q '^sleep' /proc/$other/cmdline
echo $other >"$(pidfile ldirectord)"
call status
call stop
call reload
kill $other
: >"$(pidfile ldirectord)"
call status
call start
within serving
call stop
gone ldirectord
within grep -q 'signal: TERM' $log
about

part 'execute'
put ldirectord.cf 10.255.0.1 'execute=www.cf'
put www.cf 10.255.0.2 'logfile="/var/log/www.log"'
call start
within test -e "$(pidfile www.cf)"
within sh -c 'ipvsadm -S -n | grep -q 10.255.0.2:80.*-w.1'
within sh -c 'ipvsadm -S -n | grep -q 10.255.0.1:80.*-w.1'
call status
call stop
gone ldirectord
gone www.cf
table
within grep -q 'signal: TERM' $log
about

part 'a changed file that is followed, and one that is not'
printf '#!/bin/sh\necho "callback $*" >>/run/told\n' >/run/tell
chmod 755 /run/tell
for followed in yes no; do
  put ldirectord.cf 10.255.0.1 "autoreload=$followed" 'callback="/run/tell"'
  touch -d 2001-01-01 /etc/ha.d/ldirectord.cf
  call start
  within serving
  # A change before its first look at the file the genuine program does not see.
  quiet
  echo '# changed' >>/etc/ha.d/ldirectord.cf
  within test -s /run/told
  cat /run/told
  : >/run/told
  call stop
  gone ldirectord
  within grep -q 'signal: TERM' $log
  about
done

part 'a broken file'
echo nosuch=1 >/etc/ha.d/ldirectord.cf
call start
call status
about

part 'words'
for words in '' 'start stop' '-x start' '-dx start' --nosuch '-- nosuch' www.cf; do
  # Unquoted: none, one or two words.
  call $words | head -n 3
done
about
