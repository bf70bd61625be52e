/**
 * `npm run bench:failover`: how long the virtual address does not answer when its holder ends, for
 * the genuine heartbeat, keepalived and ours, one after the other on the same lab.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { play } from './contest.js';
import {
  type Contestant,
  DEADTIME_MS,
  KEEPALIVE_MS,
  type Name,
  openContestant,
  type Way,
} from './contestant.js';
import { phases } from './phase.js';
import { beyondDeadtime, judge, type Result, table } from './report.js';
import { Client } from './sight.js';

const USAGE = `usage: npm run bench:failover -- [options]
  --runs N             runs of ours for each way to end (default 20)
  --reference-runs N   runs of the others (default 5)
  --only NAME,...      of ours,genuine,keepalived
  --ways WAY,...       of crash,stop,standby
  --seed N             draws the instants between two heartbeats; default: the time
  --tree DIR           our programs as staged in DIR; default: staged anew
  --verbose            every run
  --reduced            three runs of ours, one of each other, goals widened for a busy machine`;

/** In the reduced form, where other programs have the processors too, medians may be this much. */
const BUSY_FACTOR = 10;

const NAMES: readonly Name[] = ['genuine', 'keepalived', 'ours'];
const WAYS: readonly Way[] = ['crash', 'stop', 'standby'];

function chosen<T extends string>(all: readonly T[], words: string | undefined): readonly T[] {
  if (words === undefined) return all;
  const wanted = words.split(',');
  const unknown = wanted.filter((word) => !all.some((one) => one === word));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}`);
  return all.filter((one) => wanted.includes(one));
}

function count(word: string): number {
  const number = Number(word);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`not a number: ${word}`);
  return number;
}

function options() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      'reference-runs': { type: 'string' },
      only: { type: 'string' },
      ways: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      tree: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      reduced: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { reduced } = values;
  const runs = count(values.runs ?? (reduced ? '3' : '20'));
  const referenceRuns = count(values['reference-runs'] ?? (reduced ? '1' : '5'));
  return {
    ...values,
    seed: count(values.seed),
    names: chosen(NAMES, values.only),
    ways: chosen(WAYS, values.ways),
    runsOf: (name: Name) => (name === 'ours' ? runs : referenceRuns),
  };
}

type Options = ReturnType<typeof options>;

/** How busy the machine is with other things, in the kernel's words. */
function pressure(): string {
  try {
    return readFileSync('/proc/pressure/cpu', 'latin1').split('\n')[0] ?? '';
  } catch {
    return 'not known';
  }
}

async function measure(contestant: Contestant, given: Options): Promise<Result[]> {
  const { name, ways } = contestant;
  const client = await Client.open(contestant.pair.site);
  const results: Result[] = [];
  try {
    for (const way of ways.filter((one) => given.ways.includes(one))) {
      const runs = [];
      for (const phase of phases(given.seed, given.runsOf(name))) {
        const run = await play(contestant, client, way, phase);
        runs.push(run);
        if (given.verbose) {
          const beyond = beyondDeadtime(run)?.toFixed(1) ?? '-';
          const before = Object.values(run.before).map((ms) => ms?.toFixed(1) ?? '-');
          const age = run.age?.toFixed(0) ?? '-';
          const rest = way === 'crash' ? `, last beat ${age} ms old, beyond ${beyond}` : '';
          console.log(`  ${way} ${name} ${run.outage.toFixed(1)}: ${before.join(' ')}${rest}`);
        }
      }
      results.push({ name, way, runs });
    }
  } finally {
    await client.close();
  }
  return results;
}

async function main(): Promise<number> {
  const given = options();
  if (given.help) {
    console.log(USAGE);
    return 0;
  }
  console.log(`keepalive ${KEEPALIVE_MS} ms, deadtime ${DEADTIME_MS} ms, seed ${given.seed}`);
  console.log(`${availableParallelism()} processors; pressure before: ${pressure()}`);
  const results: Result[] = [];
  for (const name of given.names.filter((one) => given.runsOf(one) > 0)) {
    const contestant = await openContestant(name, given.tree);
    try {
      results.push(...(await measure(contestant, given)));
    } finally {
      await contestant.close();
    }
  }
  console.log(`pressure after: ${pressure()}\n`);
  const order = (result: Result): number => WAYS.indexOf(result.way);
  for (const row of table([...results].sort((a, b) => order(a) - order(b)))) console.log(row);
  console.log('columns with > are medians from there to the first answer\n');
  const verdicts = judge(results, given.reduced ? BUSY_FACTOR : undefined);
  for (const { text } of verdicts) console.log(text);
  return verdicts.every(({ reached }) => reached) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
