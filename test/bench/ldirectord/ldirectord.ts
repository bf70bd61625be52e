/**
 * `npm run bench:ldirectord`: how soon a dead server is out of the table and a living one back, and
 * what the checks cost, for the genuine ldirectord and ours, side by side.
 */
import { copyFileSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stack } from '../../lab/stack.js';
import { temporaryDirectory } from '../../lab/temporary.js';
import { speedInBox, watchInBox } from './inbox.js';
import type { Rest, Watched, WatchJob } from './job.js';
import {
  CONNECT_PER_SECOND,
  type DeathCase,
  FULL,
  HTTP_PER_SECOND,
  type Plan,
  REDUCED,
} from './plan.js';
import {
  deathRows,
  growthRow,
  lines,
  memoryRows,
  processorRow,
  type Row,
  speedRow,
} from './report.js';
import { Stalls } from './stalls.js';

const USAGE = `usage: npm run bench:ldirectord -- [options]
  --reduced        a few deaths, 50,000 checks, goals widened for a busy machine
  --only NAME,...  of deaths,costs
  --checks N       over so many checks memory may not grow (default 1,000,000; reduced 50,000)
  --seed N         draws who dies when; default: the time
  --tree DIR       our programs as staged in DIR; default: staged anew`;

const PARTS = ['deaths', 'costs'] as const;

interface Contest {
  readonly plan: Plan;
  readonly ours: string;
  readonly genuine: string;
  readonly nodeFolder: string;
  readonly seed: number;
  readonly stalls: Stalls;
}

/** How busy the machine is with other things, in the kernel's words. */
function pressure(): string {
  const load = readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ');
  try {
    const some = readFileSync('/proc/pressure/cpu', 'latin1').split('\n')[0] ?? '';
    return `load ${load}; cpu ${some}`;
  } catch {
    return `load ${load}`;
  }
}

function watchJob(contest: Contest, program: 'ours' | 'genuine', reals: number): WatchJob {
  return {
    kind: 'watch',
    program: contest[program],
    nodeFolder: contest.nodeFolder,
    reals,
    others: 0,
    deaths: { refused: 0, blackholed: 0 },
    seed: contest.seed,
  };
}

async function deathsOf(contest: Contest, one: DeathCase): Promise<readonly Row[]> {
  const watched = async (program: 'ours' | 'genuine'): Promise<Watched['deaths']> => {
    const count = one[program];
    if (count === 0) return [];
    const deaths = { refused: count, blackholed: count };
    const job = { ...watchJob(contest, program, one.reals), others: one.others, deaths };
    return (await watchInBox(job)).deaths;
  };
  const [ours, genuine] = await Promise.all([watched('ours'), watched('genuine')]);
  const { stalls, plan } = contest;
  const stalled = (from: number, to: number): number => stalls.between(from, to);
  return deathRows(one, { ours, genuine }, stalled, plan.slackMs);
}

async function deaths(contest: Contest): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const cases of contest.plan.deaths) {
    rows.push(...(await Promise.all(cases.map((one) => deathsOf(contest, one)))).flat());
  }
  return rows;
}

function restOf(watched: Watched): Rest {
  if (watched.rest === undefined) throw new Error('nothing was measured at rest');
  return watched.rest;
}

/** The options that our launcher starts Node.js with. */
function nodeOptions(launcher: string): readonly string[] {
  const start = /^ *exec "\$node".*$/m.exec(readFileSync(launcher, 'utf8'))?.[0] ?? '';
  return start.match(/--[a-z][a-z-]+(?:=\d+)?/g) ?? [];
}

async function costs(contest: Contest): Promise<readonly Row[]> {
  const { plan } = contest;
  const { restSeconds, checks } = plan;
  const speed = { count: plan.speed.count, rounds: plan.speed.rounds };
  const options = nodeOptions(contest.ours);
  const http = await speedInBox({ kind: 'speed', check: 'http', ...speed, nodeOptions: options });
  const connect = await speedInBox({
    ...{ kind: 'speed', check: 'connect', ...speed, nodeOptions: options },
  });
  const [ours, genuine] = await Promise.all(
    (['ours', 'genuine'] as const).map(async (program) =>
      restOf(await watchInBox({ ...watchJob(contest, program, 100), restSeconds })),
    ),
  );
  if (ours === undefined || genuine === undefined) throw new Error('nothing was measured');
  const large = await watchInBox({ ...watchJob(contest, 'ours', 1000), restSeconds, checks });
  const notes = large.growth ?? [];
  for (const note of notes) {
    console.log(`  after ${note.checks} checks: PSS ${note.pssMb.toFixed(1)} MiB`);
  }
  return [
    speedRow('http', http, genuine, HTTP_PER_SECOND * plan.speed.share),
    speedRow('connect', connect, undefined, CONNECT_PER_SECOND * plan.speed.share),
    processorRow(ours, genuine),
    ...memoryRows({ ours, genuine }, restOf(large), plan.memoryMb),
    growthRow(notes, plan),
  ];
}

async function bench(plan: Plan, parts: readonly string[], seed: number, tree?: string) {
  const [ours, genuine] = [stack('ours', tree), stack('genuine')];
  const nodeFolder = temporaryDirectory('node');
  const stalls = await Stalls.begin();
  try {
    // What the pages of one file cost is divided among all that have it mapped; elsewhere on this
    // machine other programs run on the same file.
    copyFileSync(realpathSync(process.execPath), join(nodeFolder, 'node'));
    const contest: Contest = {
      ...{ plan, nodeFolder, seed, stalls },
      ours: join(ours.layers[0] ?? '', 'usr/sbin/ldirectord'),
      genuine: '/usr/sbin/ldirectord',
    };
    const rows = parts.includes('deaths') ? await deaths(contest) : [];
    return [...rows, ...(parts.includes('costs') ? await costs(contest) : [])];
  } finally {
    console.log(stalls.summary());
    stalls.end();
    rmSync(nodeFolder, { recursive: true, force: true });
    ours.dispose();
    genuine.dispose();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      reduced: { type: 'boolean', default: false },
      only: { type: 'string', default: PARTS.join(',') },
      checks: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      tree: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const base = values.reduced ? REDUCED : FULL;
  const plan = { ...base, checks: Number(values.checks ?? base.checks) };
  const parts = values.only.split(',');
  const seed = Number(values.seed);
  const known = parts.every((part) => PARTS.some((name) => name === part));
  if (values.help || !known || !(plan.checks > 0) || !Number.isSafeInteger(seed)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  console.log(`seed ${seed}; ${availableParallelism()} processors; before: ${pressure()}`);
  const rows = await bench(plan, parts, seed, values.tree);
  console.log(`after: ${pressure()}\n`);
  console.log('times in seconds: least, median, most');
  for (const line of lines(rows)) console.log(line);
  return rows.every(({ met }) => met !== false) ? 0 : 1;
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
