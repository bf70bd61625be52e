/** Replaces a small file for good: what it held or what it shall hold, nothing in between. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts bytes in the place of a file so that a power failure leaves either the old or the new ones,
 * and returns when the new ones are on the disk. Mode 0644.
 *
 * @throws the system's error.
 */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const draft = `${path}.new`;
  const fd = openSync(draft, 'w', 0o644);
  try {
    writeSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
