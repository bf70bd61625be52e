/**
 * Plays the recordings on pairs of every kind and compares the calls and the monitored lines.
 * Prints a table; exit 0 only if nothing differs but what docs/differences.md explains.
 */

import { parseArgs } from 'node:util';
import { abreast, longRun, Stock } from '../lab/longrun.js';
import { stack } from '../lab/stack.js';
import { PAIRS, type PairName } from './deliberate.js';
import { addGenuineLog } from './genuinelogs.js';
import { recordingNames } from './recording.js';
import { type Performance, runPlay } from './runplay.js';
import { row, table } from './table.js';
import type { Verdict } from './verdict.js';

/** Plays mostly wait: several on each processor. */
const JOBS = 6;
/** All of them take a quarter of an hour. */
const LIMIT_MS = 45 * 60_000;

/** One of each mechanism with a genuine node, beside all recordings on two of ours. */
const REDUCED_MIXED: readonly string[] = [
  'crash-rejoin-auto_failback-on',
  'hb_standby-all',
  'failing-start-on-takeover',
  'ipfail-single-ping_group-auto_failback-on',
];

const USAGE = `usage: npm run test:scenarios -- [options]
  --reduced     all recordings on two nodes of ours, a few beside a genuine node
  --only REGEX  recordings whose name fits
  --pairs P,... kinds of pair instead of ${PAIRS.join(',')}; C/C shows what the genuine pair does
  --jobs N      plays at the same time (default ${JOBS})
  --times N     each play so often
  --tree DIR    our programs as staged in DIR; default: staged anew
  --record      add the lines of C/C plays to the recorded ones`;

interface Part {
  readonly name: string;
  readonly pair: PairName;
}

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
        pairs: { type: 'string', default: PAIRS.join(',') },
        jobs: { type: 'string', default: String(JOBS) },
        times: { type: 'string', default: '1' },
        tree: { type: 'string' },
        record: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, jobs: Number(values.jobs), times: Number(values.times) };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function pairNamed(text: string): PairName {
  const names: readonly PairName[] = [...PAIRS, 'C/C'];
  return names.find((name) => name === text) ?? fail(`no pair: ${text}`);
}

function partsOf({ reduced, only, pairs, times }: ReturnType<typeof options>): readonly Part[] {
  const wanted = new RegExp(only);
  const once = recordingNames()
    .filter((name) => wanted.test(name))
    .flatMap((name) => pairs.split(',').map((pair) => ({ name, pair: pairNamed(pair) })))
    .filter(({ name, pair }) => !reduced || pair === 'TS/TS' || REDUCED_MIXED.includes(name));
  return Array.from({ length: times }, () => once).flat();
}

/** Plays the parts, `jobs` at a time, in their order. */
async function playAll(
  parts: readonly Part[],
  jobs: number,
  run: (part: Part) => Promise<Performance>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  await abreast(parts, jobs, async (part) => {
    const { verdict } = await run(part);
    verdicts.push(verdict);
    console.log(`[${verdicts.length}/${parts.length}] ${row(verdict)}`);
  });
  return verdicts;
}

async function main(): Promise<number> {
  const chosen = options();
  if (chosen.help) {
    console.log(USAGE);
    return 0;
  }
  if (!(chosen.jobs >= 1) || !(chosen.times >= 1)) fail('--jobs and --times are numbers from 1');
  const parts = partsOf(chosen);
  if (parts.length === 0) fail('no such recording');
  const stock = (): Stock<'C' | 'TS'> =>
    new Stock('scenarios', { C: stack('genuine'), TS: stack('ours', chosen.tree) });
  return longRun(LIMIT_MS, stock, async (opened) => {
    const { stacks, open, keep } = opened;
    const began = performance.now();
    const verdicts = await playAll(parts, chosen.jobs, async ({ name, pair }) => {
      const played = await runPlay(name, pair, stacks, open, keep);
      const sound = pair === 'C/C' && played.verdict.differs.length === 0;
      if (chosen.record && sound) await addGenuineLog(name, played.lines);
      return played;
    });
    console.log(table(verdicts, (performance.now() - began) / 1000));
    if (opened.kept !== undefined) console.log(`logs of what differs: ${await opened.kept}`);
    return verdicts.every(({ differs }) => differs.length === 0);
  });
}

process.exitCode = await main();
