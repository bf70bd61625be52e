/**
 * The matrix: every kind of pair over every medium with every signature, each cell a cluster of its
 * own that must pass through its whole story. Prints a table; exit 0 only if every cell passed.
 */

import { parseArgs } from 'node:util';
import { abreast, longRun, Stock } from '../lab/longrun.js';
import { type StackName, stack } from '../lab/stack.js';
import { type Cell, cellName, type Pair, PROGRAMS } from './cell.js';
import { runCell, type Verdict } from './runcell.js';
import { fullMatrix, PAIRS, reducedMatrix } from './selection.js';
import { row, table } from './table.js';

/** Cells mostly wait: several at a time on each processor. */
const JOBS = 6;
/** All cells take half an hour. */
const LIMIT_MS = 75 * 60_000;

const USAGE = `usage: npm run test:mixed -- [options]
  --reduced     each value at least once, instead of all cells
  --only REGEX  cells whose name fits, such as 'C/TS mcast sha1 on'
  --jobs N      cells at the same time (default ${JOBS})
  --list        print the cells' names and run nothing
  --tree DIR    our programs as staged in DIR; default: staged anew
  --pairs P,... kinds of pair instead of C/TS,TS/C,TS/TS; C/C shows what the genuine pair does`;

function fail(text: string): never {
  console.error(`${text}\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        reduced: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        jobs: { type: 'string', default: String(JOBS) },
        list: { type: 'boolean', default: false },
        pairs: { type: 'string' },
        tree: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, jobs: Number(values.jobs), only: new RegExp(values.only) };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** `C/TS` and the like. */
function pairNamed(text: string): Pair {
  const isProgram = (word: string | undefined): word is keyof typeof PROGRAMS =>
    word !== undefined && word in PROGRAMS;
  const [first, second, ...rest] = text.split('/');
  if (!isProgram(first) || !isProgram(second) || rest.length > 0) fail(`no pair: ${text}`);
  return [first, second];
}

/** Plays the cells, `jobs` at a time, in their order. */
async function playAll(
  cells: readonly Cell[],
  jobs: number,
  run: (cell: Cell) => Promise<Verdict>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  await abreast(cells, jobs, async (cell) => {
    const verdict = await run(cell);
    verdicts.push(verdict);
    console.log(`[${verdicts.length}/${cells.length}] ${row(verdict)}`);
  });
  return verdicts;
}

async function main(): Promise<number> {
  const { reduced, only, jobs, list, pairs: named, tree, help } = options();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (!Number.isInteger(jobs) || jobs < 1) fail(`--jobs ${jobs}`);
  const pairs = named === undefined ? PAIRS : named.split(',').map(pairNamed);
  const matrix = reduced ? reducedMatrix(pairs) : fullMatrix(pairs);
  const cells = matrix.filter((cell) => only.test(cellName(cell)));
  if (list || cells.length === 0) {
    for (const cell of cells) console.log(cellName(cell));
    return cells.length === 0 ? 2 : 0;
  }
  const stock = (): Stock<StackName> =>
    new Stock('mixed', { genuine: stack('genuine'), ours: stack('ours', tree) });
  return longRun(LIMIT_MS, stock, async ({ stacks, open, keep }) => {
    const began = performance.now();
    const verdicts = await playAll(cells, jobs, (cell) => runCell(cell, stacks, open, keep));
    console.log(table(cells, verdicts, (performance.now() - began) / 1000));
    return verdicts.every(({ failed }) => failed === undefined);
  });
}

process.exitCode = await main();
