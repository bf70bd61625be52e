/** A pair whose surroundings a story spoils: what is asked and changed inside its hosts. */

import assert from 'node:assert/strict';
import { type Kind, Programs } from '../cluster/kinds.js';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, recordingScripts, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';

/** A busy machine may need a multiple of what the timers say. */
export const LIMIT_MS = 60_000;
export const DEADTIME_MS = 3000;

/** The short form of the suite, for every change: less than half of its time. */
export const REDUCED = process.env.TS_HEARTBEAT_REDUCED === '1';

export const [HOME, OTHER] = DIRECTORS;

/** The tutorial's ha.cf without its log targets, clients and ping nodes, on quick heartbeats. */
const HACF = [
  'keepalive 250ms',
  'deadtime 3',
  'warntime 2',
  'initdead 6',
  'serial /dev/ttyS0',
  'mcast eth0 225.0.0.1 694 1 0',
  'auto_failback off',
  ...DIRECTORS.map((name) => `node ${name}`),
];

/** The files of a pair; `before` comes first in ha.cf, as the directives of the log have to. */
export function files(before: readonly string[]): ClusterFiles {
  const text = `${[...before, ...HACF].join('\n')}\n`;
  return {
    ...tutorialFiles(null),
    ...recordingScripts(),
    '/etc/ha.d/ha.cf': { text, mode: 0o644 },
  };
}

/** Takes and gives the address, and writes nothing anywhere. */
const QUIET_ADDRESS = `#!/bin/sh
address=\${1%/*}
case $2 in
start) ip addr add "$address" dev eth0 ;;
stop) ip addr del "$address" dev eth0; : ;;
status) ip -4 addr show dev eth0 | grep -q "inet \${address%/*}/" && echo running || echo stopped ;;
esac
`;

const QUIET = `#!/bin/sh
[ "$1" != status ] || echo stopped
`;

/** The group's scripts, as ones that need no file: those of a distribution log and keep notes. */
export function quietScripts(): ClusterFiles {
  const of = (text: string): { text: string; mode: number } => ({ text, mode: 0o755 });
  return {
    '/etc/ha.d/resource.d/lvs': of(QUIET),
    '/etc/ha.d/resource.d/IPaddr': of(QUIET_ADDRESS),
    '/etc/ha.d/resource.d/ipvsadm': of(QUIET),
    '/etc/ha.d/resource.d/ldirectord': of(QUIET),
  };
}

export class Scene {
  readonly programs = new Programs();
  readonly #closers: (() => Promise<void>)[] = [];

  /** A pair with its files in place; no daemon runs yet. */
  async open(kinds: readonly [Kind, Kind], with_: ClusterFiles): Promise<[Pair, Cluster]> {
    const pair = await this.programs.open(kinds);
    const cluster = await Cluster.open(pair, with_);
    this.#closers.push(() => cluster.close());
    return [pair, cluster];
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
    await this.programs.close();
  }
}

/** Starts both nodes; the home node gets the group. */
export async function startBoth(cluster: Cluster): Promise<void> {
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
}

/** Runs a shell line on a host; fails the test unless it succeeds. */
export async function shell(pair: Pair, node: string, line: string): Promise<string> {
  const { code, stdout, stderr } = await pair.site.run(node, ['sh', '-c', line]);
  assert.equal(code, 0, `${line} on ${node}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** Waits until a shell line succeeds on a host. */
export async function until(pair: Pair, node: string, line: string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while ((await pair.site.run(node, ['sh', '-c', line])).code !== 0) {
    assert.ok(performance.now() < deadline, `in vain on ${node}: ${line}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends a signal to the daemon of a node. */
export function signal(pair: Pair, node: string, name: string): Promise<string> {
  return shell(pair, node, `kill -${name} "$(cat /var/run/heartbeat.pid)"`);
}
