/** The arithmetic of the bench. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outage } from './contest.js';
import { phases } from './phase.js';
import { beyondDeadtime, judge, median, type Result, table } from './report.js';
import { sighting } from './sight.js';

function crash(outage: number, age: number, decided: number): Outage {
  return { outage, age, before: { decided, asked: undefined, script: undefined, address: 5 } };
}

test('the median is the middle, or between the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([]), undefined);
});

test('what the deadtime explains of an outage is taken off', () => {
  assert.equal(beyondDeadtime(crash(930, 100, 20)), 30);
  assert.equal(beyondDeadtime({ ...crash(930, 0, 20), age: undefined }), undefined);
});

test('goals are judged by the worst run, or widened by the median', () => {
  const runs = [crash(930, 100, 20), crash(940, 90, 35), crash(1000, 90, 90)];
  const results: Result[] = [{ name: 'ours', way: 'crash', runs }];
  assert.deepEqual(
    judge(results).map(({ reached }) => reached),
    [false, false],
  );
  assert.deepEqual(
    judge(results, 2).map(({ reached }) => reached),
    [true, true],
  );
  assert.match(judge(results)[0]?.text ?? '', /^MISSED {2}crash: .*: median 35, max 90 /);
  const blind = [{ ...crash(930, 100, 20), age: undefined }];
  assert.equal(judge([{ name: 'ours', way: 'crash', runs: blind }])[1]?.reached, false);
  assert.deepEqual(judge([{ name: 'genuine', way: 'crash', runs }]), []);
});

test('a row has the least, the median and the longest outage', () => {
  const [, row] = table([{ name: 'ours', way: 'crash', runs: [crash(930, 1, 20)] }]);
  assert.match(row ?? '', /^crash +ours +1 +930 +930 +930 +20 +- +- +5$/);
});

test('the same seed draws the same instants, all between two heartbeats', () => {
  assert.deepEqual(phases(7, 20), phases(7, 20));
  assert.notDeepEqual(phases(7, 20), phases(8, 20));
  assert.ok(phases(7, 200).every((phase) => phase >= 0 && phase < 1));
});

test('lines of the observer are understood, others passed over', () => {
  assert.deepEqual(sighting('gap 1.5 20.25 a b'), {
    kind: 'gap',
    since: 1.5,
    until: 20.25,
    from: 'a',
    to: 'b',
  });
  assert.deepEqual(sighting('beat a 3'), { kind: 'beat', node: 'a', at: 3 });
  assert.deepEqual(sighting('said a stonith - 3'), {
    kind: 'said',
    node: 'a',
    type: 'stonith',
    info: '-',
    at: 3,
  });
  assert.equal(sighting('Node.js v20'), undefined);
});
