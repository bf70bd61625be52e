/** The list of excuses is closed: each names its source, and covers its own invariant only. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { recordingNames } from '../../scenarios/recording.js';
import type { Violation } from '../judge/excuse.js';
import type { Watched } from '../observation.js';
import { EXCUSES } from './excuses.js';

const WATCHED: Watched = {
  nodes: [
    { name: 'alpha', genuine: true },
    { name: 'beta', genuine: false },
  ],
  keepalive: 1000,
  warntime: 5000,
  deadtime: 10_000,
  initdead: 20_000,
  autoFailback: 'on',
  ipfail: false,
  pingNodes: [],
  links: ['eth0'],
  groups: [],
  scriptMax: 1000,
  scriptDeadline: 60_000,
};

const CONTEXT = { watched: WATCHED, node: 'alpha', peer: 'beta', group: undefined };

function covering(invariant: number, ...facts: readonly string[]): readonly string[] {
  const violation: Violation = { at: 0, invariant, title: 'a title', facts };
  return EXCUSES.filter((excuse) => excuse.covers(violation, CONTEXT)).map(({ name }) => name);
}

test('names are unique, sources are given, and recordings exist', () => {
  equal(new Set(EXCUSES.map(({ name }) => name)).size, EXCUSES.length);
  for (const { name, source, recording } of EXCUSES) {
    ok(source !== '', name);
    ok(recording === undefined || recordingNames().includes(recording), name);
  }
});

test('wrong orders of scripts, unbounded doubles and wrong routes are never excused', () => {
  for (const invariant of [2, 5, 8, 13]) deepEqual(covering(invariant, 'anything'), []);
});

test('a route is excused where the other claimed the address after the genuine started it', () => {
  const runs = '6:57:14.751 since then alpha runs web';
  const looks = (when: string): string => `8:42:18.511 the router looks for 10.1.0.1 ${when}`;
  deepEqual(covering(13, runs, looks('at beta since 7:16:10.533')), ['announces-only-at-start']);
  deepEqual(covering(13, runs, looks('at beta since 6:57:14.700')), []);
  deepEqual(covering(13, runs, looks('nowhere')), []);
});

test('what is told decides', () => {
  equal(covering(1, '0:00:10.000 alpha had given it away')[0], 'starts-what-it-gave');
  const dead = (after: string): string => `0:00:10.000 alpha declares it dead after ${after}`;
  deepEqual(covering(3, dead('0.003 s')), ['dead-once-more', 'sleeps-and-declares']);
  deepEqual(covering(3, dead('9.1 s')), ['sleeps-and-declares']);
  deepEqual(covering(10, '0:00:10.000 alpha tells watcher: node beta dead'), ['told-dead-again']);
  deepEqual(covering(10, '0:00:10.000 alpha tells watcher: node beta up'), []);
  deepEqual(covering(11, 'it is not back at home'), ['failback-once']);
  deepEqual(covering(11, 'living: alpha beta; its home is alpha'), []);
  deepEqual(covering(11, 'alpha says that it holds it, and could not start it'), [
    'failed-start-stays-down',
  ]);
});
