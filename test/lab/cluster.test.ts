/** A cluster in the namespace lab: the tutorial's media first, then the serial line alone. */

import { after, before, test } from 'node:test';
import {
  coldStart,
  failback,
  gracefulStop,
  type Limits,
  noiseOnTheLine,
  powerOffTakeover,
} from './checks.js';
import { Cluster } from './cluster.js';
import { recordingScripts, serialOnly, type Timers, tutorialFiles } from './clusterfiles.js';
import { DIRECTORS, type Lab } from './lab.js';
import { openPair } from './pair.js';
import { type Stack, stack, stackName } from './stack.js';

const LIMITS: Limits = { coldStartMs: 60_000, moveMs: 40_000 };
/** A serial frame takes 150 ms at 19200 baud: a quicker heartbeat would fill the line. */
const TIMERS: Timers = { keepalive: '500ms', deadtime: '3', warntime: '2', initdead: '6' };

let programs: Stack;
let lab: Lab;

before(async () => {
  programs = stack(stackName(process.env.TS_HEARTBEAT_STACK));
  lab = await openPair(programs);
});

after(async () => {
  await lab.close();
  programs.dispose();
});

test('the tutorial’s media: serial line, multicast and ping group', async () => {
  const files = { ...tutorialFiles(TIMERS), ...recordingScripts() };
  const cluster = await Cluster.open(lab, files);
  await coldStart(cluster, LIMITS);
  await gracefulStop(cluster, LIMITS);
  await failback(cluster, LIMITS);
  await powerOffTakeover(cluster, LIMITS);
  await cluster.powerOn('loadbalancer');
  await failback(cluster, LIMITS);
  await cluster.close();
});

test('the serial line alone: forms, stands noise, fails over', async () => {
  for (const node of DIRECTORS) {
    await lab.site.powerOff(node);
    await lab.site.powerOn(node);
  }
  const files = serialOnly({ ...tutorialFiles(TIMERS), ...recordingScripts() });
  const cluster = await Cluster.open(lab, files);
  await coldStart(cluster, LIMITS);
  await noiseOnTheLine(cluster, 500);
  await powerOffTakeover(cluster, LIMITS);
  await cluster.close();
});
