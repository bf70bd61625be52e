#!/bin/sh
# Pid 1 of the virtual machine: guest.sh RUN, where RUN/settings names the kernel's modules
# (MODULES), Node (NODE) and the program that takes the test's orders (AGENT).
run=$1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=/root
LANG=C.UTF-8
export PATH HOME LANG
# shellcheck source=/dev/null
. "$run/settings"

mount -t tmpfs -o mode=755 run /run
mkdir -p /dev/pts /dev/shm /lib/modules /run/lock
cat >/run/fstab <<TABLE
pts /dev/pts devpts ptmxmode=666,gid=5 0 0
shm /dev/shm tmpfs mode=1777 0 0
$MODULES /lib/modules none bind 0 0
TABLE
mount -a -T /run/fstab
ln -sfn /proc/self/fd /dev/fd
ln -sfn fd/0 /dev/stdin
ln -sfn fd/1 /dev/stdout
ln -sfn fd/2 /dev/stderr
echo lab >/proc/sys/kernel/hostname
ip link set lo up

for port in /sys/class/virtio-ports/*; do
	read -r name <"$port/name"
	[ "$name" = lab.agent ] && device=/dev/${port##*/}
done

# Node needs a second to start: the modules load beside it. A watchdog that fires is reported by the
# kernel; it must not reset the machine under every host.
{
	modprobe -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_sh ipip dummy veth bridge
	modprobe softdog soft_noboot=1
	echo modules
} | "$NODE" "$AGENT" "$device"
echo "lab: the agent has ended"
echo o >/proc/sysrq-trigger
while :; do
	sleep 100000 &
	wait
done
