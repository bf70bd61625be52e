/**
 * The options of a run, drawn from the seed: in the swarm each kind of fault is there or not, often
 * or seldom, so that one run is all reloads and the next all hung servers. Times in milliseconds;
 * a mean of 0 means never.
 */
import type { Random } from '../random.js';
import { drawFile } from './drawplan.js';
import type { Mood } from './kernel.js';
import type { FilePlan } from './plan.js';
import type { Health } from './servers.js';

export interface Options {
  readonly set: string;
  readonly file: FilePlan;
  readonly stormMs: number;
  /** How long nothing may change at the end. */
  readonly quietMs: number;
  /** Parts per million. */
  readonly drift: number;
  readonly latenessMs: number;
  /** From one change of a server's health to the next; what it may become beside well. */
  readonly healthMs: number;
  readonly healths: readonly [Health, ...Health[]];
  /** Some servers change every few seconds. */
  readonly flaps: boolean;
  readonly moodMs: number;
  readonly moods: readonly [Mood, ...Mood[]];
  readonly handMs: number;
  readonly holdMs: number;
  readonly reloadMs: number;
  readonly restartMs: number;
  readonly killMs: number;
  readonly stallMs: number;
  readonly stallLengthMs: number;
  /** The table holds something of the virtuals at the first start. */
  readonly leftovers: boolean;
}

const GROUPS = ['servers', 'kernel', 'hands', 'operator', 'loop'] as const;
type FaultGroup = (typeof GROUPS)[number];

/** Which groups of faults a set has; the swarm draws them. */
const SETS: ReadonlyMap<string, readonly FaultGroup[]> = new Map([
  ['calm', []],
  ['servers', ['servers']],
  ['kernel', ['servers', 'kernel']],
  ['hands', ['servers', 'hands']],
  ['operator', ['servers', 'operator']],
  ['loop', ['servers', 'loop']],
]);

export const SET_NAMES: readonly string[] = ['swarm', ...SETS.keys()];

const MINUTE = 60_000;

/** Throws for a set that there is not. */
export function drawOptions(random: Random, set: string): Options {
  const named = SETS.get(set);
  if (named === undefined && set !== 'swarm') {
    throw new Error(`no set ${set}: ${SET_NAMES.join(', ')}`);
  }
  const has = (group: FaultGroup) =>
    named?.includes(group) ?? random.chance(group === 'servers' ? 0.95 : 0.4);
  const often = (isThere: boolean, least: number, most: number) =>
    isThere && random.chance(0.75) ? random.spread(least, most) : 0;
  const isSlow = has('loop');
  const isOperated = has('operator');
  return {
    set,
    file: drawFile(random.split('file')),
    stormMs: random.spread(3 * MINUTE, 20 * MINUTE),
    quietMs: random.chance(0.1) ? 60 * MINUTE : 5 * MINUTE,
    drift: isSlow ? random.whole(-500, 500) : 0,
    latenessMs: isSlow ? random.pick([0, 0, 20, 300]) : 0,
    healthMs: has('servers') ? random.spread(20_000, 10 * MINUTE) : 0,
    healths: drawHealths(random),
    flaps: random.chance(0.2),
    moodMs: has('kernel') ? random.spread(MINUTE, 10 * MINUTE) : 0,
    moods: drawMoods(random),
    handMs: has('hands') ? random.spread(20_000, 5 * MINUTE) : 0,
    holdMs: often(isOperated, 30_000, 5 * MINUTE),
    reloadMs: often(isOperated, 5000, 5 * MINUTE),
    restartMs: often(isOperated, MINUTE, 10 * MINUTE),
    killMs: often(isOperated, MINUTE, 10 * MINUTE),
    stallMs: often(isSlow, 30_000, 5 * MINUTE),
    stallLengthMs: random.spread(500, 30_000),
    leftovers: random.chance(0.3),
  };
}

/** The same in a fraction of the time: all comes more often, and less of it. */
export function brief(options: Options): Options {
  const sooner = (ms: number) => Math.ceil(ms / 6);
  return {
    ...options,
    stormMs: sooner(options.stormMs),
    quietMs: MINUTE,
    healthMs: sooner(options.healthMs),
    moodMs: sooner(options.moodMs),
    handMs: sooner(options.handMs),
    holdMs: sooner(options.holdMs),
    reloadMs: sooner(options.reloadMs),
    restartMs: sooner(options.restartMs),
    killMs: sooner(options.killMs),
    stallMs: sooner(options.stallMs),
  };
}

function drawHealths(random: Random): readonly [Health, ...Health[]] {
  const all: readonly Health[] = ['slow', 'wrong', 'half', 'never', 'refuse'];
  const some = all.filter(() => random.chance(0.5));
  return ['refuse', ...some];
}

function drawMoods(random: Random): readonly [Mood, ...Mood[]] {
  const all: readonly Mood[] = ['refusing', 'unreadable', 'hanging'];
  return ['slow', ...all.filter(() => random.chance(0.6))];
}
