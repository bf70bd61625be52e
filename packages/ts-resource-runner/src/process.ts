/** Processes as /proc shows them: identified by number and start time, for numbers are used again. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start (field 22 of /proc/PID/stat). */
  readonly started: number;
}

interface Stat extends ProcessIdentity {
  readonly state: string;
  readonly group: number;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

/** Reads /proc/PID/stat; the program's name in it may hold anything, also blanks and brackets. */
function stat(pid: number): Stat | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const started = fields[19];
  if (state === undefined || group === undefined || started === undefined) return null;
  return { pid, started: Number(started), state, group: Number(group) };
}

/** The identity of a running process; null when there is none. One that waits to be reaped is gone. */
export function identify(pid: number): ProcessIdentity | null {
  const found = stat(pid);
  return found === null || found.state === 'Z' || found.state === 'X' ? null : found;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The leader of a process group whose environment holds this `NAME=value`; null without one. */
export function findLeader(variable: string): ProcessIdentity | null {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = readText(`/proc/${name}/environ`);
    if (environment === null || !environment.split('\0').includes(variable)) continue;
    const found = stat(Number(name));
    if (found !== null && found.group === found.pid && identify(found.pid) !== null) return found;
  }
  return null;
}

/** Sends a signal to a process group; false when there is none any more. */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** A text that differs from one boot to the next; empty where the kernel gives none. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}
