/** A run from its seed alone to what came of it. */
import type { Onlooker } from './cluster/cluster.js';
import { EXCUSES } from './genuine/excuses.js';
import { settleBound } from './judge/bounds.js';
import { DecisionDigest } from './judge/digest.js';
import type { Violation } from './judge/excuse.js';
import { Judge } from './judge/judge.js';
import type { Observation, Sight, Stage } from './observation.js';
import { drawOptions, type Options, type Weather } from './options.js';
import { play, watchedOf } from './run.js';
import type { Trace } from './trace.js';

export interface Outcome {
  readonly seed: number;
  readonly set: Weather;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
  /** How many faults of each kind; those of media by what they are. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often a node's word about its resources changed, and scripts that were started. */
  readonly transitions: number;
  readonly scripts: number;
  readonly violations: readonly Violation[];
  /** By excuse: what genuine nodes did. */
  readonly excused: Readonly<Record<string, number>>;
}

const SIGHT: Sight = { sockets: true, clients: true, arp: true, sizes: true };
/** Every so-manyth seed is run once more without its steps of the wall clock (invariant 8). */
const CLOCK_EVERY = 8;

/** Draws the run of that seed, plays and judges it. */
export function simulate(seed: number, set: Weather): Outcome {
  return judge(drawOptions(seed, set));
}

/** Plays and judges a run. Its trace is taken, where one is wanted, up to the instant `until`. */
export function judge(options: Options, trace?: Trace, until = Infinity): Outcome {
  const watched = watchedOf(options);
  const watcher = new Judge(watched, SIGHT, EXCUSES);
  const count = new Count();
  const digest = new DecisionDigest();
  const compares = options.seed % CLOCK_EVERY === 0 && options.faults.some(isWallStep);
  const { events, time } = play(
    options,
    {
      see: (observation) => {
        if (observation.at <= until) trace?.see(observation);
        count.see(observation);
        if (compares) digest.see(observation);
        watcher.see(observation);
      },
      stage: (stage) => {
        if (stage.at <= until) trace?.stage(stage);
        watcher.stage(stage);
      },
    },
    settleBound(watched),
  );
  watcher.finish(time);
  const violations = [...watcher.violations];
  if (compares && digest.value !== withoutSteps(options)) violations.push(clockViolation(time));
  return {
    seed: options.seed,
    set: options.set,
    events,
    time,
    faults: faultsOf(options),
    transitions: count.transitions,
    scripts: count.scripts,
    violations,
    excused: Object.fromEntries([...watcher.excused].map(([name, all]) => [name, all.length])),
  };
}

function isWallStep({ kind }: Options['faults'][number]): boolean {
  return kind === 'wallStep';
}

/** The digest of what is decided when nobody touches the wall clocks. */
function withoutSteps(options: Options): string {
  const digest = new DecisionDigest();
  const steady = { ...options, faults: options.faults.filter((fault) => !isWallStep(fault)) };
  const onlooker: Onlooker = {
    see: (observation: Observation) => digest.see(observation),
    stage: (_: Stage) => {},
  };
  play(steady, onlooker, settleBound(watchedOf(options)));
  return digest.value;
}

function clockViolation(at: number): Violation {
  const facts = ['without the steps of the wall clocks the same seed decides otherwise'];
  return { at, invariant: 8, title: 'a step of the wall clock changed a decision', facts };
}

class Count {
  transitions = 0;
  scripts = 0;

  see(observation: Observation): void {
    if (observation.kind === 'says') this.transitions += 1;
    if (observation.kind !== 'script') return;
    if (observation.phase === 'begin' && observation.verb !== 'status') this.scripts += 1;
  }
}

function faultsOf({ faults, links, scripts }: Options): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const link of links) {
    for (const what of ['loss', 'duplicates', 'damage', 'delay'] as const) {
      if (link[what] > 0) counts[`${what} on a link`] = (counts[`${what} on a link`] ?? 0) + 1;
    }
  }
  for (const what of ['failing', 'hanging', 'lying'] as const) {
    if (scripts[what] > 0) counts[`${what} scripts`] = 1;
  }
  return counts;
}
