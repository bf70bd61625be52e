/**
 * Every place a log can go to, beside the genuine daemon: both nodes of a pair live through the
 * same events, and the lines that both say are compared byte by byte, but for time and process
 * numbers.
 */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import { files, HOME, LIMIT_MS, OTHER, REDUCED, Scene, shell, signal, until } from './scene.js';

const scene = new Scene();
after(() => scene.close());

/** Lines of both kinds whose form says everything about a place; `NODE` is the name of the other. */
const TELLING: readonly RegExp[] = [
  /info: Configuration validated\. Starting heartbeat 3\.0\.6$/,
  /WARN: No Previous generation - starting at #$/,
  /info: glib: UDP multicast heartbeat started for group 225\.0\.0\.1 port 69# /,
  /info: Local status now set to: 'active'$/,
  /WARN: node NODE: is dead$/,
  /WARN: No STONITH device configured\.$/,
  /info: Taking over resource group lvs#$/,
  /info: Running \/etc\/ha\.d\/resource\.d\/lvs {2}start$/,
  /info: mach_down takeover complete for node NODE\.$/,
  /debug: debug now set to 1 \[pid #\]$/,
];

/** What syslog was told: each packet begins with its priority. */
const SYSLOG = 'socat -u UNIX-RECV:/dev/log,mode=666 OPEN:/var/log/sys,creat,append';

async function openSyslog(pair: Pair): Promise<void> {
  for (const node of DIRECTORS) {
    await shell(pair, node, 'rm -f /dev/log /var/log/sys /var/log/ha-debug');
    await pair.site.start(node, SYSLOG.split(' '), () => {});
    await until(pair, node, 'test -S /dev/log');
  }
}

/** A line without its time, process numbers and names of nodes. */
function plain(line: string, node: string): string {
  const other = node === HOME ? OTHER : HOME;
  return line
    .replace(/\0$/, '')
    .replaceAll(node, 'SELF')
    .replaceAll(other, 'NODE')
    .replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/, 'STAMP')
    .replace(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/, 'DATE')
    .replace(/group (lvs|ipvsadm::2)$/, 'group lvs#')
    .replace(/ port 69\d /, ' port 69# ')
    .replace(/starting at \d+/, 'starting at #')
    .replace(/\[pid \d+\]/, '[pid #]')
    .replace(/\[\d+\]/, '[#]');
}

/** The forms, in a place, of the lines that tell: each once, in the order of `TELLING`. */
async function told(pair: Pair, node: string, file: string): Promise<readonly string[]> {
  const { stdout } = await pair.site.run(node, ['cat', `/var/log/${file}`]);
  const split = file === 'sys' ? /(?=<\d+>[A-Z][a-z]{2} [ \d]\d )/ : /\n/;
  const lines = stdout.split(split).map((line) => plain(line.trimEnd(), node));
  return TELLING.map((telling) => lines.find((line) => telling.test(line)) ?? `no ${telling}`);
}

/** A node that comes up alone, takes the other's group over, is asked to debug, and is stopped. */
async function live(pair: Pair, cluster: Cluster, node: string): Promise<void> {
  await cluster.start(node);
  await cluster.logged(node, /mach_down takeover complete for node/, 0, LIMIT_MS);
  await cluster.holding(node, true, LIMIT_MS);
  await signal(pair, node, 'USR1');
  await until(pair, node, 'grep -q "debug now set to 1" /var/log/ha-debug');
  await signal(pair, node, 'USR2');
  await until(pair, node, 'grep -q "debug now set to 0" /var/log/ha-debug');
  await cluster.settled(LIMIT_MS);
  await cluster.stop(node);
}

async function compare(pair: Pair, file: string): Promise<void> {
  const [genuine, ours] = await Promise.all(DIRECTORS.map((node) => told(pair, node, file)));
  assert.deepEqual(ours, genuine, file);
}

/** Each node has a group of its own, so that either takes one over. */
function twoGroups(before: readonly string[]): ClusterFiles {
  const set = files(before);
  const text = [`${HOME} lvs IPaddr::192.168.136.10/24/eth0`, `${OTHER} ipvsadm::2`].join('\n');
  return { ...set, '/etc/ha.d/haresources': { text: `${text}\n`, mode: 0o644 } };
}

/** The nodes must not hear each other: both live through the same things at the same time. */
async function part(pair: Pair): Promise<void> {
  await shell(pair, HOME, "sed -i 's/ 694 1 0/ 695 1 0/; /^serial/d' /etc/ha.d/ha.cf");
  await shell(pair, OTHER, "sed -i '/^serial/d' /etc/ha.d/ha.cf");
}

for (const format of REDUCED ? ['true'] : ['true', 'false']) {
  test(`logfile, debugfile and syslog facility with syslogmsgfmt ${format}`, async () => {
    const log = [`syslogmsgfmt ${format}`, 'logfile /var/log/ha-log'];
    const where = [...log, 'debugfile /var/log/ha-debug', 'logfacility local3'];
    const [pair, cluster] = await scene.open(['C', 'TS'], twoGroups(where));
    await part(pair);
    await openSyslog(pair);
    await Promise.all(DIRECTORS.map((node) => live(pair, cluster, node)));
    for (const file of ['ha-log', 'ha-debug', 'sys']) await compare(pair, file);
  });
}

test('logfacility none: nothing goes to syslog', async () => {
  const [pair, cluster] = await scene.open(
    ['C', 'TS'],
    twoGroups(['logfacility none', 'logfile /var/log/ha-log']),
  );
  await part(pair);
  await openSyslog(pair);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  for (const node of DIRECTORS) {
    await cluster.logged(node, /Local status now set to: 'up'/, 0, LIMIT_MS);
    assert.equal(await shell(pair, node, 'wc -c </var/log/sys'), '0');
  }
  await Promise.all(DIRECTORS.map((node) => cluster.stop(node)));
});
