/** The monitored lines that the genuine pair wrote in several runs of each scenario. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Director } from '../lab/lab.js';
import type { Lines } from './logorder.js';
import { recordingFile } from './recording.js';

/** The lines of each run. */
export type GenuineLogs = Readonly<Record<Director, readonly Lines[]>>;

/** More runs tell nothing new. */
const RUNS_MAX = 6;

function fileOf(name: string): string {
  return recordingFile('logs', `${name}.json`);
}

/** What is recorded of a scenario; nothing, before it has been. */
export function genuineLogs(name: string): GenuineLogs {
  if (!existsSync(fileOf(name))) return { loadbalancer: [], backup: [] };
  return JSON.parse(readFileSync(fileOf(name), 'utf8'));
}

/** Adds a run of the genuine pair to what is recorded, unless it is as one before. */
export async function addGenuineLog(
  name: string,
  lines: Readonly<Record<Director, Lines>>,
): Promise<void> {
  const known = genuineLogs(name);
  const added = (node: Director): readonly Lines[] => {
    const same = known[node].some((run) => run.join('\n') === lines[node].join('\n'));
    return same ? known[node] : [...known[node], lines[node]].slice(0, RUNS_MAX);
  };
  const all: GenuineLogs = { loadbalancer: added('loadbalancer'), backup: added('backup') };
  await mkdir(dirname(fileOf(name)), { recursive: true });
  await writeFile(fileOf(name), `${JSON.stringify(all, null, 1)}\n`);
}
