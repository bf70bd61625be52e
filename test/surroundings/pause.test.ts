/**
 * A machine that stands still for twice deadtime and goes on as if nothing had been: every process
 * of a node is stopped and let go again, as a paused virtual machine is.
 */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Kind } from '../cluster/kinds.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import {
  DEADTIME_MS,
  files,
  HOME,
  LIMIT_MS,
  OTHER,
  REDUCED,
  Scene,
  shell,
  startBoth,
} from './scene.js';

const scene = new Scene();
after(() => scene.close());

const PAUSE_MS = 2 * DEADTIME_MS;
/** Two holders after a heal: between nodes of ours one lets go in 2 s, on a quiet machine. */
const HEAL_MS = 10_000;
/** With a genuine node both give everything up first, which takes it up to twenty seconds. */
const HEAL_MIXED_MS = 45_000;

/** A script that takes a second, so that the pause falls into it. */
const SLOW: ClusterFiles = {
  '/etc/ha.d/resource.d/ldirectord': {
    text: `#!/bin/sh
echo "ldirectord $1 begin" >>/var/log/calls
case $1 in
start) sleep 1; : >/run/slow ;;
stop) sleep 1; rm -f /run/slow ;;
status) test -e /run/slow && echo running || echo stopped ;;
esac
echo "ldirectord $1 end" >>/var/log/calls
`,
    mode: 0o755,
  },
};

interface Case {
  readonly kinds: readonly [Kind, Kind];
  readonly paused: string;
  readonly slow: boolean;
}

const CASES: readonly Case[] = [
  { kinds: ['TS', 'TS'], paused: HOME, slow: false },
  { kinds: ['TS', 'TS'], paused: OTHER, slow: false },
  { kinds: ['TS', 'TS'], paused: OTHER, slow: true },
  { kinds: ['TS', 'C'], paused: HOME, slow: false },
  { kinds: ['C', 'TS'], paused: HOME, slow: false },
];

for (const { kinds, paused, slow } of REDUCED ? CASES.slice(0, 1) : CASES) {
  const who = paused === HOME ? 'the holder' : 'the standby';
  const when = slow ? ', in the middle of its script' : '';
  test(`${kinds.join('/')}: ${who} stands still for twice deadtime${when}`, async () => {
    const log = ['logfile /var/log/ha-log'];
    const [pair, cluster] = await scene.open(kinds, { ...files(log), ...(slow ? SLOW : {}) });
    await startBoth(cluster);
    const since = cluster.feed.mark;
    if (slow) {
      // The standby is about to take over, and has begun its last script.
      await cluster.powerOff(HOME);
      const begun = /Running \/etc\/ha.d\/resource.d\/ldirectord +start/;
      await cluster.logged(OTHER, begun, since, LIMIT_MS);
    }
    await shell(pair, paused, 'kill -STOP -1');
    if (!slow) {
      const other = paused === HOME ? OTHER : HOME;
      await cluster.logged(other, new RegExp(`node ${paused}: is dead`), since, LIMIT_MS);
      await cluster.holding(other, true, LIMIT_MS);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const before = cluster.feed.mark;
    const from = performance.now();
    await shell(pair, paused, 'kill -CONT -1');
    if (slow) await cluster.holding(OTHER, true, LIMIT_MS);
    else if (cluster.holders.length > 1) {
      await cluster.feed.until((seen) => seen.kind === 'address' && !seen.held, 'one lets go', {
        since: before,
        limitMs: LIMIT_MS,
      });
    }
    const doubly = performance.now() - from;
    await cluster.settled(LIMIT_MS);
    const deadline = performance.now() + LIMIT_MS;
    while (cluster.holders.length !== 1 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await cluster.settled(LIMIT_MS);
    assert.equal(cluster.holders.length, 1);
    console.log(`  ${kinds.join('/')} ${who}${when}: one holder after ${doubly.toFixed(0)} ms`);
    assert.ok(doubly < (kinds.includes('C') ? HEAL_MIXED_MS : HEAL_MS));
    if (slow) {
      // No script was run beside itself, or again.
      const calls = await shell(pair, OTHER, 'grep "ldirectord start" /var/log/calls');
      assert.equal(calls, 'ldirectord start begin\nldirectord start end');
    }
    await cluster.stop(OTHER);
    if (!slow) await cluster.stop(HOME);
  });
}
