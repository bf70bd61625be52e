#!/bin/sh
# Pid 1 of one host of the lab: host.sh NAME DIRECTORY, run in network, uts, ipc, pid and mount
# namespaces of its own. Says "pid N" (as its starter counts), waits for a line that says that the
# network cable is in, and says "ready". Ends only by SIGKILL, and everything in the host with it.
set -e
name=$1
directory=$2

read -r pid _ </proc/self/stat
echo "$name" >/proc/sys/kernel/hostname
echo "pid $pid"
read -r _

# One program for all mounts, one for all addresses: in the virtual machine each costs 50 ms.
mount -a -T "$directory/fstab"
for device in /proc/sys/net/ipv6/conf/eth?; do
	[ ! -e "$device" ] || echo 0 >"$device/accept_dad"
done
ip -batch "$directory/network"
cd "$directory/root"
# What an operating system makes at boot; programs lock serial lines in /var/lock.
mkdir -p .old run/lock
pivot_root . .old
umount -l .old

echo ready
trap : TERM INT HUP
while :; do
	sleep 100000 &
	wait
done
