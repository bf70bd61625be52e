/** `heartbeat -s`: says whether heartbeat runs (heartbeat 3.0.6). */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { CONFIG_DIRECTORY } from '@ts-heartbeat/platform/paths';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { wasEnded } from '../ended.js';
import { isHeartbeat, PID_FILE } from '../places.js';

/** LSB: the program is not running. */
const NOT_RUNNING = 3;
/**
 * LSB: it is dead, and its pid file is still there. Heartbeat 3.0.6 leaves the file behind at an
 * orderly end, and so says this after every stop until the next boot.
 */
const DEAD = 1;

/** Prints the state and returns the exit code. */
export function printStatus(): number {
  const state = readPidFile(PID_FILE, isHeartbeat);
  if (state.kind === 'running') {
    const host = os.hostname();
    const where = `on ${host} [${localName(host)}]`;
    process.stdout.write(`heartbeat OK [pid ${state.pid} et al] is running ${where}...\n`);
    return 0;
  }
  process.stdout.write('heartbeat is stopped. No process\n');
  // A file without a pid says nothing about a process.
  const nothing = state.kind === 'none' && (existsSync(PID_FILE) || !wasEnded());
  return nothing ? NOT_RUNNING : DEAD;
}

/** The name of this node: the first line of nodeinfo, else the host name; lower case. */
function localName(host: string): string {
  try {
    const [first = ''] = readFileSync(`${CONFIG_DIRECTORY}/nodeinfo`, 'latin1').split('\n');
    if (first.trim() !== '') return first.trim().toLowerCase();
  } catch {
    // Usually there is no such file.
  }
  return host.toLowerCase();
}
