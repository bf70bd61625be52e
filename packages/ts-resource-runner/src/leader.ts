/** Finds a script whose start nobody has written down, and tells one boot from the next. */
import { readdirSync, readFileSync } from 'node:fs';
import { groupMembers, type ProcessIdentity } from '@ts-heartbeat/platform/gone';

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The leader of a process group whose environment holds this `NAME=value`; null without one. */
export function findLeader(variable: string): ProcessIdentity | null {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    if (!readText(`/proc/${name}/environ`).split('\0').includes(variable)) continue;
    const leader = groupMembers(Number(name)).find(({ pid }) => pid === Number(name));
    if (leader !== undefined) return leader;
  }
  return null;
}

/** A text that differs from one boot to the next; empty where the kernel gives none. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id').trim();
}
