/** What the hosts of a play run in place of services: scripts that write down how they are called. */

import type { ClusterFiles } from '../lab/clusterfiles.js';

/** The file all of them write to, below /var/log. */
export const CALLS = 'calls';

/**
 * A resource script that remembers its state until the host loses power. How it behaves is told by
 * files named VERB@SCRIPT: `rc` its exit code, `delay` seconds it takes, `effect` 1 when the state
 * changes in spite of an exit code, `times` how often that is so.
 */
const RECORDER = `#!/bin/bash
name=\${0##*/}
verb=\${!#}
key=$name
for word in "\${@:1:$#-1}"; do key+="::$word"; done
state=/run/resources/\${key//\\//%}
mkdir -p /run/resources
printf 'begin %s %s %s\\n' "$$" "$verb" "$key" >>/var/log/${CALLS}
rc=0 delay=0 effect= times=
told=/var/lib/behaviour/$verb@$name
if [ -r "$told" ]; then
	. "$told"
	if [ -n "$times" ]; then
		if [ "$times" -gt 0 ]; then echo "times=$((times - 1))" >>"$told"; else rc=0 delay=0 effect=; fi
	fi
fi
[ "$delay" = 0 ] || sleep "$delay"
[ -n "$effect" ] || { [ "$rc" = 0 ] && effect=1 || effect=0; }
case $verb in
start) [ "$effect" = 0 ] || : >"$state" ;;
stop) [ "$effect" = 0 ] || rm -f "$state" ;;
status) if [ -e "$state" ]; then echo running; else echo stopped; rc=3; fi ;;
esac
printf 'end %s %s\\n' "$$" "$rc" >>/var/log/${CALLS}
exit "$rc"
`;

/** Stands in for a reboot that does not return: it is noted, and everything in the host ends. */
const REBOOT = `#!/bin/bash
printf 'reboot %s %s\\n' "\${0##*/}" "$*" >>/var/log/${CALLS}
kill -9 -1
`;

/** Clients of `respawn` and `failfast` lines. */
const CLIENTS: ClusterFiles = {
  '/opt/test/c1': { text: '#!/bin/sh\nsleep 0.2\nexit 1\n', mode: 0o755 },
  '/opt/test/c100': { text: '#!/bin/sh\nsleep 0.2\nexit 100\n', mode: 0o755 },
  '/opt/test/csleep': { text: '#!/bin/sh\nexec sleep 100000\n', mode: 0o755 },
};

/** The files of a host, with a recorder for every script of haresources. */
export function hostScripts(scripts: Iterable<string>): ClusterFiles {
  const recorder = { text: RECORDER, mode: 0o755 };
  const files = [...scripts].map((name) => [`/etc/ha.d/resource.d/${name}`, recorder] as const);
  const reboot = { text: REBOOT, mode: 0o755 };
  const power = ['reboot', 'shutdown'].map((name) => [`/sbin/${name}`, reboot] as const);
  return { ...CLIENTS, ...Object.fromEntries([...files, ...power]) };
}

/** How a script behaves from now on; everything left out is as usual. */
export interface Behaviour {
  readonly rc?: number;
  /** Seconds that a call takes. */
  readonly delay?: number;
  /** Whether the state changes; default: only when the exit code is 0. */
  readonly effect?: boolean;
  /** Only so many calls. */
  readonly times?: number;
}

/** The file that tells a script so. */
export function behaviourFile(
  script: string,
  verb: 'start' | 'stop',
  behaviour: Behaviour,
): { readonly path: string; readonly text: string } {
  const lines = Object.entries(behaviour).map(([word, value]) => `${word}=${Number(value)}\n`);
  return { path: `/var/lib/behaviour/${verb}@${script}`, text: lines.join('') };
}
