/** Kills a process of ours on a host, by what it is. */

import type { ClusterFiles } from '../lab/clusterfiles.js';
import type { Director } from '../lab/lab.js';
import type { Site } from '../lab/site.js';
import { LEDGER } from './stormfiles.js';

/** What can be killed. A daemon that has not got its own title yet is `starting`. */
export const VICTIMS = ['daemon', 'starting', 'supervisor', 'runner', 'client', 'script'] as const;

export type Victim = (typeof VICTIMS)[number];

const PROGRAM = '/usr/local/sbin/storm-kill';

/**
 * `storm-kill SEED CLASS...` kills one process of the first class that has any, at once when it has
 * found it, and prints both. The patterns stand in the file, lest a command line holds them.
 */
const SCRIPT = `#!/bin/bash
RANDOM=$1
shift
for class; do
	case $class in
	daemon) pattern='^heartbeat: master control' ;;
	starting) pattern='heartbeat(\\.cjs)? .*--daemon' ;;
	supervisor) pattern='/heartbeat/supervisor /' ;;
	runner) pattern='/runner\\.cjs' ;;
	client) pattern='/ipfail' ;;
	script) pattern='/resource\\.d/storm ' ;;
	*) exit 1 ;;
	esac
	found=()
	for pid in $(pgrep -f -- "$pattern"); do
		case $class in
		starting)
			# The supervisor has the daemon's command line in its own.
			grep -q supervisor "/proc/$pid/cmdline" 2>/dev/null && continue
			;;
		esac
		found+=("$pid")
	done
	[ "\${#found[@]}" -gt 0 ] || continue
	pid=\${found[RANDOM % \${#found[@]}]}
	kill -9 "$pid" 2>/dev/null || continue
	echo "$EPOCHREALTIME - $pid killed" >>/var/log/${LEDGER}
	echo "$class $pid"
	exit 0
done
exit 3
`;

/** What a host needs for it. */
export const KILL_FILES: ClusterFiles = { [PROGRAM]: { text: SCRIPT, mode: 0o755 } };

/** Kills one process of the first class that has any; undefined when none has. */
export async function killOne(
  site: Site,
  node: Director,
  seed: number,
  order: readonly Victim[],
): Promise<{ readonly victim: string; readonly pid: number } | undefined> {
  const { code, stdout } = await site.run(node, [PROGRAM, String(seed), ...order]);
  if (code !== 0) return undefined;
  const [victim = '', pid] = stdout.trim().split(' ');
  return { victim, pid: Number(pid) };
}
