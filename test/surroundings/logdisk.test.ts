/**
 * The disk of the log: full, standing still, missing, rotated. The cluster goes on, what cannot be
 * written is counted and said elsewhere, and the log goes on when it can.
 */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { files, HOME, LIMIT_MS, OTHER, Scene, shell, signal, startBoth, until } from './scene.js';

const scene = new Scene();
after(() => scene.close());

/** The lab follows /var/log/ha-log: here it is the debugfile, which stays well. */
const WELL = 'debugfile /var/log/ha-log';

test('a full disk: takeover works, one line elsewhere says it, the log goes on', async () => {
  const file = '/var/log/small/ha-log';
  const [pair, cluster] = await scene.open(['TS', 'TS'], files([`logfile ${file}`, WELL]));
  const mount = 'mkdir -p /var/log/small && mount -t tmpfs -o size=64k none /var/log/small';
  for (const node of [HOME, OTHER]) await shell(pair, node, mount);
  await startBoth(cluster);
  const since = cluster.feed.mark;
  await shell(pair, OTHER, 'cat /dev/zero >/var/log/small/ballast 2>/dev/null; :');
  await cluster.powerOff(HOME);
  await cluster.holding(OTHER, true, LIMIT_MS);
  await cluster.logged(OTHER, /WARN: Cannot write to \/var\/log\/small\/ha-log: /, since, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  assert.equal(cluster.lines(OTHER, /Cannot write to/, since).length, 1);
  await shell(pair, OTHER, 'rm /var/log/small/ballast');
  await signal(pair, OTHER, 'HUP');
  const again = /info: \/var\/log\/small\/ha-log is written again: [1-9]\d* log lines/;
  await cluster.logged(OTHER, again, since, LIMIT_MS);
  await until(pair, OTHER, `grep -q 'WARN: [1-9].* log lines could not be written' ${file}`);
  const torn = await shell(pair, OTHER, `grep -vc '^Nov\\|^[A-Z][a-z][a-z] \\|^20' ${file} || :`);
  // A line that the disk took the beginning of may stand alone; it is no beginning of another.
  assert.ok(Number(torn) <= 1);
  await cluster.stop(OTHER);
});

test('a disk that stands still holds up no heartbeat, no move and no stop', async () => {
  const file = '/var/log/standing';
  const [pair, cluster] = await scene.open(['TS', 'TS'], files([`logfile ${file}`, WELL]));
  await shell(pair, HOME, `mkfifo ${file}`);
  // Holds the FIFO open: every line is written by an opening of its own.
  const read = ['sh', '-c', `exec 3<>${file}; exec cat <&3 >>/var/log/copy`];
  const disk = await pair.site.start(HOME, read, () => {});
  const since = cluster.feed.mark;
  await startBoth(cluster);
  await disk.stop();
  // Without a line to write: the scripts, which write to the file as well, must be kept from it.
  await cluster.logged(HOME, /WARN: \/var\/log\/standing has taken no line/, since, LIMIT_MS);
  await shell(pair, HOME, '/usr/share/heartbeat/hb_standby');
  await cluster.holding(OTHER, true, LIMIT_MS);
  await cluster.holding(HOME, false, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  assert.deepEqual(cluster.lines(OTHER, /Late heartbeat|is dead/, since), []);
  // The disk moves again: everything comes, in the order in which it was said.
  const copy = await pair.site.start(HOME, read, () => {});
  await cluster.logged(HOME, /info: \/var\/log\/standing takes lines again/, since, LIMIT_MS);
  await cluster.stop(HOME);
  await until(pair, HOME, 'grep -q "Heartbeat shutdown complete" /var/log/copy');
  const own = (from: string): string =>
    `grep 'heartbeat: .*\\(WARN\\|ERROR\\|CRIT\\|info\\):' ${from} | grep -v ${file}`;
  const told = `${own('/var/log/copy')} >/tmp/a; ${own('/var/log/ha-log')} >/tmp/b`;
  await shell(pair, HOME, `${told}; test -s /tmp/a && cmp /tmp/a /tmp/b`);
  await copy.stop();
  await cluster.stop(OTHER);
});

test('rotation by rename and by copy, and a directory that comes later', async () => {
  const file = '/var/log/later/log';
  const [pair, cluster] = await scene.open(['TS', 'TS'], files([`logfile ${file}`, WELL]));
  const since = cluster.feed.mark;
  await cluster.start(HOME);
  await cluster.logged(HOME, /WARN: Cannot write to \/var\/log\/later\/log/, since, LIMIT_MS);
  const say = async (): Promise<void> => signal(pair, HOME, 'HUP').then(() => undefined);
  const said = `grep -q 'Configuration unchanged' ${file}`;
  await shell(pair, HOME, 'test ! -e /var/log/later && mkdir /var/log/later');
  await say();
  await until(pair, HOME, said);
  await until(pair, HOME, `grep -q 'log lines could not be written' ${file}`);
  await shell(pair, HOME, `mv ${file} ${file}.1`);
  await say();
  await until(pair, HOME, said);
  await shell(pair, HOME, `cp ${file} ${file}.2; : >${file}`);
  await say();
  await until(pair, HOME, said);
  assert.equal(await shell(pair, HOME, `grep -c 'Configuration unchanged' ${file}`), '1');
  assert.equal(await shell(pair, HOME, `stat -c '%U:%G %a' ${file}`), 'hacluster:haclient 644');
  await cluster.stop(HOME);
});
