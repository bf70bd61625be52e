/**
 * Cuts all media between two nodes of ours and joins them again, over and over: after each heal
 * every group is held by one node within two seconds, and by at least one all the time. Prints a
 * table; exit 0 only if it was always so.
 */

import { Programs } from '../cluster/kinds.js';
import { printTable, seconds } from '../cluster/table.js';
import { DIRECTORS } from '../lab/lab.js';
import { abreast, longRun } from '../lab/longrun.js';
import { Failures } from './failures.js';
import { stormOptions } from './options.js';
import { Random } from './random.js';
import { stalledMs } from './stall.js';
import { pause, Storm } from './storm.js';
import { GROUPS, type StormWishes } from './stormfiles.js';

const SPLITS = 50;
const SPLITS_REDUCED = 5;
const JOBS = 2;
const LIMIT_MS = 30 * 60_000;
const START_LIMIT_MS = 90_000;
const REST_LIMIT_MS = 60_000;

const DEADTIME_MS = 2000;
/** Within this time after a heal each group has one holder. */
const ONE_HOLDER_MS = 2000;
/** A split shorter than the deadtime is none; the longest takes three deadtimes. */
const CUT_MS: readonly [number, number] = [DEADTIME_MS / 2, 3 * DEADTIME_MS];
/** The few of the reduced form are splits for sure: both nodes have taken over. */
const CUT_REDUCED_MS: readonly [number, number] = [2 * DEADTIME_MS, 3 * DEADTIME_MS];

/** Scripts take no time of their own: it is not theirs that is judged. */
function wishes(place: number): StormWishes {
  return {
    deadtimeMs: DEADTIME_MS,
    keepaliveMs: 200,
    media: ['bcast eth0', 'serial /dev/ttyS0'],
    autoFailback: place % 2 === 0 ? 'on' : 'off',
    naps: { start: 0.1, stop: 0.1 },
  };
}

interface Split {
  readonly name: string;
  /** Who held what before: the node for each group. */
  readonly before: string;
  readonly after: string;
  readonly cutMs: number;
  /** From the heal to the last moment in which a group was held twice. */
  readonly twiceMs: number;
  /** The longest time after the heal in which nobody held a group. */
  readonly noneMs: number;
  readonly failed?: string;
}

function holders(storm: Storm): string {
  return GROUPS.map((group) => storm.holder(group) ?? '-').join(' ');
}

/** Every other time something else than home: so that longer standing, not home, decides. */
async function arrange(storm: Storm, random: Random): Promise<void> {
  const node = random.pick(DIRECTORS);
  const word = random.pick(['all', 'local', 'foreign', '', '']);
  if (word === '') return;
  await storm.run(node, '/usr/share/heartbeat/hb_standby', word);
  await storm.rest(REST_LIMIT_MS);
}

async function playSplit(storm: Storm, random: Random, name: string): Promise<Split> {
  const cutMs = random.between(...(options.reduced ? CUT_REDUCED_MS : CUT_MS));
  const node = random.pick(DIRECTORS);
  await arrange(storm, random);
  const before = holders(storm);
  await storm.split(node);
  await pause(cutMs);
  const stalledBefore = stalledMs();
  await storm.heal(node);
  const healed = Date.now();
  let failed: string | undefined;
  await storm.rest(REST_LIMIT_MS).catch((error: Error) => {
    failed = error.message;
  });
  const to = Date.now();
  const limit = ONE_HOLDER_MS + stalledMs() - stalledBefore;
  const { noneMs, overlaps } = storm.judge(healed, to);
  const twiceMs = storm.lastTwice(to) - healed;
  if (overlaps > 0) failed ??= `${overlaps} scripts ran beside another one of their group`;
  if (noneMs > 0) failed ??= `held by nobody for ${noneMs.toFixed(0)} ms`;
  if (twiceMs > limit) failed ??= `held twice ${twiceMs.toFixed(0)} ms after the heal`;
  const split = { name, before, after: holders(storm), cutMs, twiceMs: Math.max(0, twiceMs) };
  return failed === undefined ? { ...split, noneMs } : { ...split, noneMs, failed };
}

async function playShare(
  programs: Programs,
  random: Random,
  place: number,
  count: number,
  done: (split: Split) => void,
  failures: Failures,
): Promise<void> {
  const storm = await Storm.open(await programs.open(['TS', 'TS']), wishes(place));
  await storm.startBoth();
  await storm.rest(START_LIMIT_MS);
  for (let turn = 1; turn <= count; turn++) {
    const [doings, seen] = [storm.doings.mark, storm.cluster.feed.mark];
    const split = await playSplit(storm, random, `${place}.${turn}`);
    if (split.failed === undefined) {
      done(split);
      continue;
    }
    const kept = failures.keep(split.name, `${split.failed}\n${storm.timeline(doings, seen)}`);
    done({ ...split, failed: `${split.failed}; ${kept}` });
    await storm.rest(REST_LIMIT_MS);
  }
  await storm.close();
}

const HEADS = ['split', 'before', 'after', 'cut for', 'held twice until', 'unheld', 'verdict'];

function row(split: Split): readonly string[] {
  const { name, before, after, cutMs, twiceMs, noneMs, failed } = split;
  const times = [cutMs, twiceMs, noneMs].map(seconds);
  return [name, before, after, ...times, failed === undefined ? 'right' : `WRONG: ${failed}`];
}

const options = stormOptions('splits', 'splits');
const splits = options.count ?? (options.reduced ? SPLITS_REDUCED : SPLITS);
const jobs = Math.min(splits, options.jobs ?? JOBS);

await longRun(
  LIMIT_MS,
  () => new Programs(),
  async (programs) => {
    console.log(`${splits} splits, ${jobs} pairs: --seed ${options.seed} --jobs ${jobs}`);
    const seen: Split[] = [];
    const failures = new Failures('splits');
    const places = Array.from({ length: jobs }, (_, place) => place);
    await abreast(places, jobs, async (place) => {
      const count = Math.floor((splits + jobs - 1 - place) / jobs);
      const take = (split: Split): void => {
        seen.push(split);
        console.log(`[${seen.length}/${splits}] ${row(split).join('  ')}`);
      };
      await playShare(programs, new Random(options.seed + place), place, count, take, failures);
    });
    printTable('splits', HEADS, seen.map(row));
    const wrong = seen.filter(({ failed }) => failed !== undefined).length;
    const worst = Math.max(...seen.map(({ twiceMs }) => twiceMs));
    console.log(
      `${seen.length - wrong} of ${splits} right; held once at the latest ${seconds(worst)}`,
    );
    return wrong === 0 && seen.length === splits;
  },
);
