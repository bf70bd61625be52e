#!/bin/sh
# A machine of its own for ldirectord: `box.sh NODE IPVSADM COMMAND...` runs the command with private
# process ids, network, host name and mounts, and with a simulated ipvsadm in the place of the real
# one. Nothing done inside is seen outside, and nothing is left behind.
set -e
if [ "$1" != --inside ]; then
  exec unshare --net --uts --ipc --mount --propagation private --pid --fork --kill-child \
    --mount-proc "$0" --inside "$@"
fi
node=$2 ipvsadm=$3
shift 3

hostname director.test
mount -t tmpfs -o mode=755 tmpfs /run
[ -L /var/run ] || mount --bind /run /var/run
mount -t tmpfs tmpfs /var/log
mkdir -p /etc/ha.d
mount -t tmpfs tmpfs /etc/ha.d
# Options of the programs, which belong to this machine and not to the test.
mkdir -p /etc/default
mount -t tmpfs tmpfs /etc/default
mkdir /etc/ha.d/conf /run/ipvs
printf '127.0.0.1 localhost\n' >/run/hosts
mount --bind /run/hosts /etc/hosts
# No name server: names that are not in the file above cannot be resolved.
: >/run/resolv.conf
resolv=$(readlink -f /etc/resolv.conf) && [ -e "$resolv" ] && mount --bind /run/resolv.conf "$resolv"

printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$ipvsadm" >/run/ipvs/ipvsadm
chmod 755 /run/ipvs/ipvsadm
mount --bind /run/ipvs/ipvsadm /usr/sbin/ipvsadm
ip link set lo up
# Not exec: process 1 has to stay, because it reaps what daemons leave.
"$@"
