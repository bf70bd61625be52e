/** Core dumps of the daemon and of everything it starts: `coredumps` and `coreroot`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Say } from '../say.js';

const PRLIMIT = '/usr/bin/prlimit';
/** It asks the kernel for one thing; longer than this only where the machine stands still. */
const PRLIMIT_MS_MAX = 2000;

/**
 * Sets how large core dumps may be, for this process and all its children: as large as they are
 * with `coredumps on`, none with off (heartbeat 3.0.6). What is refused is said.
 */
export function allowCoreDumps({ coredumps }: Pick<Settings, 'coredumps'>, say: Say): void {
  const words = [`--pid=${process.pid}`, `--core=${coredumps ? 'unlimited' : '0'}:`];
  const { error, status, stderr } = spawnSync(PRLIMIT, words, {
    encoding: 'utf8',
    timeout: PRLIMIT_MS_MAX,
  });
  if (status === 0) return;
  say('debug', `Cannot set the limit of core dumps: ${error?.message ?? stderr.trim()}`);
}

/**
 * Where `coreroot` is given, makes this user's part of it the working directory, and makes the
 * directory where it is not there. The genuine program goes to its default too, and makes none.
 * What is refused is said.
 */
export function enterCoreRoot({ coreroot }: Pick<Settings, 'coreroot'>, say: Say): void {
  if (coreroot === undefined) return;
  try {
    const directory = join(coreroot, process.getuid?.() === 0 ? 'root' : 'hacluster');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    process.chdir(directory);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    say('debug', `Cannot leave core dumps in ${coreroot}: ${why}`);
  }
}
