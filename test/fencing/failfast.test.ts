/**
 * A failfast client dies on the holder: the machine reboots, and the other node takes over. Beside
 * a genuine pair: the same lines, the same program called. The lab's reboot program only ends every
 * process of its host.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Kind, Programs } from '../cluster/kinds.js';
import { MULTICAST, storyFiles } from '../cluster/storyfiles.js';
import { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';

const [HOME, OTHER] = DIRECTORS;
const START_LIMIT_MS = 60_000;
const MOVE_LIMIT_MS = 60_000;

const CLIENT = '/usr/local/bin/guard';
const ORDER = '/var/log/guard-order';

/** Lives until it is told with which code to end. */
const SCRIPT = `#!/bin/sh
while [ ! -e ${ORDER} ]; do sleep 0.2; done
code=$(cat ${ORDER})
rm ${ORDER}
exit $code
`;

let programs: Programs;
const open: Cluster[] = [];

before(() => {
  programs = new Programs();
});

after(async () => {
  await Promise.all(open.map((cluster) => cluster.close()));
  await programs.close();
});

async function start(kind: Kind): Promise<Cluster> {
  const pair = await programs.open([kind, kind]);
  const files = storyFiles({
    media: [MULTICAST, `failfast root ${CLIENT}`],
    timers: { keepalive: '300ms', deadtime: '4', warntime: '2', initdead: '8' },
    autoFailback: 'off',
  });
  const cluster = await Cluster.open(pair, {
    ...files,
    [CLIENT]: { text: SCRIPT, mode: 0o755 },
  });
  open.push(cluster);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  return cluster;
}

async function rebootCalls(cluster: Cluster, node: string): Promise<string> {
  const argv = ['sh', '-c', 'cat /var/log/reboot-called 2>/dev/null || :'];
  return (await cluster.lab.site.run(node, argv)).stdout;
}

/** Code 0 starts the client again; any other reboots the machine. */
async function play(kind: Kind): Promise<readonly string[]> {
  const cluster = await start(kind);
  const { site } = cluster.lab;
  const since = cluster.feed.mark;
  await site.put(HOME, ORDER, '0');
  await cluster.logged(HOME, /Starting child client/, since, MOVE_LIMIT_MS);
  assert.equal(await rebootCalls(cluster, HOME), '');
  await site.put(HOME, ORDER, '100');
  await cluster.logged(OTHER, new RegExp(`node ${HOME}: is dead`), since, MOVE_LIMIT_MS);
  await cluster.called(OTHER, 'ldirectord start', since, MOVE_LIMIT_MS);
  assert.equal(await rebootCalls(cluster, HOME), '/sbin/reboot -nf\n');
  return cluster
    .lines(HOME, /Managed|Respawning|child client|ebooting|REBOOT/, since)
    .map((line) =>
      line.replace(/^.*?heartbeat: \[\d+\]: /, '').replace(/process \d+/, 'process N'),
    );
}

test('the client’s death reboots the machine, as it does on a genuine pair', async () => {
  const [genuine, ours] = await Promise.all([play('C'), play('TS')]);
  assert.deepEqual(ours, genuine);
  assert.deepEqual(ours.slice(-1), [`EMERG: Rebooting system.  Reason: ${CLIENT}`]);
});

test('an orderly stop of ours ends the client and reboots nothing', async () => {
  const cluster = await start('TS');
  await cluster.stop(HOME);
  await cluster.holding(OTHER, true, MOVE_LIMIT_MS);
  assert.equal(await rebootCalls(cluster, HOME), '');
});
