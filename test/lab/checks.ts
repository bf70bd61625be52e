/** What a cluster of two must do, as checks that run in either lab with either programs. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Cluster } from './cluster.js';
import { DIRECTORS } from './lab.js';

/** The tutorial's haresources line, in its order. */
const ORDER = ['lvs', 'IPaddr', 'ipvsadm', 'ldirectord'];
const STARTS = ORDER.map((script) => `${script} start`);
const STOPS = ORDER.map((script) => `${script} stop`).reverse();

const [HOME, OTHER] = DIRECTORS;

/** How long one step may take; the genuine scripts need most of it in an emulated machine. */
export interface Limits {
  readonly coldStartMs: number;
  readonly moveMs: number;
}

function callsOf(cluster: Cluster, node: string, since: number): string[] {
  return cluster.calls(node, since).map((call) => `${call.script} ${call.verb}`);
}

/** Both nodes start at once; the home node ends up with the group, started in order. */
export async function coldStart(cluster: Cluster, limits: Limits): Promise<void> {
  const since = cluster.feed.mark;
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.called(HOME, 'ldirectord start', since, limits.coldStartMs);
  await cluster.holding(HOME, true, limits.coldStartMs);
  const held = await cluster.settled(limits.coldStartMs);
  assert.deepEqual(callsOf(cluster, HOME, since), STARTS);
  assert.deepEqual(callsOf(cluster, OTHER, since), []);
  assert.deepEqual(cluster.holders, [HOME]);
  assert.equal(held[HOME], 'local');
}

/** The holder is stopped in order: it stops in reverse, then the other starts; never both. */
export async function gracefulStop(cluster: Cluster, limits: Limits): Promise<void> {
  const since = cluster.feed.mark;
  await cluster.stop(HOME);
  await cluster.called(OTHER, 'ldirectord start', since, limits.moveMs);
  await cluster.holding(OTHER, true, limits.moveMs);
  assert.deepEqual(callsOf(cluster, HOME, since), STOPS);
  assert.deepEqual(callsOf(cluster, OTHER, since), STARTS);
  const calls = [...cluster.calls(HOME, since), ...cluster.calls(OTHER, since)];
  const order = calls.sort((a, b) => a.at - b.at).map((call) => call.node);
  assert.deepEqual(order, [...STOPS.map(() => HOME), ...STARTS.map(() => OTHER)]);
  assert.equal(cluster.doublyHeldMs(since), 0);
  await cluster.settled(limits.moveMs);
}

/** The home node comes back and, with auto_failback on, gets the group. */
export async function failback(cluster: Cluster, limits: Limits): Promise<void> {
  const since = cluster.feed.mark;
  await cluster.start(HOME);
  await cluster.called(HOME, 'ldirectord start', since, limits.coldStartMs);
  await cluster.holding(HOME, true, limits.moveMs);
  assert.deepEqual(callsOf(cluster, OTHER, since), STOPS);
  assert.deepEqual(callsOf(cluster, HOME, since), STARTS);
  assert.equal(cluster.doublyHeldMs(since), 0);
  await cluster.settled(limits.moveMs);
}

/** The holder loses its power: the other declares it dead and starts everything in order. */
export async function powerOffTakeover(cluster: Cluster, limits: Limits): Promise<void> {
  const since = cluster.feed.mark;
  await cluster.powerOff(HOME);
  await cluster.logged(OTHER, new RegExp(`node ${HOME}: is dead`), since, limits.moveMs);
  await cluster.called(OTHER, 'ldirectord start', since, limits.moveMs);
  await cluster.holding(OTHER, true, limits.moveMs);
  assert.deepEqual(callsOf(cluster, OTHER, since), STARTS);
  assert.deepEqual(cluster.holders, [OTHER]);
  await cluster.settled(limits.moveMs);
}

/** Any bytes; bytes no frame holds, line ends among them; the beginnings and ends of frames. */
const NOISE: readonly string[] = [
  randomBytes(100).toString('latin1'),
  '\x00\xff\x81\x7f\n\x1b[31m\r\n\xc3\x28',
  '>>>\nt=status\nst=act',
  '<<<\n<<<\n',
  `>>>\nt=status\nsrc=${OTHER}\n${'x'.repeat(120)}`,
  '\n>>>\n>>>\n',
];

/** Messages that one disturbance may cost: the frame it hit and the next one. */
const LOST_PER_NOISE = 2;

/** Messages of the other node that a node missed, as its log has it. */
function lost(cluster: Cluster, node: string, since: number): number {
  return cluster
    .lines(node, /lost packet\(s\) for/, since)
    .map((line) => Number(/(\d+) lost packet\(s\)/.exec(line)?.[1]))
    .reduce((sum, count) => sum + count, 0);
}

/**
 * Noise on the line, between frames and, where the lab can, inside one: at most two messages are
 * missed for each, they are asked for again, and nobody is taken for dead. The cluster's deadtime
 * must be more than three heartbeats.
 */
export async function noiseOnTheLine(cluster: Cluster, keepaliveMs: number): Promise<void> {
  const since = cluster.feed.mark;
  const { serial } = cluster.lab;
  for (const inside of serial.hitsFrames ? [false, true] : [false]) {
    const begun = cluster.feed.mark;
    for (const noise of NOISE) {
      const before = cluster.feed.mark;
      await serial.noise(OTHER, noise, inside);
      // Time enough for the frame that is hit, the next, and the repetition of both.
      await new Promise((resolve) => setTimeout(resolve, 4 * keepaliveMs));
      const count = lost(cluster, HOME, before);
      assert.ok(count <= LOST_PER_NOISE, `${count} messages lost to ${JSON.stringify(noise)}`);
    }
    // Else the noise did not hit what it was meant for, and nothing has been shown.
    if (inside) assert.ok(lost(cluster, HOME, begun) > 0, 'no frame was hit');
  }
  for (const node of DIRECTORS) {
    assert.deepEqual(cluster.lines(node, /is dead|Link .* dead/, since), []);
  }
  assert.deepEqual(cluster.holders, [HOME]);
}
