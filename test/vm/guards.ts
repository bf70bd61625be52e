/** What guards a cluster from doing harm: ping nodes, fencing devices, the watchdog of the kernel. */

import assert from 'node:assert/strict';
import { calls, connectPower, SECRET } from '../fencing/devices.js';
import type { Limits } from '../lab/checks.js';
import type { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';

const [HOME, OTHER] = DIRECTORS;

/** A normal node was taken for dead; a ping group may be. */
const DEATH = new RegExp(`node (${DIRECTORS.join('|')}): is dead`);

/**
 * The holder's network cable is pulled: it loses its ping group, and with it the group of
 * resources, in order. The serial line keeps both informed, so nobody is taken for dead. With
 * auto_failback on it gets the group back when the cable is plugged again.
 */
export async function pingLossMoves(cluster: Cluster, limits: Limits): Promise<void> {
  const { site } = cluster.lab;
  const since = cluster.feed.mark;
  await site.unplug(HOME);
  await cluster.logged(HOME, /node group1: is dead/, since, limits.moveMs);
  await cluster.called(OTHER, 'ldirectord start', since, limits.moveMs);
  await cluster.holding(OTHER, true, limits.moveMs);
  const held = await cluster.settled(limits.moveMs);
  assert.deepEqual(held, { [HOME]: 'none', [OTHER]: 'all' });
  assert.deepEqual(cluster.holders, [OTHER]);
  const links = ['eth0', '/dev/ttyS0'].map(async (link) => {
    const outcome = await site.run(HOME, ['cl_status', 'hblinkstatus', OTHER, link]);
    return outcome.stdout.trim();
  });
  assert.deepEqual(await Promise.all(links), ['dead', 'up']);

  const plugged = cluster.feed.mark;
  await site.plug(HOME);
  await cluster.called(HOME, 'ldirectord start', plugged, limits.moveMs);
  await cluster.holding(HOME, true, limits.moveMs);
  await cluster.settled(limits.moveMs);
  assert.deepEqual(cluster.holders, [HOME]);
  assert.equal(cluster.doublyHeldMs(since), 0);
  for (const node of DIRECTORS) assert.deepEqual(cluster.lines(node, DEATH, since), []);
}

/**
 * The holder's power is cut, and the device that should reset it fails: nothing is started. As soon
 * as the device works, the takeover goes on.
 */
export async function fencingFirst(cluster: Cluster, limits: Limits): Promise<void> {
  const { site } = cluster.lab;
  const since = cluster.feed.mark;
  const retrying = new RegExp(`STONITH of ${HOME} failed\\.  Retrying`);
  await cluster.powerOff(HOME);
  await cluster.logged(OTHER, retrying, since, limits.moveMs);
  await cluster.logged(OTHER, retrying, cluster.feed.mark, limits.moveMs);
  assert.deepEqual(cluster.calls(OTHER, since), []);
  assert.deepEqual(cluster.holders, []);

  const repaired = cluster.feed.mark;
  await connectPower(site, OTHER);
  await cluster.logged(OTHER, new RegExp(`node ${HOME} now reset`), repaired, limits.moveMs);
  await cluster.called(OTHER, 'ldirectord start', repaired, limits.moveMs);
  await cluster.holding(OTHER, true, limits.moveMs);
  await cluster.settled(limits.moveMs);
  const resets = (await calls(site, OTHER)).filter((call) => call.includes(` reset ${HOME} `));
  assert.ok(resets.length >= 3, resets.join('\n'));
  assert.deepEqual(cluster.lines(OTHER, new RegExp(SECRET), 0), []);
}
