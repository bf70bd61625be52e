/**
 * The tutorial's cluster in the virtual machine: kernel IPVS, tunl0, real serial ports, softdog.
 * One boot for all; the last test ends the machine.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DRIVER, devices, SECRET } from '../fencing/devices.js';
import { fencingStack } from '../fencing/programs.js';
import { bootServer, SERVERS } from '../lab/boot.js';
import {
  coldStart,
  failback,
  gracefulStop,
  type Limits,
  noiseOnTheLine,
  powerOffTakeover,
} from '../lab/checks.js';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, serialOnly, type Timers, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, VIRTUAL_ADDRESS } from '../lab/lab.js';
import { type Stack, stackName } from '../lab/stack.js';
import { openVm } from '../lab/vm/vm.js';
import { fencingFirst, pingLossMoves } from './guards.js';
import { armSoftdog, crashKeepsItAlive, hangResets, stopInOrderDisarms } from './watchdog.js';

/** The genuine scripts took up to 52 s for a start and 100 s for a move in an emulated machine. */
const LIMITS: Limits = { coldStartMs: 150_000, moveMs: 150_000 };

/** On a line where noise may cost two heartbeats in a row, three must not be a death. */
const SERIAL_TIMERS: Timers = { keepalive: '1', deadtime: '5', warntime: '4', initdead: '10' };

/**
 * Where a busy machine must not be taken for a death: only the serial line is left, or a daemon
 * that crashes has to be back before the watchdog fires.
 */
const PATIENT: Timers = { keepalive: '1', deadtime: '8', warntime: '4', initdead: '10' };

const TABLE_LIMIT_MS = 30_000;

const [HOME] = DIRECTORS;
const HACF = '/etc/ha.d/ha.cf';

let programs: Stack;
let lab: Awaited<ReturnType<typeof openVm>>;

before(async () => {
  programs = fencingStack(stackName(process.env.TS_HEARTBEAT_STACK));
  lab = await openVm(programs);
  await Promise.all(SERVERS.map((host) => bootServer(lab, host)));
});

after(async () => {
  await lab?.close();
  programs.dispose();
});

/** Both directors as they are after a boot: no daemon, no resource. */
async function rebootDirectors(): Promise<void> {
  for (const node of DIRECTORS) {
    await lab.site.powerOff(node).catch(() => undefined);
    await lab.site.powerOn(node);
    await bootServer(lab, node);
  }
}

/** The files with further lines of ha.cf. */
function withLines(files: ClusterFiles, ...lines: readonly string[]): ClusterFiles {
  const text = `${files[HACF]?.text ?? ''}${lines.join('\n')}\n`;
  return { ...files, [HACF]: { text, mode: 0o644 } };
}

/** One node with a watchdog, and little to start and stop: nobody is at the other end of its cable. */
function guardedFiles(): ClusterFiles {
  const files = withLines(tutorialFiles(PATIENT), 'watchdog /dev/watchdog');
  const alone = (files[HACF]?.text ?? '').replace(/^serial .*\n/m, '');
  const haresources = `${HOME} ${VIRTUAL_ADDRESS}/24/eth0\n`;
  return {
    ...files,
    [HACF]: { text: alone, mode: 0o644 },
    '/etc/ha.d/haresources': { text: haresources, mode: 0o644 },
  };
}

/** Waits for the kernel's table of a node to have that many real servers with weight 1. */
async function balancing(node: string, servers: number): Promise<void> {
  const deadline = performance.now() + TABLE_LIMIT_MS;
  for (;;) {
    const table = await lab.site.readNet(node, 'ip_vs');
    const weighed = table.match(/^ +-> \S+ +(Tunnel|Local) +1 /gm)?.length ?? 0;
    if (weighed === servers) return;
    assert.ok(performance.now() < deadline, `the table of ${node}:\n${table}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

test('the tutorial’s cluster starts, moves in order, minds pings, fences first', async () => {
  const device = `stonith_host * ${DRIVER} ${DIRECTORS.join(',')} ${SECRET}`;
  const files = withLines({ ...tutorialFiles(PATIENT), ...devices() }, device);
  const cluster = await Cluster.open(lab, files);
  await coldStart(cluster, LIMITS);
  await balancing('loadbalancer', 5);
  await gracefulStop(cluster, LIMITS);
  await balancing('backup', 5);
  await balancing('loadbalancer', 0);
  await failback(cluster, LIMITS);
  await balancing('loadbalancer', 5);
  await pingLossMoves(cluster, LIMITS);
  await fencingFirst(cluster, LIMITS);
  await cluster.close();
});

test('the serial line alone, at 19200 baud: forms, stands noise, fails over', async () => {
  await rebootDirectors();
  const cluster = await Cluster.open(lab, serialOnly(tutorialFiles(SERIAL_TIMERS)));
  await coldStart(cluster, LIMITS);
  await noiseOnTheLine(cluster, 1000);
  await powerOffTakeover(cluster, LIMITS);
  await cluster.close();
});

test('the watchdog: disarmed by a stop, alive over a crash, fires at a hang', async () => {
  await rebootDirectors();
  const files = guardedFiles();
  const cluster = await Cluster.open(lab, files);
  await armSoftdog(lab.site, HOME);
  await stopInOrderDisarms(cluster, HOME, LIMITS);
  await crashKeepsItAlive(cluster, HOME, LIMITS);
  await hangResets(cluster, HOME, lab.machine);
});
