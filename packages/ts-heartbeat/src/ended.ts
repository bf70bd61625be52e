/** The note that a heartbeat has run since boot and has ended, which its `status` tells. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { END_FILE } from './places.js';

/** Nothing but the exit code of `status` hangs on it: where it cannot be written, there is none. */
export function noteEnd(): void {
  attempt(() => {
    mkdirSync(dirname(END_FILE), { recursive: true, mode: 0o755 });
    writeFileSync(END_FILE, '');
  });
}

export function forgetEnd(): void {
  attempt(() => rmSync(END_FILE, { force: true }));
}

export function wasEnded(): boolean {
  return existsSync(END_FILE);
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // A machine whose /run cannot be written has other worries.
  }
}
