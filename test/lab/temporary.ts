/** Directories of a run, which the next run removes where this one could not. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'ts-heartbeat-lab';

/** `ts-heartbeat-lab-vm-1234-Xy3zAb`: made by process 1234. */
const NAME = new RegExp(`^${PREFIX}-[a-z]+-(\\d+)-\\w+$`);

/** An empty directory for a purpose of one word. */
export function temporaryDirectory(purpose: string): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}-${purpose}-${process.pid}-`));
}

/**
 * Removes the directories of runs that were killed. Nothing is mounted below them but in a lab's
 * own namespaces, which are gone. Not for the virtual machine: it sees the files of the machine
 * that runs it, but not the processes they belong to.
 */
export function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
