/** Fuzzes every decoder and parser: `npm run fuzz`. See README.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrumentTree, PLAIN_TREE, removeTree, treePath } from './instrumentedtree.js';
import { keepCorpus } from './kept.js';
import { type FuzzOptions, fuzzOptions, refuse } from './options.js';
import { makeScratch, removeScratch } from './scratch.js';
import { TARGETS, type TargetRow } from './targets/table.js';
import { watched } from './watch.js';
import type { Done, Failed, Told, Work } from './work.js';

/** Where inputs that break something are written. */
const FAILED = fileURLToPath(new URL('../fuzz-failed', import.meta.url));

/** What all targets together get with `--reduced`, and what each takes to begin and to end. */
const REDUCED_MS = 55_000;
const START_MS = 600;
const LEAST_MS = 300;
/**
 * Of a full run so many inputs go through code with counters, to learn what to make the others of:
 * the counters take longer than most parsers.
 */
const EXPLORED_SHARE = 1 / 10;
const MEGABYTE = 1024 * 1024;

const HEADINGS = [
  'inputs',
  'explored',
  'seconds',
  'cpu s',
  'inputs/s',
  'edges',
  'of',
  'corpus',
  'heap +MB',
  'slowest ms',
];

function rowText(name: string, cells: readonly string[]): string {
  return [name.padEnd(18), ...cells.map((cell) => cell.padStart(10))].join(' ');
}

function doneText(name: string, done: Done): string {
  return rowText(name, [
    String(done.inputs),
    String(done.explored),
    done.seconds.toFixed(1),
    done.cpuSeconds.toFixed(1),
    Math.round(done.inputs / done.seconds).toString(),
    String(done.reached),
    String(done.known),
    String(done.corpus.length),
    (done.heapGrowth / MEGABYTE).toFixed(1),
    done.slowestMs.toFixed(1),
  ]);
}

/** Writes the inputs down, and says how to see it again. */
function tellFailure(name: string, failed: Failed, seed: number): void {
  mkdirSync(FAILED, { recursive: true });
  const write = (kind: string, bytes: Uint8Array): string => {
    const path = `${FAILED}/${name}.${kind}`;
    writeFileSync(path, bytes);
    return relative(process.cwd(), path);
  };
  const path = write('input', failed.input);
  const least = failed.smallest === undefined ? path : write('smallest', failed.smallest);
  console.log(`FAILED ${name} after ${failed.inputs} inputs with seed ${seed}: ${failed.what}`);
  console.log(`  the input: ${path} (${failed.input.length} bytes)`);
  if (failed.smallest) console.log(`  made smaller: ${least} (${failed.smallest.length} bytes)`);
  console.log(`  once more: npm run fuzz -- --target ${name} --repeat ${least}`);
}

function chosen(options: FuzzOptions): readonly TargetRow[] {
  const unknown = options.targets.filter((name) => !TARGETS.some((row) => row.name === name));
  const names = TARGETS.map(({ name }) => name).join(' ');
  if (unknown.length > 0) refuse(`no such target: ${unknown.join(' ')}; there are: ${names}`);
  if (options.repeat !== undefined && options.targets.length !== 1) refuse('one target is wanted');
  return options.targets.length === 0
    ? TARGETS
    : TARGETS.filter(({ name }) => options.targets.includes(name));
}

/** Where everything is that lasts only as long as the program. */
interface Folders {
  readonly tree: string;
  readonly scratch: string;
}

async function fuzzOne(
  { tree, scratch }: Folders,
  row: TargetRow,
  options: FuzzOptions,
  ms: number,
): Promise<Told> {
  const { seed, inputs = row.inputs, repeat } = options;
  const watch = (tree: string, work: Omit<Work, 'memory'>): Promise<Told> =>
    watched(tree, work, interrupted.signal);
  const work: Omit<Work, 'memory'> = { target: row.name, seed, inputs, milliseconds: ms, scratch };
  if (repeat !== undefined) {
    return watch(tree, { ...work, only: new Uint8Array(readFileSync(repeat)) });
  }
  // Where the time is short all of it is for learning.
  if (Number.isFinite(ms)) return watch(tree, work);
  const first = await watch(tree, { ...work, inputs: Math.ceil(inputs * EXPLORED_SHARE) });
  const left = inputs - first.inputs;
  if (first.kind !== 'done' || left <= 0) return first;
  const { corpus, words } = first;
  return together(
    first,
    await watch(PLAIN_TREE, { ...work, inputs: left, learned: { corpus, words } }),
  );
}

/** What both parts of a run tell as one. */
function together(first: Done, second: Told): Told {
  const inputs = first.inputs + second.inputs;
  if (second.kind !== 'done') return { ...second, inputs };
  return {
    ...first,
    inputs,
    seconds: first.seconds + second.seconds,
    cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    heapGrowth: Math.max(first.heapGrowth, second.heapGrowth),
    slowestMs: Math.max(first.slowestMs, second.slowestMs),
  };
}

/** The milliseconds of a target, when so much is left of the reduced time for so many. */
function timeOf(options: FuzzOptions, leftMs: number, targets: number): number {
  const { reduced, seconds = Number.POSITIVE_INFINITY } = options;
  return reduced ? Math.max(LEAST_MS, leftMs / targets - START_MS) : seconds * 1000;
}

async function fuzzAll(folders: Folders, options: FuzzOptions): Promise<boolean> {
  const rows = chosen(options);
  const begun = performance.now();
  console.log(`seed ${options.seed}\n${rowText('target', HEADINGS)}`);
  let isRight = true;
  for (const [at, row] of rows.entries()) {
    const leftMs = begun + REDUCED_MS - performance.now();
    const told = await fuzzOne(folders, row, options, timeOf(options, leftMs, rows.length - at));
    if (told.kind === 'failed') {
      isRight = false;
      tellFailure(row.name, told, options.seed);
      continue;
    }
    if (told.kind === 'stopped') {
      console.log(`stopped ${row.name} after ${told.inputs} inputs, of which none broke it`);
      return false;
    }
    console.log(doneText(row.name, told));
    if (options.keep) keepCorpus(row.name, told.corpus);
  }
  console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s in all`);
  return isRight;
}

/** By a signal; the second one does not wait for anything. */
const interrupted = new AbortController();
const options = fuzzOptions();
const folders = { tree: treePath(), scratch: makeScratch() };
process.once('exit', () => {
  removeTree(folders.tree);
  removeScratch(folders.scratch);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (interrupted.signal.aborted ? process.exit(1) : interrupted.abort()));
}
instrumentTree(folders.tree);
process.exit((await fuzzAll(folders, options)) ? 0 : 1);
