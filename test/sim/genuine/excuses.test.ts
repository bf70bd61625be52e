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

test('a late standby is excused where a start of that node has failed', () => {
  const late = '0:20:00.000 alpha sends ask_resources 7';
  deepEqual(covering(14, late), []);
  deepEqual(covering(14, late, 'alpha could not start web'), ['second-thoughts']);
  const hour = '0:19:00.000 alpha was still in a standby of before';
  deepEqual(covering(14, late, hour), ['takes-up-after-an-hour']);
});

test('a double holding is excused where the facts tell of a known reason', () => {
  deepEqual(covering(1, '0:00:10.000 alpha starts web while it runs there'), []);
  const notice = '0:00:09.000 a worker starts its own groups: beta has said that it ends';
  deepEqual(covering(1, notice), ['shutdown-notice-takes-own']);
  const dead = '0:00:09.000 beta is dead to it, and still stops them';
  deepEqual(covering(1, dead), ['takes-what-is-not-stopped']);
  const unread = '0:00:09.000 it took beta for dead with its words unread';
  deepEqual(covering(1, unread), ['sleeps-and-takes']);
  const unmet = '0:00:09.000 it is at work before it hears that beta is';
  deepEqual(covering(1, unmet), []);
});

test('an unbounded double is excused only where the genuine node disowns what it runs', () => {
  const endless = '0:02:00.000 it has not ended after 10 s';
  deepEqual(covering(2, endless, 'alpha runs it, and says that it holds none'), [
    'runs-what-it-disowns',
  ]);
  deepEqual(covering(2, endless), []);
});

test('a late death is excused where the facts tell what it waits for', () => {
  deepEqual(covering(4, '0:00:31.610 until then alpha had to declare it dead'), []);
  deepEqual(covering(4, 'alpha does not say yet that it is at work'), ['waits-for-nodes']);
  const young = '0:00:04.100 it was sent: so early it announces a longer dead time';
  deepEqual(covering(4, young), ['obeys-a-longer-dead-time']);
});

test('what is told decides', () => {
  equal(covering(1, '0:00:10.000 alpha had given it away')[0], 'starts-what-it-gave');
  const dead = (after: string): string => `0:00:10.000 alpha declares it dead after ${after}`;
  deepEqual(covering(3, dead('0.003 s')), ['dead-once-more']);
  deepEqual(covering(3, dead('9.1 s'), 'alpha has slept, or is late, and reads it now'), [
    'sleeps-and-declares',
  ]);
  deepEqual(covering(3, dead('9.1 s')), []);
  deepEqual(covering(3, dead('1 s'), 'what has come of its life is no status'), [
    'lives-by-statuses',
  ]);
  deepEqual(covering(10, '0:00:10.000 alpha tells watcher: node beta dead'), ['told-dead-again']);
  deepEqual(covering(10, '0:00:10.000 alpha tells watcher: node beta up'), []);
  deepEqual(covering(11, 'it is not back at home'), ['failback-once']);
  deepEqual(covering(11, 'living: alpha beta; its home is alpha'), []);
  const lost = '0:00:10.000 beta lost mail with its power, and alpha has not missed it';
  deepEqual(covering(11, lost), ['does-not-miss-it']);
  deepEqual(covering(12, 'the groups of alpha are claimed by none', lost), ['only-complains']);
  deepEqual(covering(12, 'the groups of alpha are claimed by alpha', 'they run on none'), [
    'holds-in-words',
  ]);
  deepEqual(covering(12, 'the groups of alpha are claimed by beta', 'they run on none'), []);
  deepEqual(covering(11, 'alpha says that it holds it, and could not start it'), [
    'failed-start-stays-down',
  ]);
});
