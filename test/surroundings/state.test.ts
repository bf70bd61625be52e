/** What a node keeps on its disk cannot be written: at its start, and while it runs. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Cluster } from '../lab/cluster.js';
import type { Pair } from '../lab/pair.js';
import {
  files,
  HOME,
  LIMIT_MS,
  OTHER,
  quietScripts,
  Scene,
  shell,
  signal,
  startBoth,
} from './scene.js';

const scene = new Scene();
after(() => scene.close());

const LOG = ['logfile /var/log/ha-log'];
const STATE = '/var/lib/heartbeat';
const INIT = '/etc/init.d/heartbeat';

function readOnly(pair: Pair, node: string, directory: string): Promise<string> {
  const bind = `mount --bind ${directory} ${directory}`;
  return shell(
    pair,
    node,
    `mkdir -p ${directory} && ${bind} && mount -o remount,bind,ro ${directory}`,
  );
}

/** The other node takes over from one that loses its power, without a crash, and stops in order. */
async function takesOverAndStops(pair: Pair, cluster: Cluster, since: number): Promise<void> {
  await cluster.powerOff(HOME);
  await cluster.holding(OTHER, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  assert.deepEqual(cluster.lines(OTHER, /crash/i, since), []);
  await signal(pair, OTHER, 'TERM');
  await cluster.holding(OTHER, false, LIMIT_MS);
  await cluster.logged(OTHER, /backup Heartbeat shutdown complete/, since, LIMIT_MS);
}

test('at the start: refused in the genuine words, with an exit code that says so', async () => {
  const [pair, cluster] = await scene.open(['TS', 'TS'], files(LOG));
  const start = async (node: string): Promise<number> =>
    (await pair.site.run(node, [INIT, 'start'])).code;
  await readOnly(pair, HOME, STATE);
  assert.equal(await start(HOME), 1);
  const generation = /ERROR: Cannot get\/increment generation number: Read-only file system/;
  await cluster.logged(HOME, generation, 0, LIMIT_MS);
  // The clock needs no file, but the identity does.
  await shell(pair, HOME, 'echo hbgenmethod time >>/etc/ha.d/ha.cf');
  assert.equal(await start(HOME), 1);
  const identity = /ERROR: getting uuid for the local node failed: Read-only file system/;
  await cluster.logged(HOME, identity, 0, LIMIT_MS);
  const { code } = await pair.site.run(HOME, [INIT, 'status']);
  assert.equal(code, 3);
  await shell(pair, HOME, `umount ${STATE}`);
  await cluster.start(HOME);
  await cluster.stop(HOME);
});

test('while running: the cluster goes on, takes over, and stops in order', async () => {
  const [pair, cluster] = await scene.open(['TS', 'TS'], files(LOG));
  await startBoth(cluster);
  const since = cluster.feed.mark;
  await readOnly(pair, OTHER, STATE);
  await takesOverAndStops(pair, cluster, since);
});

test('/run cannot be written any more: takeover and orderly end all the same', async () => {
  const [pair, cluster] = await scene.open(['TS', 'TS'], { ...files(LOG), ...quietScripts() });
  await startBoth(cluster);
  const since = cluster.feed.mark;
  await readOnly(pair, OTHER, '/run');
  await takesOverAndStops(pair, cluster, since);
});

test('file descriptors are used up: heartbeats, log and takeover go on', async () => {
  const [pair, cluster] = await scene.open(['TS', 'TS'], files(LOG));
  await startBoth(cluster);
  const since = cluster.feed.mark;
  // No descriptor above those in use can be had any more.
  const limit = 'pid=$(cat /var/run/heartbeat.pid); prlimit --pid "$pid" --nofile=3:';
  await shell(pair, OTHER, limit);
  await cluster.powerOff(HOME);
  await cluster.logged(OTHER, /node loadbalancer: is dead/, since, LIMIT_MS);
  await cluster.holding(OTHER, true, LIMIT_MS);
  await cluster.logged(OTHER, /mach_down takeover complete\./, since, LIMIT_MS);
  assert.deepEqual(cluster.lines(OTHER, /crash/i, since), []);
  await shell(pair, OTHER, 'prlimit --pid "$(cat /var/run/heartbeat.pid)" --nofile=1024:');
  await cluster.settled(LIMIT_MS);
  await cluster.stop(OTHER);
});

test('a clock that went back between two lives: the generation still rises', async () => {
  const method = ['hbgenmethod time', ...LOG];
  const [pair, cluster] = await scene.open(['TS', 'TS'], files(method));
  await startBoth(cluster);
  const since = cluster.feed.mark;
  await cluster.stop(OTHER);
  const ahead = 2_000_000_000;
  // As if the clock had been years ahead in the life before.
  await shell(pair, OTHER, `printf '%15d\\n' ${ahead} >${STATE}/hb_generation`);
  await cluster.start(OTHER);
  const generation = new RegExp(`Heartbeat generation: ${ahead + 1}`);
  await cluster.logged(OTHER, generation, since, LIMIT_MS);
  await cluster.logged(HOME, /Status update for node backup: status active/, since, LIMIT_MS);
  // The serial line may still bring what the life before said; that alone is refused.
  const refused = cluster.lines(HOME, /replay|returning after partition/, since);
  assert.deepEqual(
    refused.filter((line) => !/\[gen = 1\d{9}, curgen = 2000000001\]/.test(line)),
    [],
  );
  await cluster.stop(OTHER);
  await cluster.stop(HOME);
});
