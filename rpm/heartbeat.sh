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
set -- --max-old-space-size=64 --max-semi-space-size=2 -r "$lib/node20.cjs" "$lib/@NAME@.cjs" "$@"

# starts WORD...: true when the words, heartbeat's own, ask for nothing but a start.
starts() {
	shift 5
	for word; do
		case $word in
		- | -*[!dvlM]* | [!-]*) return 1 ;;
		esac
	done
}
if ! starts "$@"; then
	HEARTBEAT_LAUNCHER=$0
	export HEARTBEAT_LAUNCHER
	exec "$node" "$@"
fi

# A plain start. The daemon checks the configuration itself and says on this terminal what is wrong;
# when it is up it leaves the terminal, and its exit code comes through the pipe. So Node.js is
# started once and not twice.
exec 4>&1
code=$(setsid "$node" "$@" --daemon --reporting </dev/null 3>&1 1>&4 4>&- &)
exit "${code:-1}"
