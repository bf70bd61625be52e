/** Where targets that read files keep them: in memory where the system has such a place. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** Makes a folder; whoever made it calls `removeScratch`. */
export function makeScratch(): string {
  const memory = statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() === true;
  return mkdtempSync(join(memory ? '/dev/shm' : tmpdir(), 'fuzz-'));
}

export function removeScratch(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** From now on the targets of this thread keep their files there. */
export function useScratch(path: string): void {
  folder = path;
}

export function scratchFile(name: string): string {
  if (folder === undefined) throw new Error('there is no folder for files');
  return join(folder, name);
}
