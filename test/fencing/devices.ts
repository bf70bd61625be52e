/**
 * Fencing devices for the directors of a lab: a driver of cluster-glue and a fence agent that only
 * note how they were called, and do as they are told by files.
 */

import type { ClusterFiles } from '../lab/clusterfiles.js';
import type { Site } from '../lab/site.js';

/** The types to name in ha.cf. */
export const DRIVER = 'external/lab';
export const AGENT = 'fence_lab';

/** Parameter of each device that may stand nowhere else. */
export const SECRET = 'geheim17';

/** Every call of a device, one line each: its name, its verb or its input, its command line. */
const CALLS = '/var/log/fencing-calls';

/** While it is there, resets succeed. */
const POWER = '/var/log/power-switch';

const NOTE = `arguments=$(tr '\\0' ' ' </proc/$$/cmdline)`;

const DRIVER_SCRIPT = `#!/bin/sh
${NOTE}
case $1 in
getconfignames) echo hostlist password; exit 0 ;;
getinfo-devid) printf '${DRIVER}'; exit 0 ;;
gethosts) echo "$hostlist" | tr , '\\n'; exit 0 ;;
esac
echo "${DRIVER} $* hostlist=$hostlist password=$password | $arguments" >>${CALLS}
case $1 in
reset) test -e ${POWER} ;;
status) exit 0 ;;
*) exit 1 ;;
esac
`;

const AGENT_SCRIPT = `#!/bin/sh
${NOTE}
input=$(tr '\\n' ' ')
echo "${AGENT} $input| $arguments" >>${CALLS}
case $input in
*action=monitor*) exit 0 ;;
esac
echo "Failed: unable to log in with $input" >&2
exit 1
`;

/** The devices as files of a director. */
export function devices(): ClusterFiles {
  return {
    [`/usr/lib/stonith/plugins/${DRIVER}`]: { text: DRIVER_SCRIPT, mode: 0o755 },
    [`/usr/sbin/${AGENT}`]: { text: AGENT_SCRIPT, mode: 0o755 },
  };
}

/** The calls of the devices of a node, oldest first. */
export async function calls(site: Site, node: string): Promise<readonly string[]> {
  const outcome = await site.run(node, ['sh', '-c', `cat ${CALLS} 2>/dev/null || :`]);
  return outcome.stdout.split('\n').filter((line) => line !== '');
}

/** From now on the devices of a node succeed. */
export async function connectPower(site: Site, node: string): Promise<void> {
  await site.put(node, POWER, '');
}
