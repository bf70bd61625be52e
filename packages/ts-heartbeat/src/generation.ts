/** The generation of this life: a number that rises with every start, kept in a file. */
import { readFileSync } from 'node:fs';
import { replaceFile } from './replacefile.js';
import type { Say } from './say.js';

/** The file's columns before the newline: the number stands at the right (heartbeat 3.0.6). */
const COLUMNS = 15;

/** Largest number that fits the columns and stays exact. */
const GENERATION_MAX = 999_999_999_999_999;

/** How a generation is found: `hbgenmethod` of ha.cf. */
export type GenerationMethod = 'file' | 'time';

/**
 * The generation of the life that begins now; it is on the disk when this returns. Peers take a
 * message of a lower one for a replay, and an equal one for a node that was cut off.
 *
 * @param wall seconds since 1970: where to begin without a file, and the generation itself with
 *   the method `time`.
 * @throws the system's error when it cannot be stored: the next life would not be told from this
 *   one.
 */
export function nextGeneration(
  path: string,
  method: GenerationMethod,
  wall: number,
  say: Say,
): number {
  const generation = method === 'time' ? wall : followUp(path, wall, say);
  store(path, generation);
  return generation;
}

function followUp(path: string, wall: number, say: Say): number {
  const first = wall + 1;
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    say('warn', `No Previous generation - starting at ${first}`);
    return first;
  }
  const before = /^\s*([0-9]{1,15})\s*$/.exec(text)?.[1];
  if (before === undefined || Number(before) >= GENERATION_MAX) {
    say('warn', `BROKEN previous generation - starting at ${first}`);
    return first;
  }
  return Number(before) + 1;
}

function store(path: string, generation: number): void {
  replaceFile(path, Buffer.from(`${String(generation).padStart(COLUMNS)}\n`));
}
