/** What a replayed vector is judged by. */
import assert from 'node:assert/strict';
import { withoutNoise } from './normalize.js';
import { OURS, type Wanted } from './ours.js';
import type { Phase, Vector } from './vector.js';

const PLAIN = { rc: 0, stdout: '', stderr: '' };

/** How things must stand after each phase: as recorded, and as ours wants it after a genuine bug. */
export function wantedPhases(vector: Vector, genuine: boolean): readonly Wanted[] {
  const { name, events, expected, genuine_bug: bug } = vector;
  const end = expected.phases.findIndex(({ phase }) => phase === bug?.from_phase);
  const followed = end < 0 ? expected.phases : expected.phases.slice(0, end);
  if (genuine) return followed;
  const own = (OURS[name] ?? []).map((wanted) => {
    const event = events.find((one) => one.name === wanted.phase);
    return event?.run && !wanted.command ? { ...wanted, command: PLAIN } : wanted;
  });
  assert.equal(followed.length + own.length, events.length, `${name}: a phase without a verdict`);
  return [...followed, ...own];
}

/** What of a phase is compared. */
export function verdict({ table_save, thresholds, command }: Partial<Phase>): unknown {
  const said = command && {
    rc: command.rc,
    stdout: command.stdout,
    stderr: withoutNoise(command.stderr),
  };
  return { table_save, thresholds, command: said };
}
