/** The files of this repository that people write. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache', 'stage', 'coverage']);

export interface Source {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Files of which each line is a recording, not somebody's writing. */
export function isRecording(file: string): boolean {
  return file.startsWith('test/vectors/') && !file.endsWith('.ts');
}

function list(folder: string): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return list(name);
    return entry.isFile() ? [name] : [];
  });
}

/** Every text file; files with zero bytes in them are left out. */
export function sources(): readonly Source[] {
  return list('').flatMap((file) => {
    const bytes = readFileSync(path.join(ROOT, file));
    return bytes.includes(0) ? [] : [{ path: file, text: bytes.toString() }];
  });
}

/** The TypeScript among them. */
export function typescript(): readonly Source[] {
  return sources().filter(({ path: file }) => file.endsWith('.ts'));
}
