#!/bin/sh
# Starts @NAME@ with Node.js, from wherever this tree lies.
self=$(readlink -f -- "$0") || exit 1
lib=${self%/*}/@LIB@
for node in "$(command -v node)" /usr/bin/node /usr/local/bin/node; do
	[ -x "$node" ] && break
done
if [ ! -x "$node" ]; then
	echo "@NAME@: Node.js 20 or newer is needed, but there is no node on PATH" >&2
	exit 1
fi
# What is meant for some other program must not change a daemon.
unset NODE_OPTIONS NODE_PATH
# The heap stays far below this; a leak ends one process instead of the machine. A small nursery
# keeps the pauses of the garbage collector short, and what a flood of messages leaves behind small.
exec "$node" --max-old-space-size=64 --max-semi-space-size=2 -r "$lib/node20.cjs" "$lib/@NAME@.cjs" "$@"
