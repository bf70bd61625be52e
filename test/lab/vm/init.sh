#!/bin/busybox sh
# shellcheck shell=dash
# First program of the virtual machine, in its initial file system: mounts the host's file tree
# under an overlay in memory and goes on with guest.sh there.
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
while read -r module; do
	$B insmod "/modules/$module" || echo "lab: cannot load $module"
done </modules/order
# The kernel had no console before virtio_console: descriptors 0 to 2 are closed until now.
[ ! -e /dev/hvc0 ] || exec </dev/null >/dev/hvc0 2>&1

read -r line </proc/cmdline
for word in $line; do
	case $word in
	lab.guest=*) guest=${word#*=} ;;
	lab.run=*) run=${word#*=} ;;
	esac
done
options=trans=virtio,version=9p2000.L,cache=loose,msize=512000
$B mount -t 9p -o "ro,$options" hostroot /lower || echo "lab: no file tree"
$B mount -t tmpfs -o mode=755,size=75% memory /memory
$B mkdir /memory/upper /memory/work
$B mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work overlay /root ||
	echo "lab: no overlay"
for directory in proc sys dev; do
	$B mount --move "/$directory" "/root/$directory"
done
exec $B switch_root /root /bin/sh "$guest" "$run"
