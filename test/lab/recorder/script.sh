#!/bin/sh
# Stands for a resource script where the real thing cannot run: keeps its state in /run and notes
# each call in /var/log/calls. Installed under the name of the script it stands for.
name=${0##*/}
for verb; do :; done
echo "$name $verb" >>/var/log/calls
case $verb in
start) : >"/run/recorder.$name" ;;
stop) rm -f "/run/recorder.$name" ;;
status | monitor)
	if [ -e "/run/recorder.$name" ]; then
		echo "$name is running"
	else
		echo "$name is stopped"
		exit 3
	fi
	;;
*) exit 1 ;;
esac
