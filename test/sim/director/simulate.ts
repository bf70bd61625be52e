/**
 * One run of the director in a simulated world: a storm of faults, and then a calm in which all
 * must come right and stay so. Everything follows from the seed.
 */

import type { Countable } from '../campaign/tally.js';
import { Random } from '../random.js';
import { addForeign, addLeftovers } from './byhand.js';
import { textOf } from './cftext.js';
import { Storm } from './faults.js';
import { MailJudge } from './mailjudge.js';
import { brief, drawOptions, type Options } from './options.js';
import { type FilePlan, timeoutOf } from './plan.js';
import { Scene } from './scene.js';
import type { Violation } from './violations.js';

/** Calls that hang one after the other, a stall that has just begun, and patience with hands. */
const SETTLE_MS = 70_000;

export interface Outcome extends Countable {
  readonly seed: number;
  /** The drawn options and the first configuration file. */
  readonly options: string;
  readonly violations: readonly Violation[];
  /** The last lines of the trace, or all of them. */
  readonly trace: readonly string[];
  /** Of the whole trace; equal for equal runs. */
  readonly digest: string;
}

export interface Wishes {
  /** Keep the whole trace. */
  readonly whole?: boolean;
  /** A short run with the same options. */
  readonly brief?: boolean;
}

/**
 * Runs a seed. The same seed and set give the same outcome, byte for byte, on every machine.
 *
 * @param set One of `SET_NAMES`.
 */
export function simulateDirector(seed: number, set = 'swarm', wishes: Wishes = {}): Outcome {
  const random = new Random(seed).split(set);
  const drawn = drawOptions(random.split('options'), set);
  const options = wishes.brief ? brief(drawn) : drawn;
  const scene = new Scene(random.split('scene'), options, wishes.whole ?? false);
  addForeign(scene.kernel);
  if (options.leftovers) addLeftovers(random.split('leftovers'), scene.kernel, options.file);
  const storm = new Storm(scene, options, random.split('storm'));
  storm.begin();
  scene.start(storm.file);
  scene.world.runUntil(options.stormMs);
  calm(scene, storm, options);
  return {
    seed,
    options: textOfOptions(options),
    events: scene.world.events,
    time: scene.world.now,
    faults: Object.fromEntries(scene.faults),
    transitions: scene.transitions,
    excused: {},
    violations: scene.violations.list,
    trace: scene.trace.lines,
    digest: scene.trace.digest(),
  };
}

/** From the beginning of the calm until nothing may change any more. */
function settleMs(file: FilePlan): number {
  const longest = Math.max(0, ...file.virtuals.map((virtual) => timeoutOf(file, virtual)));
  return SETTLE_MS + 4000 * Math.max(5, file.interval) + 2 * longest;
}

function calm(scene: Scene, storm: Storm, { quietMs }: Options): void {
  const { world } = scene;
  storm.end();
  const quietFrom = world.now + settleMs(storm.file);
  scene.mails.quietFrom = quietFrom + MailJudge.pauseMs(storm.file);
  world.runUntil(quietFrom);
  scene.commands.quiet = true;
  scene.note('# quiet');
  world.runUntil(world.now + quietMs);
}

function textOfOptions({ file, ...rest }: Options): string {
  return `${JSON.stringify(rest)}\n${textOf(file)}`;
}
