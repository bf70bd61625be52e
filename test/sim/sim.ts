/**
 * `npm run sim`: years of faults in simulated time.
 *
 *     npm run sim -- --minutes 1                  seeds from 1 on until one fails, for a minute
 *     npm run sim -- --minutes 5 --fresh          the same with seeds that nobody has played
 *     npm run sim -- --seeds 1-5000 --jobs 2      a range, resumable with --progress FILE
 *     npm run sim -- --seed 0x1f --set cable      one seed again, with its trace
 *     npm run sim -- --seed 0x1f --shrink         fewer faults, same failure
 *
 * `--set`: swarm, calm, cable, load, serial, scripts, clock; of ldirectord director (its swarm),
 * director-calm, -servers, -kernel, -hands, -operator, -loop; else a mixture.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Campaign } from './campaign/campaign.js';
import {
  type Progress,
  piecesLeft,
  readProgress,
  withRange,
  writeProgress,
} from './campaign/progress.js';
import { tallyLines } from './campaign/tally.js';
import { replay, replayDirector } from './replay.js';
import { isDirectors, SET_NAMES, type SetName, setNamed } from './sets.js';

const USAGE = `usage: sim [--minutes N [--fresh] | --seeds FROM-TO [--progress FILE]]
           [--set SET] [--jobs N]
       sim --seed SEED [--set SET] [--shrink | --trace]`;

const OPTIONS = {
  minutes: { type: 'string' },
  fresh: { type: 'boolean' },
  seeds: { type: 'string' },
  progress: { type: 'string' },
  seed: { type: 'string' },
  set: { type: 'string' },
  jobs: { type: 'string' },
  shrink: { type: 'boolean' },
  trace: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const given = read();

const MINUTE = 60_000;
const NANOSECONDS = 1_000_000n;

function fail(text: string): never {
  console.error(`${text}\n${USAGE}`);
  process.exit(2);
}

function read(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function setOf(word: string | undefined): SetName | undefined {
  const set = setNamed(word);
  if (word !== undefined && set === undefined) {
    fail(`no such set: ${word}; there are: ${SET_NAMES.join(' ')}`);
  }
  return set;
}

function numberOf(word: string, name: string): number {
  const value = Number(word);
  if (!Number.isSafeInteger(value) || value < 0) fail(`--${name}: a number is wanted, not ${word}`);
  return value;
}

async function main(): Promise<number> {
  if (given.help === true) {
    console.log(USAGE);
    return 0;
  }
  const set = setOf(given.set);
  const [shrinks, whole] = [given.shrink === true, given.trace === true];
  if (given.seed !== undefined) {
    const seed = numberOf(given.seed, 'seed');
    if (set === undefined || !isDirectors(set)) return replay(seed, set ?? 'swarm', shrinks, whole);
    if (shrinks) fail(`a run of the set ${set} is not made smaller`);
    return replayDirector(seed, set, whole);
  }
  const jobs = numberOf(given.jobs ?? '1', 'jobs');
  const campaign = new Campaign(Math.max(1, jobs), set);
  try {
    if (given.seeds === undefined) {
      return await forMinutes(campaign, numberOf(given.minutes ?? '1', 'minutes'));
    }
    return await forRange(campaign, given.seeds);
  } finally {
    await campaign.close();
  }
}

async function forMinutes(campaign: Campaign, minutes: number): Promise<number> {
  const began = process.hrtime.bigint();
  const until = began + BigInt(minutes * MINUTE) * NANOSECONDS;
  const first = given.fresh === true ? Number(began % 0xffff_ffffn) : 1;
  const goesOn = (_: number, failed: boolean): boolean =>
    !failed && process.hrtime.bigint() < until;
  const { tally, cpu, failed } = await campaign.run(first, goesOn);
  for (const line of tallyLines(tally, cpu)) console.log(line);
  return failed ? 1 : 0;
}

/** Goes through a range piece by piece; one in which a seed fails does not count as played. */
async function forRange(campaign: Campaign, range: string): Promise<number> {
  const [from, to] = range.split('-').map((word) => numberOf(word, 'seeds'));
  if (from === undefined || to === undefined) fail('--seeds FROM-TO is wanted');
  const set = given.set ?? 'mixture';
  const played = { set, commit: commit() };
  let progress: Progress = readProgress(given.progress);
  let broken = 0;
  for (const [first, last] of piecesLeft(progress, set, from, to)) {
    const { tally, cpu, failed } = await campaign.run(first, (seed) => seed <= last);
    if (failed) {
      broken += 1;
      continue;
    }
    progress = withRange(progress, { ...played, from: first, to: last }, cpu, tally);
    if (given.progress !== undefined) writeProgress(given.progress, progress);
  }
  for (const line of tallyLines(progress.tally, progress.cpu)) console.log(line);
  if (broken > 0) console.log(`left out, as a seed in them failed: ${broken} pieces`);
  return broken > 0 ? 1 : 0;
}

/** Which state of the product is played; empty where that cannot be told. */
function commit(): string {
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%h', '--', 'packages'], {
    encoding: 'utf8',
  });
  return stdout?.trim() ?? '';
}

process.exit(await main());
