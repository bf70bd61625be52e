/** Judging a log by several genuine ones. */

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { judged } from './logorder.js';
import { monitored } from './monitored.js';

test('a line that only some genuine logs have may be there or not', () => {
  const genuine = [
    ['up', 'late', 'dead'],
    ['up', 'dead'],
  ];
  deepEqual(judged(genuine, ['up', 'dead']), []);
  deepEqual(judged(genuine, ['up', 'late', 'dead']), []);
  deepEqual(judged(genuine, ['up']), [{ kind: 'missing', line: 'dead' }]);
  deepEqual(judged(genuine, ['up', 'dead', 'up']), [{ kind: 'extra', line: 'up (2)' }]);
});

test('an order counts on which the genuine logs agree; the line that moved is told', () => {
  const genuine = [
    ['a', 'b', 'c', 'd'],
    ['b', 'a', 'c', 'd'],
  ];
  deepEqual(judged(genuine, ['b', 'a', 'c', 'd']), []);
  deepEqual(judged(genuine, ['d', 'a', 'b', 'c']), [{ kind: 'order', line: 'd', beside: 'c' }]);
});

test('without a genuine log there is nothing to judge by', () => {
  deepEqual(judged([], ['a']), []);
});

test('a monitored line keeps program, severity and text, and loses what differs each time', () => {
  const from = 'Nov 22 23:05:39 backup heartbeat: [26]: info: Heartbeat generation: 1795388690';
  deepEqual(monitored(from), 'heartbeat: info: Heartbeat generation: N');
  const script =
    '2026/11/22_23:05:39  ResourceManager(default)[125]:    info: Running /etc/ha.d//resource.d/web  start';
  deepEqual(monitored(script), 'ResourceManager: info: Running /etc/ha.d/resource.d/web  start');
  deepEqual(
    monitored('Nov 22 23:05:39 backup heartbeat: [26]: info: Pacemaker support'),
    undefined,
  );
});
