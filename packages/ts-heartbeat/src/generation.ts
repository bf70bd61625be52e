/** The generation of this life: a number that rises with every start, kept in a file. */
import { readFileSync } from 'node:fs';
import { replaceFile } from './replacefile.js';
import type { Say } from './say.js';
import { systemText } from './systemtext.js';

/** The file's columns before the newline: the number stands at the right (heartbeat 3.0.6). */
const COLUMNS = 15;

/** Largest number that fits the columns and stays exact. */
export const GENERATION_MAX = 999_999_999_999_999;

/** How a generation is found: `hbgenmethod` of ha.cf. */
export type GenerationMethod = 'file' | 'time';

/**
 * The generation of the life that begins now; it is on the disk when this returns. Peers take a
 * message of a lower one for a replay, and an equal one for a node that was cut off.
 *
 * With the method `time` heartbeat 3.0.6 takes the clock and leaves the file alone. Here the file
 * is written where that is possible, so that a second life in one second, or after the clock was
 * set back, or with the method `file`, is a new one all the same.
 *
 * @param wall seconds since 1970: where to begin without a file.
 * @throws Error with the words of heartbeat 3.0.6 when it cannot be stored: the next life would not
 *   be told from this one.
 */
export function nextGeneration(
  path: string,
  method: GenerationMethod,
  wall: number,
  say: Say,
): number {
  const generation = method === 'time' ? later(path, wall) : followUp(path, wall, say);
  try {
    store(path, generation);
  } catch (error) {
    // The method `time` is for nodes whose disk cannot be written.
    if (method === 'time') return generation;
    const text = `Cannot get/increment generation number: ${systemText(error)}`;
    throw new Error(text, { cause: error });
  }
  return generation;
}

/**
 * The number after the one in the file. The genuine program reads it in the same way, but where
 * that fails it says that it begins at the clock and begins at 1: its peers would take all it sends
 * for replays.
 */
function followUp(path: string, wall: number, say: Say): number {
  const first = wall + 1;
  const text = contentOf(path);
  if (text === '') {
    say('warn', `No Previous generation - starting at ${first}`);
    return first;
  }
  const before = numberIn(text);
  if (before === undefined) {
    say('warn', `BROKEN previous generation - starting at ${first}`);
    return first;
  }
  return before + 1;
}

function later(path: string, wall: number): number {
  const before = numberIn(contentOf(path));
  return before === undefined ? wall : Math.max(wall, before + 1);
}

/** What the file holds; nothing where it cannot be read. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The number at the beginning, when there is room for a greater one. */
function numberIn(text: string): number | undefined {
  const digits = /^\s*([0-9]{1,15})(?=\s|$)/.exec(text)?.[1];
  if (digits === undefined || Number(digits) >= GENERATION_MAX) return undefined;
  return Number(digits);
}

function store(path: string, generation: number): void {
  replaceFile(path, Buffer.from(`${String(generation).padStart(COLUMNS)}\n`));
}
