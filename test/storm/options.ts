/** The options that the programs of the storms have in common. */

import { parseArgs } from 'node:util';

export interface StormOptions {
  readonly reduced: boolean;
  readonly seed: number;
  /** Rounds, or what the program calls them; undefined: its own number. */
  readonly count: number | undefined;
  /** Pairs at the same time. */
  readonly jobs: number | undefined;
  readonly only: RegExp;
}

const SEED_MAX = 2 ** 31;

/** Reads the command line; prints the usage and exits with 2 where that cannot be done. */
export function stormOptions(name: string, counted: string): StormOptions {
  const usage = `usage: node test/dist/storm/${name}.js [options]
  --reduced    the short form, for every day
  --seed N     the random numbers of an earlier run
  --${counted} N  how many
  --jobs N     pairs at the same time
  --only REGEX rows whose name fits`;
  try {
    const { values } = parseArgs({
      options: {
        reduced: { type: 'boolean', default: false },
        seed: { type: 'string' },
        [counted]: { type: 'string' },
        jobs: { type: 'string' },
        only: { type: 'string', default: '' },
      },
    });
    const { reduced, seed, jobs, only, [counted]: count } = values;
    return {
      reduced: reduced === true,
      seed: whole(seed) ?? Math.floor(Math.random() * SEED_MAX),
      count: whole(count),
      jobs: whole(jobs),
      only: new RegExp(String(only)),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function whole(word: unknown): number | undefined {
  if (word === undefined) return undefined;
  const number = Number(word);
  if (!Number.isInteger(number) || number < 0) throw new Error(`not a number: ${String(word)}`);
  return number;
}
