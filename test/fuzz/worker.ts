/**
 * The thread in which one target is fuzzed. In the instrumented copy it learns; beside the code as
 * it is shipped it takes what was learned, and gives that code as many inputs more.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../sim/random.js';
import { Coverage } from './coverage.js';
import { CurrentInput } from './currentinput.js';
import { Explorer, Failure, INPUT_BYTES_MAX } from './explorer.js';
import { bytesOf, foundInputs, keptCorpus } from './kept.js';
import { Mutator } from './mutator.js';
import { useScratch } from './scratch.js';
import type { Target } from './target.js';
import { tableRow } from './targets/table.js';
import type { Told, Work } from './work.js';

const work = workerData as Work;

async function fuzz(): Promise<Told> {
  const coverage = new Coverage();
  coverage.install();
  const target = await tableRow(work.target).load();
  const current = new CurrentInput(work.memory);
  const explorer = new Explorer(target, coverage, (input) => current.announce(input));
  try {
    return await explored(target, explorer, coverage);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { input, message } = error;
    const smallest = await explorer.smallestLike(error);
    return { kind: 'failed', what: message, inputs: explorer.inputs, input, smallest };
  }
}

async function explored(target: Target, explorer: Explorer, coverage: Coverage): Promise<Told> {
  const begun = performance.now();
  const used = process.cpuUsage();
  const random = new Random(work.seed).split(target.name).split(work.learned ? 'more' : 'new');
  const words = work.learned?.words ?? coverage.words;
  if (work.only !== undefined) await explorer.begin([work.only]);
  else {
    if (work.learned !== undefined) explorer.take(work.learned.corpus);
    else await explorer.begin(beginnings(target), work.milliseconds / 2);
    const tokens = [...new Set([...words, ...(target.tokens ?? [])])].map(bytesOf);
    const mutator = new Mutator(random.split('mutations'), tokens, INPUT_BYTES_MAX);
    const milliseconds = begun + work.milliseconds - performance.now();
    await explorer.explore({ inputs: work.inputs, milliseconds }, random, mutator);
  }
  const { inputs, slowest, heap } = explorer;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(used);
  const cpuSeconds = (user + system) / 1e6;
  const { reached, known } = coverage;
  const explored = work.learned === undefined ? inputs : 0;
  const corpus = work.learned?.corpus ?? (await explorer.distilled());
  const counts = { inputs, explored, seconds, cpuSeconds, reached, known };
  const extremes = { heapGrowth: heap.largest, slowestMs: slowest.ms };
  return { kind: 'done', ...counts, ...extremes, corpus, words };
}

function* beginnings(target: Target): Generator<Uint8Array> {
  for (const seed of target.seeds()) yield typeof seed === 'string' ? bytesOf(seed) : seed;
  for (const { input } of foundInputs(target.name)) yield bytesOf(input);
  yield* keptCorpus(target.name);
}

useScratch(work.scratch);
// Whoever is told ends this thread.
parentPort?.postMessage(await fuzz());
