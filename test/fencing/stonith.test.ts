/**
 * A pair that must reset a dead node before it takes over, beside a genuine pair: what the device
 * is told, what the log says, and that nothing is started before the device has done it.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Kinds, title } from '../cluster/kinds.js';
import { MULTICAST, storyFiles } from '../cluster/storyfiles.js';
import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import { AGENT, calls, connectPower, DRIVER, devices, SECRET } from './devices.js';
import { FencingPairs } from './programs.js';

const [HOME, OTHER] = DIRECTORS;
const START_LIMIT_MS = 60_000;
const MOVE_LIMIT_MS = 60_000;

const DRIVER_LINE = `stonith_host * ${DRIVER} ${DIRECTORS.join(',')} ${SECRET}`;
const AGENT_LINE = `stonith_host * ${AGENT} ip=192.0.2.1 passwd=${SECRET}`;

let pairs: FencingPairs;
const open: Cluster[] = [];

before(() => {
  pairs = new FencingPairs();
});

after(async () => {
  await Promise.all(open.map((cluster) => cluster.close()));
  await pairs.close();
});

/** Starts a pair with those stonith lines; the home node has the group. */
async function start(
  kinds: Kinds,
  lines: readonly string[],
  files: ClusterFiles = devices(),
): Promise<Cluster> {
  const story = storyFiles({
    media: [MULTICAST, ...lines],
    timers: { keepalive: '300ms', deadtime: '4', warntime: '2', initdead: '8' },
    autoFailback: 'off',
  });
  const cluster = await Cluster.open(await pairs.open(kinds), { ...story, ...files });
  open.push(cluster);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  return cluster;
}

/** The holder loses its power; the device fails twice, then it works. */
async function blockAndLetGo(cluster: Cluster): Promise<void> {
  const since = cluster.feed.mark;
  await cluster.powerOff(HOME);
  const failed = new RegExp(`STONITH of ${HOME} failed\\.  Retrying`);
  for (let mark = since, n = 0; n < 2; n += 1) {
    await cluster.logged(OTHER, failed, mark, MOVE_LIMIT_MS);
    mark = cluster.feed.mark;
  }
  assert.deepEqual(cluster.calls(OTHER, since), []);
  assert.deepEqual(cluster.holders, []);
  await connectPower(cluster.lab.site, OTHER);
  await cluster.called(OTHER, 'ldirectord start', since, MOVE_LIMIT_MS);
  await cluster.holding(OTHER, true, MOVE_LIMIT_MS);
  await cluster.settled(MOVE_LIMIT_MS);
}

/** What the log says of fencing: severity and text, without pids and what plugins say. */
function fencingLines(cluster: Cluster, node: string): readonly string[] {
  return cluster
    .lines(node, /stonith|reset|Resources being acquired/i, 0)
    .filter((line) => !/glib: | stonith: |STONITH device \[.*\] (answers|says)/.test(line))
    .map((line) =>
      line.replace(/^.*?heartbeat: \[\d+\]: /, '').replace(/process \d+/, 'process N'),
    );
}

/** Calls of the device without what only the genuine program asks, and its command line. */
async function verbs(cluster: Cluster, node: string): Promise<readonly string[]> {
  const found = await calls(cluster.lab.site, node);
  // The genuine daemon also asks when it reads ha.cf.
  return found
    .map((call) => call.replace(/ \|.*/, ''))
    .filter((call) => !call.includes(' status '));
}

