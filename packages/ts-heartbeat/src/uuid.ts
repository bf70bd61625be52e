/** The identity of this node: sixteen bytes that survive every restart. */
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { replaceFile } from './replacefile.js';
import type { Say } from './say.js';
import { systemText } from './systemtext.js';

export const UUID_BYTES = 16;

/**
 * Reads the identity, or makes and stores a random one (version 4) where there is none yet. Two
 * nodes must not share it: never copy the file.
 *
 * @throws Error with the words of heartbeat 3.0.6, and the system's, when a new one cannot be
 *   stored.
 */
export function nodeUuid(path: string, say: Say): Uint8Array {
  const uuid = read(path) ?? newUuid(path, say);
  say('debug', `uuid is:${textOf(uuid)}`);
  return uuid;
}

/** In the usual form, `29cc8695-54aa-4cde-bce0-db1886058e3e`. */
function textOf(uuid: Uint8Array): string {
  const digits = Buffer.from(uuid).toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function newUuid(path: string, say: Say): Uint8Array {
  say('info', 'No uuid found for current node - generating a new uuid.');
  const uuid = randomFillSync(new Uint8Array(UUID_BYTES));
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  try {
    replaceFile(path, uuid);
  } catch (error) {
    const text = `getting uuid for the local node failed: ${systemText(error)}`;
    throw new Error(text, { cause: error });
  }
  return uuid;
}

/** The identity of `uuidfrom nodename`: the first bytes of the name (heartbeat 2.1). */
export function uuidOfName(name: string): Uint8Array {
  const uuid = new Uint8Array(UUID_BYTES);
  uuid.set(Buffer.from(name, 'latin1').subarray(0, UUID_BYTES));
  return uuid;
}

function read(path: string): Uint8Array | undefined {
  try {
    const bytes = new Uint8Array(readFileSync(path)).slice(0, UUID_BYTES);
    // Zeros are what a power cut leaves: the genuine program would share them with its peer.
    const whole = bytes.length === UUID_BYTES && bytes.some((byte) => byte !== 0);
    return whole ? bytes : undefined;
  } catch {
    return undefined;
  }
}
