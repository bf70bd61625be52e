/** What is printed of a run in which something did not hold: all that it takes to see why. */
import type { Outcome } from './simulate.js';
import { linesUntil, timeText } from './trace.js';

/** Lines of the trace before a violation that are printed. */
const LINES = 60;

export function reportOf({ seed, options, violations, trace }: Outcome, set: string): string {
  const [first] = violations;
  if (first === undefined) return `seed ${seed} of ${set}: all holds`;
  const found = violations.map(
    ({ at, invariant, title, facts }) =>
      `${timeText(Math.floor(at))} invariant ${invariant}: ${title}\n    ${facts.join('\n    ')}`,
  );
  const before = linesUntil(trace, first.at).slice(-LINES);
  return [`seed ${seed} of ${set}`, options, ...found, ...before].join('\n');
}
