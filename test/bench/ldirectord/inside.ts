/** The part of the bench that runs in the box: takes a job on standard input, prints the outcome. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { phases } from '../failover/phase.js';
import { median } from '../failover/report.js';
import {
  CHECK_INTERVAL_S,
  CHECK_TIMEOUT_S,
  type Cost,
  costOfDirector,
  startDirector,
} from './director.js';
import type { Death, Fault, Job, Memory, Rest, Watched, WatchJob } from './job.js';
import { Reals } from './reals.js';
import { PORT } from './realservers.js';
import { measureSpeed } from './speed.js';
import { TableServer } from './tableserver.js';

/** The genuine program needs ten seconds for its first look at a hundred servers. */
const UP_LIMIT_MS = 120_000;
/** What a death may take where nothing else is dead; each other death adds to it (genuine). */
const NOTICE_LIMIT_MS = 30_000;
const OTHER_LIMIT_MS = 8000;
const MEMORY_NOTES = 10;

interface World {
  readonly job: WatchJob;
  readonly table: TableServer;
  readonly reals: Reals;
  readonly addresses: readonly string[];
  readonly limitMs: number;
}

function addressesOf(count: number, second: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `10.${second}.${Math.floor(index / 200)}.${(index % 200) + 1}`,
  );
}

async function watch(job: WatchJob): Promise<Watched> {
  const addresses = addressesOf(job.reals, 1);
  const others = addressesOf(job.others, 2);
  const all = [...others, ...addresses];
  const table = await TableServer.open();
  const reals = await Reals.open(all);
  await startDirector(job.program, job.nodeFolder, all);
  const has = (up: boolean) => (address: string) => table.weight(`${address}:${PORT}`) > 0 === up;
  if ((await table.until(() => all.every(has(true)), UP_LIMIT_MS)) === undefined) {
    throw new Error(`${job.program}: not all servers came up`);
  }
  reals.bury(others);
  const limitMs = NOTICE_LIMIT_MS + job.others * OTHER_LIMIT_MS;
  if ((await table.until(() => others.every(has(false)), limitMs)) === undefined) {
    throw new Error(`${job.program}: the servers that died first are still there`);
  }
  const world = { job, table, reals, addresses, limitMs };
  const deaths = await die(world);
  const rest = job.restSeconds === undefined ? {} : { rest: await atRest(world, job.restSeconds) };
  const growth = job.checks === undefined ? {} : { growth: await grow(world, job.checks) };
  return { deaths, ...rest, ...growth };
}

/** One server after the other dies and returns, at drawn instants of the director's round. */
async function die({ job, table, reals, addresses, limitMs }: World): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  const faults: readonly Fault[] = ['refused', 'blackholed'];
  const draw = phases(job.seed, 2 * (job.deaths.refused + job.deaths.blackholed));
  const roundMs = 1000 * (CHECK_INTERVAL_S + 0.5 + CHECK_TIMEOUT_S * Math.min(job.others, 10));
  for (const fault of faults) {
    for (let count = 0; count < job.deaths[fault]; count += 1) {
      const [when = 0, which = 0] = draw.slice(2 * deaths.length);
      const address = addresses[Math.floor(which * addresses.length)] ?? '';
      const weight = (): number => table.weight(`${address}:${PORT}`);
      await sleep(roundMs * when);
      const diedAt = await reals.kill(address, fault);
      const noticedAt = await table.until(() => weight() === 0, limitMs);
      const returnedAt = await reals.revive(address, fault);
      const backAt = await table.until(() => weight() > 0, limitMs);
      deaths.push({
        ...{ fault, diedAt, returnedAt },
        ...(noticedAt === undefined ? {} : { noticedAt }),
        ...(backAt === undefined ? {} : { backAt }),
      });
    }
  }
  return deaths;
}

/** As long again it warms up before: code is compiled, the heap grows into its working size. */
async function atRest({ reals }: World, seconds: number): Promise<Rest> {
  await sleep(1000 * seconds);
  const [before, requests, begun] = [costOfDirector(), await reals.requests(), performance.now()];
  const looks: Cost[] = [];
  while (looks.length < seconds) {
    await sleep(1000);
    looks.push(costOfDirector());
  }
  const [now, later] = [costOfDirector(), await reals.requests()];
  const tookMs = performance.now() - begun;
  return {
    cpuPercent: (100 * (now.cpuMs - before.cpuMs)) / tookMs,
    checksPerSecond: (1000 * (later - requests)) / tookMs,
    processes: now.processes,
    pssMb: median(looks.map(({ pssMb }) => pssMb)) ?? Number.NaN,
    pssMostMb: Math.max(...looks.map(({ pssMb }) => pssMb)),
    anonymousMb: median(looks.map(({ anonymousMb }) => anonymousMb)) ?? Number.NaN,
  };
}

async function grow({ reals }: World, checks: number): Promise<readonly Memory[]> {
  const notes: Memory[] = [];
  const first = await reals.requests();
  let least = Number.POSITIVE_INFINITY;
  for (let note = 1; note <= MEMORY_NOTES; ) {
    await sleep(500);
    const made = (await reals.requests()) - first;
    least = Math.min(least, costOfDirector().pssMb);
    if (made < (note * checks) / MEMORY_NOTES) continue;
    notes.push({ checks: made, pssMb: least });
    least = Number.POSITIVE_INFINITY;
    note += 1;
  }
  return notes;
}

const job: Job = JSON.parse(readFileSync(0, 'utf8'));
const outcome = job.kind === 'watch' ? await watch(job) : await measureSpeed(job);
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
