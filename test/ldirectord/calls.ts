/** The calls of the simulated ipvsadm, as it has noted them. */
import { readFileSync } from 'node:fs';
import { CALLS } from './places.js';

export interface Call {
  /** When it began: milliseconds of the wall clock. */
  readonly at: number;
  /** How long it took. */
  readonly ms: number;
  readonly words: readonly string[];
  readonly code: number;
  /** What it was given to restore. */
  readonly rules: readonly string[];
}

export function calls(): readonly Call[] {
  try {
    const lines = readFileSync(CALLS, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Call);
  } catch {
    return [];
  }
}

/** What a call was to change, as ipvsadm's words; nothing for one that only reads. */
export function changesOf({ words, rules }: Call): readonly string[] {
  if (words[0] === '-R') return rules;
  return /^-[AEDaed]$/.test(words[0] ?? '') ? [words.join(' ')] : [];
}
