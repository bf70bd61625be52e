/** The fuzzer finds what was planted for it, and what once broke something does so no more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random } from '../sim/random.js';
import { Coverage } from './coverage.js';
import { Explorer, Failure } from './explorer.js';
import { instrument } from './instrument.js';
import { bytesOf, foundInputs, keptCorpus } from './kept.js';
import { Mutator } from './mutator.js';
import { makeScratch, removeScratch, useScratch } from './scratch.js';
import type { Target } from './target.js';
import { TARGETS } from './targets/table.js';
import { watched } from './watch.js';
import type { Failed } from './work.js';

const scratch = makeScratch();
useScratch(scratch);
after(() => removeScratch(scratch));

/** A parser that breaks at a certain beginning, behind branches that can be told apart. */
const PARSER = `
  export const run = (bytes) => {
    if (bytes[0] !== 0x23) return;
    for (const at of [1, 2]) if (bytes[at] !== 0x3a + at) return;
    switch (bytes[3]) {
      case 0x7f: return bytes[4] === 0x0a && broken();
      default:
    }
  };
  const broken = () => { throw new Error('found'); };
`;

async function imported(source: string): Promise<Pick<Target, 'run'>> {
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** Explores the parser; gives the failure that was found in so many inputs. */
async function explore(source: string, inputs: number): Promise<Failure | undefined> {
  const coverage = new Coverage();
  coverage.install();
  const { run } = await imported(source);
  const target = { name: 'parser', seeds: () => [], run };
  const explorer = new Explorer(target, coverage, () => {});
  const random = new Random(1);
  try {
    await explorer.begin([bytesOf('seed')]);
    const limits = { inputs, milliseconds: Number.POSITIVE_INFINITY };
    await explorer.explore(limits, random, new Mutator(random.split('mutations'), [], 64));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}

test('the way to a fault is found step by step, and without counters it is not', async () => {
  const inputs = 100_000;
  const found = await explore(instrument(PARSER), inputs);
  assert.deepEqual([...(found?.input.subarray(0, 5) ?? [])], [...Buffer.from('#;<\x7f\n')]);
  assert.equal(await explore(`${PARSER}\n`, inputs), undefined);
});

test('instrumented code does what it did', async () => {
  const source = `
    const odd = (n) => n % 2 ? 'odd' : n || 'none';
    const label = function (n) { if (n > 2) return 'many'; else if (n > 1) return 'two'; };
    export const run = () => {
      const seen = [];
      for (const n of [0, 1, 2, 3]) seen.push(odd(n), label(n) ?? (() => ({ n }))());
      do seen.pop(); while (seen.length > 6);
      switch (seen.length) { case 5: case 6: seen.push('six'); break; default: seen.push('?'); }
      try { null.x; } catch { seen.push('caught'); }
      let left = 2; while (left) left -= 1;
      return JSON.stringify(seen);
    };
  `;
  const [plain, counted] = [await imported(source), await imported(instrument(source))];
  assert.equal(counted.run(bytesOf('')), plain.run(bytesOf('')));
});

/** Runs a planted target as the program does, on code without counters. */
async function caught(target: string, inputs = 1_000_000): Promise<Failed> {
  const tree = fileURLToPath(new URL('.', import.meta.url));
  const milliseconds = Number.POSITIVE_INFINITY;
  const told = await watched(tree, { target, seed: 1, inputs, milliseconds, scratch });
  assert.ok(told.kind === 'failed', target);
  return told;
}

test('a broken promise is told with the smallest input that breaks it', async () => {
  const { what, smallest } = await caught('planted-broken');
  assert.match(what, /a promise is broken/);
  assert.equal(smallest?.length, 5);
});

test('what hangs, waits for ever or keeps memory is found', async () => {
  const [hanging, silent, growing] = await Promise.all([
    caught('planted-hanging'),
    caught('planted-silent'),
    caught('planted-growing', 2000),
  ]);
  assert.match(hanging.what, /^hangs/);
  assert.ok(hanging.input.includes(0x7f));
  assert.match(silent.what, /^waits for ever/);
  assert.match(growing.what, /the heap has grown/);
});

test('what was learned is made into exactly so many inputs, without counters', async () => {
  const tree = fileURLToPath(new URL('.', import.meta.url));
  const learned = { corpus: [bytesOf('learned')], words: [] };
  const limits = { inputs: 1000, milliseconds: Number.POSITIVE_INFINITY };
  const told = await watched(tree, { target: 'icmp', seed: 1, ...limits, scratch, learned });
  assert.ok(told.kind === 'done');
  assert.deepEqual([told.inputs, told.explored, told.reached], [1000, 0, 0]);
});

for (const { name, load } of TARGETS) {
  test(`${name}: what once broke it and what shows much of it`, async () => {
    const target = await load();
    for (const { input } of foundInputs(name)) await target.run(bytesOf(input));
    for (const input of keptCorpus(name)) await target.run(input);
  });
}
