#!/bin/bash
# A machine of its own for the genuine heartbeat: `box.sh COMMAND...` runs the command with private
# process ids, network, host name and mounts, as the host that the rows of the parser tests speak of.
# Nothing done inside is seen outside, and nothing is left behind.
set -e
if [ "$1" != --inside ]; then
  exec unshare --net --uts --ipc --mount --propagation private --pid --fork --kill-child \
    --mount-proc "$0" --inside "$@"
fi
shift

hostname loadbalancer
mount -t tmpfs -o mode=755 tmpfs /run
[ -L /var/run ] || mount --bind /run /var/run
install -d -o hacluster -g haclient -m 750 /run/heartbeat{,/ccm,/crm,/dopd}
mkdir -p /run/lock /run/state /run/ha.d
cp -a /var/lib/heartbeat/. /run/state
cp -a /etc/ha.d/. /run/ha.d
rm -f /run/ha.d/{ha.cf,haresources,authkeys,nodeinfo}
mount --bind /run/state /var/lib/heartbeat
mount --bind /run/ha.d /etc/ha.d
mount -t tmpfs tmpfs /var/log
printf '127.0.0.1 localhost\n192.168.136.11 loadbalancer\n192.168.136.12 backup\n' >/run/hosts
mount --bind /run/hosts /etc/hosts
# No name server: names that are not in the file above cannot be resolved for the time being.
: >/run/resolv.conf
mount --bind /run/resolv.conf "$(readlink -f /etc/resolv.conf)"
printf '#!/bin/sh\nexit 1\n' >/run/refused
chmod 755 /run/refused
for program in reboot halt poweroff shutdown; do
  [ ! -e /sbin/$program ] || mount --bind /run/refused /sbin/$program
done

ip link set lo up
for number in 0 1 2; do ip link add eth$number type veth peer name peer$number; done
ip link set eth0 up
ip link set peer0 up
ip link set eth1 up
ip addr add 192.168.136.11/24 brd + dev eth0
ip addr add 192.168.138.11/24 brd + dev eth2
# Not exec: process 1 has to stay, because it reaps what daemons leave.
"$@"
