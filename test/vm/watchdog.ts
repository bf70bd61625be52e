/** The kernel's own watchdog, softdog, under a node of the virtual machine. */

import assert from 'node:assert/strict';
import type { Limits } from '../lab/checks.js';
import type { Cluster } from '../lab/cluster.js';
import type { Line, Site } from '../lab/site.js';
import type { Machine } from '../lab/vm/qemu.js';

/** As the kernel numbers it. */
const DEVICE = '/dev/watchdog';
const MAKE_DEVICE = `[ -e ${DEVICE} ] || mknod ${DEVICE} c 10 130`;
const STATE = '/sys/class/watchdog/watchdog0/state';

/** The line softdog leaves behind when it resets the machine. */
const RESET = /softdog: Initiating system reboot/;

/** Runs a program of the machine below the hosts, and waits for its end. */
async function below(site: Site, host: string, argv: readonly string[]): Promise<void> {
  const said: Line[] = [];
  const task = await site.start(host, argv, (line) => said.push(line), 'network');
  assert.equal(await task.ended, 0, said.map(({ text }) => text).join('\n'));
}

/** From now on a watchdog that fires resets the whole machine; a host gets its device. */
export async function armSoftdog(site: Site, host: string): Promise<void> {
  await below(site, host, ['modprobe', '-r', 'softdog']);
  await below(site, host, ['modprobe', 'softdog', 'soft_noboot=0']);
  const outcome = await site.run(host, ['sh', '-c', MAKE_DEVICE]);
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** Whether the kernel's watchdog counts at this moment. */
async function counts(site: Site, host: string): Promise<boolean> {
  const outcome = await site.run(host, ['cat', STATE]);
  assert.match(outcome.stdout, /^(in)?active$/m);
  return outcome.stdout.trim() === 'active';
}

/** It counts while the daemon runs, also over a crash, and no longer after an orderly stop. */
export async function stopInOrderDisarms(
  cluster: Cluster,
  node: string,
  limits: Limits,
): Promise<void> {
  const { site } = cluster.lab;
  const since = cluster.feed.mark;
  assert.equal(await counts(site, node), false);
  await cluster.start(node);
  await cluster.logged(
    node,
    /notice: Using watchdog device: \/dev\/watchdog/,
    since,
    limits.moveMs,
  );
  await cluster.logged(node, /info: Set watchdog timer to \d+ seconds\./, since, limits.moveMs);
  assert.equal(await counts(site, node), true);
  await cluster.stop(node);
  assert.equal(await counts(site, node), false);
}

/** The daemon is killed: it goes on counting until the next life feeds it. */
export async function crashKeepsItAlive(
  cluster: Cluster,
  node: string,
  limits: Limits,
): Promise<void> {
  const { site } = cluster.lab;
  const using = /notice: Using watchdog device/;
  const since = cluster.feed.mark;
  await cluster.start(node);
  await cluster.logged(node, using, since, limits.moveMs);
  assert.equal(await counts(site, node), true);
  const killed = cluster.feed.mark;
  await signal(site, node, 'KILL');
  assert.equal(await counts(site, node), true);
  await cluster.logged(node, using, killed, limits.moveMs);
  assert.equal(await counts(site, node), true);
}

async function signal(site: Site, node: string, name: string): Promise<void> {
  const script = `kill -${name} $(cat /var/run/heartbeat.pid)`;
  const outcome = await site.run(node, ['sh', '-c', script]);
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** The daemon no longer runs on, without having ended: the kernel resets the machine. */
export async function hangResets(cluster: Cluster, node: string, machine: Machine): Promise<void> {
  const { site } = cluster.lab;
  // A program that runs for as long as the machine does.
  const alive = await site.start(node, ['sleep', '1000000'], () => {});
  const before = await machine.console();
  assert.doesNotMatch(before, RESET);
  await signal(site, node, 'STOP');
  await alive.ended;
  assert.match(await machine.console(), RESET);
}
