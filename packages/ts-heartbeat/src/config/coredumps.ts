/** Core dumps of the daemon and of everything it starts: `coredumps` and `coreroot`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Say } from '../say.js';

const PRLIMIT = '/usr/bin/prlimit';
/** It asks the kernel for one thing; longer than this only where the machine stands still. */
const PRLIMIT_MS_MAX = 2000;

/**
 * Sets how large core dumps may be, for this process and all its children: as large as they are
 * with `coredumps on`, none with off (heartbeat 3.0.6). Where `coreroot` is given, that user's part
 * of it becomes the working directory, as in the genuine program, which goes to its default too; a
 * directory that is not there is passed over. What is refused is said, and nothing else happens.
 */
export function allowCoreDumps(
  { coredumps, coreroot }: Pick<Settings, 'coredumps' | 'coreroot'>,
  say: Say,
): void {
  const words = [`--pid=${process.pid}`, `--core=${coredumps ? 'unlimited' : '0'}:`];
  const { error, status, stderr } = spawnSync(PRLIMIT, words, {
    encoding: 'utf8',
    timeout: PRLIMIT_MS_MAX,
  });
  if (status !== 0) {
    const why = error?.message ?? stderr.trim();
    say('debug', `Cannot set the limit of core dumps: ${why}`);
  }
  if (coreroot === undefined) return;
  try {
    process.chdir(join(coreroot, process.getuid?.() === 0 ? 'root' : 'hacluster'));
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    say('debug', `Cannot leave core dumps in ${coreroot}: ${why}`);
  }
}
