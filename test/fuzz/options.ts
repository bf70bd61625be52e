/** The command line of the fuzzer. */
import { parseArgs } from 'node:util';

export interface FuzzOptions {
  /** Names of targets; empty: all. */
  readonly targets: readonly string[];
  /** Inputs of each target; undefined: as the table says. */
  readonly inputs: number | undefined;
  /** Time of each target; undefined: as long as it takes. */
  readonly seconds: number | undefined;
  readonly seed: number;
  readonly reduced: boolean;
  /** Write the corpus down. */
  readonly keep: boolean;
  /** A file whose bytes are the only input. */
  readonly repeat: string | undefined;
}

const USAGE = `usage: npm run fuzz -- [options]
  --target NAME  only this one; may stand again
  --inputs N     inputs of each target
  --seconds S    no more time for each target
  --seed N       the random numbers of an earlier run
  --reduced      a minute for all together
  --repeat FILE  the bytes of this file are the only input
  --keep         write what was learned to test/fuzz/corpus`;

const SEED_MAX = 2 ** 31;

/** Reads the command line; prints the usage and exits with 2 where that cannot be done. */
export function fuzzOptions(): FuzzOptions {
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string', multiple: true, default: [] },
        inputs: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        reduced: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        repeat: { type: 'string' },
      },
    });
    return {
      targets: values.target,
      inputs: positive(values.inputs),
      seconds: positive(values.seconds),
      seed: positive(values.seed) ?? 1 + Math.floor(Math.random() * SEED_MAX),
      reduced: values.reduced,
      keep: values.keep,
      repeat: values.repeat,
    };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

export function refuse(why: string): never {
  console.error(`${why}\n${USAGE}`);
  process.exit(2);
}

function positive(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const number = Number(word);
  if (!(number > 0)) throw new Error(`not a number above zero: ${word}`);
  return number;
}
