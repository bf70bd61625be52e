/** Which programs a lab runs: the genuine ones of Debian, or ours from a staged tree. */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NotPrepared } from './notprepared.js';
import { labFile, REPOSITORY } from './place.js';
import { removeLeftovers, temporaryDirectory } from './temporary.js';
import { wholeMessages } from './wholemessages.js';

export type StackName = 'ours' | 'genuine';

export interface Stack {
  readonly name: StackName;
  /** Trees laid over a director's file tree. */
  readonly layers: readonly string[];
  /** What a director does not see of the programs installed on this machine. */
  readonly hidden: readonly string[];
  /** Removes what was made for it. */
  dispose(): void;
}

/** State a heartbeat of this machine may have left: every director starts without a history. */
const STATE = ['hb_generation', 'hb_uuid', 'hostcache', 'delhostcache', 'fifo', 'rsctmp'].map(
  (name) => `/var/lib/heartbeat/${name}`,
);

/** Everything that the packages heartbeat, ldirectord and resource-agents install. */
export const GENUINE_PLACES: readonly string[] = [
  ...['/usr/lib/heartbeat', '/usr/lib/ts-heartbeat', '/usr/libexec/heartbeat'],
  ...['/usr/share/heartbeat', '/usr/lib/ocf', '/usr/sbin/ldirectord', '/usr/bin/cl_status'],
  ...['/etc/ha.d', '/etc/init.d/heartbeat', '/etc/init.d/ldirectord', '/var/lib/heartbeat'],
  ...['/etc/default/heartbeat', '/etc/default/ldirectord', '/etc/sysconfig'],
];

/** Debian's packages: what the tutorial calls `/usr/lib/heartbeat/ipfail` is elsewhere there. */
function genuine(): Stack {
  for (const program of ['/usr/libexec/heartbeat/heartbeat', '/usr/sbin/ldirectord']) {
    if (!existsSync(program)) {
      throw new NotPrepared(
        `${program} is not here. The genuine programs are packages of Debian. As root:\n` +
          '  apt-get install -y --no-install-recommends heartbeat ldirectord ipvsadm',
      );
    }
  }
  const functions = wholeMessages();
  const dispose = (): void => rmSync(functions, { recursive: true, force: true });
  return { name: 'genuine', layers: [functions, labFile('genuine')], hidden: STATE, dispose };
}

/** Ours, staged from this repository, or found staged at `tree`. */
function ours(tree: string | undefined): Stack {
  const made = tree === undefined ? temporaryDirectory('stage') : undefined;
  const dispose = (): void => {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  };
  if (made !== undefined) {
    const stage = spawnSync(process.execPath, [join(REPOSITORY, 'rpm', 'stage.mjs'), made], {
      encoding: 'utf8',
    });
    if (stage.status !== 0) {
      dispose();
      throw new Error(`cannot stage the programs: ${stage.stderr}`);
    }
  }
  return { name: 'ours', layers: [tree ?? made ?? ''], hidden: GENUINE_PLACES, dispose };
}

/** The programs to run; rejects with what to do when they are not there. */
export function stack(name: StackName, tree?: string): Stack {
  removeLeftovers();
  return name === 'genuine' ? genuine() : ours(tree);
}

/** The word after `--stack`, or of the variable TS_HEARTBEAT_STACK. */
export function stackName(word: string | undefined): StackName {
  if (word === undefined || word === 'ours') return 'ours';
  if (word === 'genuine') return 'genuine';
  throw new Error(`--stack ${word}: say ours or genuine`);
}
