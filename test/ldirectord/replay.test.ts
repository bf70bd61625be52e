/** Recorded runs of the genuine ldirectord, played again: the same table after every phase. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { playVector } from './box.js';
import { withoutNoise } from './normalize.js';
import { LATER, OURS, type Wanted } from './ours.js';
import { underTest } from './program.js';
import { type Phase, type Vector, vectors } from './vector.js';

const { program, genuine, dispose } = underTest();
after(dispose);

/** They mostly wait; more at a time would starve each other on two processors. */
const AT_A_TIME = 4;
const PLAIN = { rc: 0, stdout: '', stderr: '' };

/** How things must stand after each phase: as recorded, and as ours wants it after a genuine bug. */
function wantedPhases({ name, events, expected, genuine_bug: bug }: Vector): readonly Wanted[] {
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

function verdict({ table_save, thresholds, command }: Partial<Phase>): unknown {
  const said = command && {
    rc: command.rc,
    stdout: command.stdout,
    stderr: withoutNoise(command.stderr),
  };
  return { table_save, thresholds, command: said };
}

describe('replay', { concurrency: AT_A_TIME }, () => {
  for (const vector of vectors()) {
    if (LATER.has(vector.name)) continue;
    test(`${vector.name}: ${vector.title}`, async () => {
      const wanted = wantedPhases(vector);
      const tables = wanted.map(({ table_save }) => table_save);
      const found = await playVector(program, vector, tables);
      for (const [index, phase] of wanted.entries()) {
        assert.deepEqual(verdict(found[index] ?? {}), verdict(phase), `after ${phase.phase}`);
      }
    });
  }
});
