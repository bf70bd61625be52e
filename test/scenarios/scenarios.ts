/**
 * Plays the recordings on pairs of every kind and compares the calls and the monitored lines.
 * Prints a table; exit 0 only if nothing differs but what docs/differences.md explains.
 */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NotPrepared } from '../lab/notprepared.js';
import type { Pair } from '../lab/pair.js';
import { stack } from '../lab/stack.js';
import { PAIRS, type PairName } from './deliberate.js';
import { addGenuineLog } from './genuinelogs.js';
import { recordingNames } from './recording.js';
import { type Performance, runPlay, type Stacks } from './runplay.js';
import { row, table } from './table.js';
import type { Verdict } from './verdict.js';

/** Plays mostly wait: several on each processor. */
const JOBS = 6;

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
  const waiting = [...parts];
  const work = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const { verdict } = await run(part);
      verdicts.push(verdict);
      console.log(`[${verdicts.length}/${parts.length}] ${row(verdict)}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
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
  const stacks: Stacks = { C: stack('genuine'), TS: stack('ours', chosen.tree) };
  const open = new Set<Pair>();
  const end = async (): Promise<void> => {
    await Promise.all([...open].map((lab) => lab.close()));
    for (const programs of Object.values(stacks)) programs.dispose();
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void end().finally(() => process.exit(code)));
  }
  let logs: Promise<string> | undefined;
  const keep = (): Promise<string> => {
    logs ??= mkdtemp(join(tmpdir(), 'ts-heartbeat-scenarios-'));
    return logs;
  };
  try {
    const began = performance.now();
    const verdicts = await playAll(parts, chosen.jobs, async ({ name, pair }) => {
      const played = await runPlay(name, pair, stacks, open, keep);
      const sound = pair === 'C/C' && played.verdict.differs.length === 0;
      if (chosen.record && sound) await addGenuineLog(name, played.lines);
      return played;
    });
    console.log(table(verdicts, (performance.now() - began) / 1000));
    if (logs !== undefined) console.log(`logs of what differs: ${await logs}`);
    return verdicts.some(({ differs }) => differs.length > 0) ? 1 : 0;
  } finally {
    await end();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof NotPrepared ? error.message : error);
    process.exit(1);
  },
);
