/** The bench's table and its verdicts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Death, Rest } from './job.js';
import { FULL } from './plan.js';
import { deathRows, growthRow, lines, memoryRows, processorRow, speedRow } from './report.js';

const CASE = { reals: 10, others: 1, ours: 1, genuine: 1 };
const REST: Rest = {
  cpuPercent: 5,
  checksPerSecond: 100,
  processes: 1,
  pssMb: 50,
  pssMostMb: 55,
  anonymousMb: 14,
};

function death(noticedMs: number, backMs: number): Death {
  const [diedAt, returnedAt] = [1000, 9000];
  const [noticedAt, backAt] = [diedAt + noticedMs, returnedAt + backMs];
  return { fault: 'refused', diedAt, noticedAt, returnedAt, backAt };
}

function met(ours: readonly Death[], stalled = () => 0): readonly (boolean | undefined)[] {
  const rows = deathRows(CASE, { ours, genuine: [] }, stalled, 200);
  return rows.slice(0, 2).map((row) => row.met);
}

test('the worst death and the worst return decide', () => {
  assert.deepEqual(met([death(1199, 100), death(10, 1200)]), [true, true]);
  assert.deepEqual(met([death(10, 10), death(1300, 1201)]), [false, false]);
});

test('what the machine stood still is taken off', () => {
  assert.deepEqual(
    met([death(1300, 1301)], () => 101),
    [true, true],
  );
});

test('what was never seen, or never tried, misses the goal', () => {
  assert.deepEqual(met([{ fault: 'refused', diedAt: 0, returnedAt: 1 }]), [false, false]);
  assert.deepEqual(met([]), [false, false]);
});

test('a row shows both programs', () => {
  const [row] = deathRows(CASE, { ours: [death(500, 1)], genuine: [death(2500, 1)] }, () => 0, 200);
  assert.deepEqual(row, {
    what: '10 reals, 1 others dead      refused: weight 0',
    genuine: '2.50 2.50 2.50',
    ours: '0.50 0.50 0.50',
    goal: '1.2 s',
    met: true,
  });
});

test('the processor time of ours must be less than the genuine', () => {
  assert.equal(processorRow(REST, { ...REST, cpuPercent: 5.1 }).met, true);
  assert.equal(processorRow(REST, REST).met, false);
});

test('checks a second are judged by processor time; the genuine rate follows from its rest', () => {
  const row = speedRow('http', { byClock: 1, byProcessorTime: 5000, ofServer: 9 }, REST, 5000);
  assert.equal(row.met, true);
  assert.equal(row.genuine, '2000');
});

test('memory is judged with a thousand servers', () => {
  const small = { ours: REST, genuine: REST };
  const verdicts = memoryRows(small, { ...REST, pssMb: 60.1 }, 60).map((row) => row.met);
  assert.deepEqual(verdicts, [undefined, false, undefined]);
});

test('memory that only breathes has not grown', () => {
  const notes = (sizes: readonly number[]) => sizes.map((pssMb) => ({ checks: 1, pssMb }));
  assert.equal(growthRow(notes([50, 53, 52, 60, 55, 53, 51]), FULL).met, true);
  assert.equal(growthRow(notes([50, 51, 52, 53, 54, 55, 56]), FULL).met, false);
  assert.equal(growthRow([], FULL).met, false);
});

test('the table has a verdict where there is a goal', () => {
  const rows = [
    { what: 'a', genuine: '1', ours: '2', goal: '-' },
    { what: 'b', genuine: '1', ours: '2', goal: '3', met: false },
  ];
  assert.deepEqual(lines(rows), [
    '   genuine  ours  goal',
    'a  1        2     -',
    'b  1        2     3     MISSED',
  ]);
});
