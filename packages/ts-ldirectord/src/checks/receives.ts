/** Looks for a `receive` pattern in what a server has sent, without ever holding up the others. */
import type { Effort } from '../config/match-effort.js';
import type { ReceivePattern } from '../config/receive.js';
import { type Outcome, PatternLane } from './patternlane.js';
import { messageOf } from './probe.js';

/** Steps of a search that are made at once: a few milliseconds at the very worst (measured). */
const STEPS_MAX = 2_000_000;
/** What is not such a search goes to a thread, where it may keep others waiting for this long. */
const QUICK_MS = 100;
/** A pattern that took longer waits for its like from then on, each of them this long. */
const SLOW_MS = 1000;
/** So many quick searches make up for a slow one. */
const REHABILITATION = 10;
/** More slow searches than this are not remembered. */
const SLOWNESS_MAX = 100 * REHABILITATION;
/** The share of the time left that a search may take, so that its result comes in time. */
const SHARE = 0.9;

export interface Sought {
  readonly found: boolean;
  /** Why it could not be told; then it counts as not found. */
  readonly trouble?: string;
}

const quickLane = new PatternLane(QUICK_MS);
const slowLane = new PatternLane(SLOW_MS);
/** Patterns that were slow, with the quick searches that they owe. */
const slowOnes = new WeakMap<ReceivePattern, number>();

/**
 * Whether the pattern is found in the text, which is decoded as latin1; always, when there is no
 * pattern. Never rejects.
 *
 * @param limitMs what is left of the check's time
 */
export async function receives(
  receive: ReceivePattern | undefined,
  text: string,
  limitMs?: number,
): Promise<boolean> {
  return (await lookFor(receive, text, limitMs)).found;
}

/** As `receives`, with the reason where the search was not finished. */
export async function lookFor(
  receive: ReceivePattern | undefined,
  text: string,
  limitMs: number = SLOW_MS,
): Promise<Sought> {
  if (receive === undefined) return { found: true };
  const { regexp, effort } = receive;
  try {
    if (isShort(effort, text)) return { found: regexp.test(text) };
    if (effort?.needs.every((run) => run.test(text)) === false) return { found: false };
    if (beginsRarely(effort, text)) return { found: regexp.test(text) };
  } catch (error) {
    return { found: false, trouble: messageOf(error) };
  }
  const outcome = await lookElsewhere(receive, text, Math.max(0, limitMs * SHARE));
  if (outcome === 'slow' || outcome === 'late') {
    const trouble = `the search for receive pattern ${receive.source} took too long`;
    return { found: false, trouble };
  }
  if ('found' in outcome) return outcome;
  return { found: false, trouble: `receive pattern ${receive.source}: ${outcome.trouble}` };
}

async function lookElsewhere(
  receive: ReceivePattern,
  text: string,
  limitMs: number,
): Promise<Outcome> {
  const { source } = receive.regexp;
  const begun = performance.now();
  if (!slowOnes.has(receive)) {
    const outcome = await quickLane.search({ pattern: source, text, limitMs, rank: 0 });
    if (outcome !== 'slow') return outcome;
    tellSlowness(receive, outcome, QUICK_MS);
  }
  const again = performance.now();
  const leftMs = Math.max(0, limitMs - (again - begun));
  const rank = slowOnes.get(receive) ?? 0;
  const outcome = await slowLane.search({ pattern: source, text, limitMs: leftMs, rank });
  tellSlowness(receive, outcome, performance.now() - again);
  return outcome;
}

/** One that waited in vain has not been slow. */
function tellSlowness(receive: ReceivePattern, outcome: Outcome, ms: number): void {
  if (outcome === 'late') return;
  const owed = slowOnes.get(receive) ?? 0;
  if (outcome === 'slow') slowOnes.set(receive, Math.min(owed + REHABILITATION, SLOWNESS_MAX));
  else if (ms > QUICK_MS || owed > 1) slowOnes.set(receive, Math.max(1, owed - 1));
  else slowOnes.delete(receive);
}

/** The steps from one place in the text, at worst. */
function stepsFrom({ factor, degree }: Effort, text: string): number {
  return factor * Math.max(1, text.length) ** degree;
}

/** Whether a search is over soon, whatever stands in the text. */
export function isShort(effort: Effort | undefined, text: string): boolean {
  if (effort === undefined) return true;
  // At the end of the text as well.
  const beginnings = effort.begins === 'start' ? 1 : text.length + 1;
  return stepsFrom(effort, text) * beginnings <= STEPS_MAX;
}

/** Whether a search is over soon because there are few places in the text where it can begin. */
function beginsRarely(effort: Effort | undefined, text: string): boolean {
  if (effort?.opening === undefined) return false;
  const steps = stepsFrom(effort, text);
  return steps <= STEPS_MAX && !comesOftener(effort.opening, text, STEPS_MAX / steps);
}

function comesOftener(opening: RegExp, text: string, limit: number): boolean {
  opening.lastIndex = 0;
  for (let count = 0; count <= limit; count++) {
    const found = opening.exec(text);
    if (found === null) return false;
    opening.lastIndex = found.index + 1;
  }
  return true;
}
