/**
 * One run of the director in a simulated world: a storm of faults, and then a calm in which all
 * must come right and stay so. Everything follows from the seed.
 */
import { Random } from '../random.js';
import type { Countable } from '../tally.js';
import { addForeign, addLeftovers } from './byhand.js';
import { textOf } from './cftext.js';
import { Storm } from './faults.js';
import { MailJudge } from './mailjudge.js';
import { drawOptions, type Options } from './options.js';
import { Scene } from './scene.js';
import type { Violation } from './violations.js';

/**
 * From the beginning of the calm until nothing may change any more: the longest call and check that
 * are under way, the patience with what was done by hand, and a stall that has just begun.
 */
const SETTLE_MS = 180_000;

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
}

/**
 * Runs a seed. The same seed and set give the same outcome, byte for byte, on every machine.
 *
 * @param set One of `SET_NAMES`.
 */
export function simulateDirector(seed: number, set = 'swarm', wishes: Wishes = {}): Outcome {
  const random = new Random(seed).split(set);
  const options = drawOptions(random.split('options'), set);
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

function calm(scene: Scene, storm: Storm, { quietMs }: Options): void {
  const { world } = scene;
  storm.end();
  scene.mails.quietFrom = world.now + SETTLE_MS + MailJudge.pauseMs(storm.file);
  world.runUntil(world.now + SETTLE_MS);
  scene.commands.quiet = true;
  scene.note('# quiet');
  world.runUntil(world.now + quietMs);
}

function textOfOptions({ file, ...rest }: Options): string {
  return `${JSON.stringify(rest)}\n${textOf(file)}`;
}
