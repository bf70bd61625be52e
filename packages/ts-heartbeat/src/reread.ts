/** What SIGHUP asks for: which of the configuration files have changed since they were read. */
import { statSync } from 'node:fs';
import { AUTHKEYS_FILE, HACF_FILE } from './places.js';

/** Modification times, as they were when the files were read. */
export interface ReadTimes {
  readonly hacf: number | undefined;
  readonly authkeys: number | undefined;
}

function modified(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

export function readTimes(): ReadTimes {
  return { hacf: modified(HACF_FILE), authkeys: modified(AUTHKEYS_FILE) };
}

/**
 * What to do. A changed ha.cf takes a new life, which reads everything again; new keys are taken
 * over at once; haresources is read with every job anyway (heartbeat 3.0.6).
 */
export function changeSince(before: ReadTimes): 'hacf' | 'authkeys' | 'nothing' {
  const now = readTimes();
  if (now.hacf !== before.hacf) return 'hacf';
  return now.authkeys !== before.authkeys ? 'authkeys' : 'nothing';
}
