/** What the programs of the storms have in common: options, an end in order, a limit of time. */

import { parseArgs } from 'node:util';
import { Programs } from '../cluster/kinds.js';
import { NotPrepared } from '../lab/notprepared.js';

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

/**
 * Runs a storm to its verdict, ends the process with 0 or 1, and with 1 when the limit is over.
 * Whatever was started ends with it.
 */
export async function runStorm(
  limitMs: number,
  storm: (programs: Programs) => Promise<boolean>,
): Promise<never> {
  let programs: Programs | undefined;
  const end = async (code: number): Promise<never> => {
    await programs?.close();
    process.exit(code);
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void end(code));
  }
  const timer = setTimeout(() => {
    console.error(`not done within ${limitMs / 1000} s`);
    void end(1);
  }, limitMs);
  try {
    programs = new Programs();
    const passed = await storm(programs);
    clearTimeout(timer);
    return await end(passed ? 0 : 1);
  } catch (error) {
    console.error(error instanceof NotPrepared ? error.message : error);
    return end(1);
  }
}

/** Does the work, as many pieces at a time as are allowed. */
export async function abreast<T>(
  work: readonly T[],
  jobs: number,
  one: (piece: T) => Promise<void>,
): Promise<void> {
  const waiting = [...work];
  const worker = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
      await one(piece);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
