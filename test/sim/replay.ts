/** One seed once more, with what led to its failure. */
import { simulateDirector } from './director/simulate.js';
import { linesUntil } from './director/trace.js';
import type { Violation } from './judge/excuse.js';
import { drawOptions, type Options, type Weather } from './options.js';
import { type DirectorSet, directorsName } from './sets.js';
import { shrink } from './shrink.js';
import { judge } from './simulate.js';
import { Trace } from './trace.js';

/** Trace lines before a failure that are shown: minutes of it, as a rule. */
const SHOWN = 120;

/** Plays a seed of the cluster; returns the exit code. */
export function replay(seed: number, set: Weather, shrinks: boolean, whole: boolean): number {
  const options = drawOptions(seed, set);
  if (shrinks) return shrinkAndTell(options);
  return show(options, whole);
}

function show(options: Options, whole: boolean): number {
  console.log(JSON.stringify({ ...options, faults: options.faults.length }));
  const names = options.nodes.map(({ name }) => name);
  const trace = new Trace(names, whole ? (line) => console.log(line) : undefined);
  const until = whole ? undefined : firstViolation(options);
  const { violations, events, time } = judge(options, trace, until);
  if (!whole && until !== undefined) {
    for (const line of trace.last.slice(-SHOWN)) console.log(line);
  }
  console.log(`${events} events in ${time} ms of virtual time, trace ${trace.digest()}`);
  for (const violation of violations.slice(0, 5)) tell(violation);
  return violations.length > 0 ? 1 : 0;
}

function firstViolation(options: Options): number | undefined {
  return judge(options).violations[0]?.at;
}

/** Plays a seed of ldirectord's simulation. */
export function replayDirector(seed: number, set: DirectorSet, whole: boolean): number {
  const { violations, trace, options } = simulateDirector(seed, directorsName(set), {
    whole: true,
  });
  console.log(options);
  const [first] = violations;
  const until = first === undefined ? trace : linesUntil(trace, first.at);
  for (const line of whole ? trace : until.slice(-SHOWN)) console.log(line);
  for (const violation of violations.slice(0, 5)) tell(violation);
  return violations.length > 0 ? 1 : 0;
}

function tell({ at, invariant, title, facts }: Violation): void {
  console.log(`invariant ${invariant}: ${title}, at ${at} ms`);
  for (const fact of facts) console.log(`  ${fact}`);
}

function shrinkAndTell(options: Options): number {
  const [first] = judge(options).violations;
  if (first === undefined) {
    console.log('nothing is broken');
    return 0;
  }
  const fails = (smaller: Options): boolean =>
    judge(smaller).violations.some(({ invariant }) => invariant === first.invariant);
  const smallest = shrink(options, fails, ({ faults, storm }) => {
    console.log(`${faults.length} faults in ${storm} ms`);
  });
  for (const fault of smallest.faults) console.log(JSON.stringify(fault));
  return show(smallest, false) === 0 ? 0 : 1;
}
