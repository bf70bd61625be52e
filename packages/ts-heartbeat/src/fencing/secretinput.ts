/** A standard input for a child program whose text is nowhere to be found. */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

let made = 0;

/**
 * Lends a descriptor from which the text can be read, also by opening it anew, which a pipe of
 * Node.js does not allow. The file behind it has no name any more.
 *
 * @param directory where it may be written; best one that is in memory.
 * @throws the system's error when it cannot be written.
 */
export function withSecretInput<T>(
  directory: string,
  text: string,
  lend: (descriptor: number) => T,
): T {
  made += 1;
  const path = join(directory, `.input-${process.pid}-${made}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    // At a place, so that reading begins at the beginning.
    writeSync(descriptor, text, 0);
    return lend(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