test('beside a genuine pair: the same calls and lines; a failing device blocks', async () => {
  const [genuine, ours] = await Promise.all(
    (['C', 'TS'] as const).map(async (kind) => {
      const cluster = await start([kind, kind], [DRIVER_LINE]);
      await blockAndLetGo(cluster);
      return { lines: fencingLines(cluster, OTHER), calls: await verbs(cluster, OTHER), cluster };
    }),
  );
  assert.ok(genuine !== undefined && ours !== undefined);
  const once = (lines: readonly string[]): readonly string[] => {
    // How often it is tried while the test looks on is a matter of time.
    const last = lines.lastIndexOf(`ERROR: STONITH of ${HOME} failed.  Retrying...`);
    const first = lines.indexOf(`ERROR: STONITH of ${HOME} failed.  Retrying...`);
    return [...lines.slice(0, first + 1), ...lines.slice(last + 1)];
  };
  assert.deepEqual(once(ours.lines), once(genuine.lines));
  assert.ok(ours.calls.length >= 3 && genuine.calls.length >= 3);
  assert.deepEqual(new Set(ours.calls), new Set(genuine.calls));
  const looks = (await calls(ours.cluster.lab.site, OTHER)).filter((call) => / status /.test(call));
  assert.equal(looks.length, 1);
});

test('in a mixed pair either side resets the other', async () => {
  const all: readonly Kinds[] = [
    ['C', 'TS'],
    ['TS', 'C'],
  ];
  await Promise.all(
    all.map(async (kinds) => {
      const cluster = await start(kinds, [DRIVER_LINE]);
      await connectPower(cluster.lab.site, OTHER);
      const since = cluster.feed.mark;
      await cluster.powerOff(HOME);
      await cluster.called(OTHER, 'ldirectord start', since, MOVE_LIMIT_MS);
      const reset = cluster.feed
        .since(since)
        .findIndex((seen) => seen.kind === 'log' && /now reset\./.test(seen.text));
      const started = cluster.feed
        .since(since)
        .findIndex((seen) => seen.kind === 'log' && /Running \/.* start/.test(seen.text));
      assert.ok(reset >= 0 && reset < started, title(kinds));
    }),
  );
});

test('several devices are tried in order; no password in a log or on a command line', async () => {
  const cluster = await start(['TS', 'TS'], [AGENT_LINE, DRIVER_LINE]);
  const { site } = cluster.lab;
  await connectPower(site, OTHER);
  const since = cluster.feed.mark;
  await cluster.powerOff(HOME);
  await cluster.called(OTHER, 'ldirectord start', since, MOVE_LIMIT_MS);
  const found = await calls(site, OTHER);
  const resets = found.filter((call) => /reset|reboot/.test(call));
  const hosts = DIRECTORS.join(',');
  assert.deepEqual(
    resets.map((call) => call.replace(/ ?\|.*/, '')),
    [
      `${AGENT} ip=192.0.2.1 passwd=${SECRET} action=reboot port=${HOME} nodename=${HOME}`,
      `${DRIVER} reset ${HOME} hostlist=${hosts} password=${SECRET}`,
    ],
  );
  for (const call of found) assert.ok(!call.replace(/.*\|/, '').includes(SECRET), call);
  const search = `grep -rl ${SECRET} /var/log /run /var/lib/heartbeat | grep -v fencing-calls`;
  const leaks = await site.run(OTHER, ['sh', '-c', search]);
  assert.equal(leaks.stdout, '');
  const [said] = cluster.lines(OTHER, /unable to log in/, since);
  assert.match(said ?? '', /WARN: STONITH device \[fence_lab\] says: Failed: unable to log in/);
});

test('a device that does not work is told of at the start, and nothing else changes', async () => {
  const driver = `/usr/lib/stonith/plugins/${DRIVER}`;
  const script = devices()[driver]?.text.replace('status) exit 0', 'status) exit 1') ?? '';
  const broken = { ...devices(), [driver]: { text: script, mode: 0o755 } };
  const logs = (['C', 'TS'] as const).map(async (kind) => {
    const cluster = await start([kind, kind], [DRIVER_LINE], broken);
    await cluster.logged(HOME, /This may mean that the STONITH/, 0, START_LIMIT_MS);
    return fencingLines(cluster, HOME);
  });
  const [genuine, ours] = await Promise.all(logs);
  assert.deepEqual(ours, genuine);
  assert.equal(ours?.length, 5);
});
