/**
 * The process tree of a node under fire: whatever of it is killed, heartbeats go on, no script runs
 * beside itself, and the resources are neither lost nor held twice.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { coldStart, type Limits } from '../lab/checks.js';
import { Cluster } from '../lab/cluster.js';
import {
  type ClusterFiles,
  recordingScripts,
  type Timers,
  tutorialFiles,
} from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { openPair } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';
import { Beats } from './beats.js';

const LIMITS: Limits = { coldStartMs: 60_000, moveMs: 40_000 };
const TIMERS: Timers = { keepalive: '500ms', deadtime: '3', warntime: '2', initdead: '6' };
const KEEPALIVE_MS = 500;
const DEADTIME_MS = 3000;
/** Short of warntime, so that no peer would call a heartbeat late; two are sent in this time. */
const LATE_MS = 1500;

const [HOME, OTHER] = DIRECTORS;

let programs: Stack;
let lab: Lab;
let cluster: Cluster;
let beats: Beats;

before(async () => {
  programs = stack('ours');
  lab = await openPair(programs);
});

after(async () => {
  await lab.close();
  programs.dispose();
});

beforeEach(async () => {
  beats = await Beats.listen(lab.site, 'client');
});

afterEach(async () => {
  await beats.stop();
  await cluster.close();
  for (const node of DIRECTORS) {
    await lab.site.powerOff(node);
    await lab.site.powerOn(node);
  }
});

async function shell(node: string, script: string, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.site.run(node, ['sh', '-c', script, 'sh', ...words]);
  assert.equal(code, 0, `${script}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** The pids of a host whose command line holds a text. */
async function pids(node: string, text: string): Promise<readonly string[]> {
  const list = `for p in /proc/[0-9]*; do
    echo "\${p#/proc/} $(tr '\\0' ' ' <"$p/cmdline")"
  done 2>/dev/null`;
  const rows = (await shell(node, list)).split('\n');
  return rows.filter((row) => row.includes(text)).map((row) => row.split(' ')[0] ?? '');
}

async function only(node: string, text: string): Promise<string> {
  const [pid, ...more] = await pids(node, text);
  assert.ok(pid !== undefined && more.length === 0, `${text}: ${[pid, ...more].join(' ')}`);
  return pid;
}

const SUPERVISOR = 'heartbeat/supervisor /';
const DAEMON = 'heartbeat: master control process';
const RUNNER = '/runner.cjs';

const daemonPid = (node: string): Promise<string> =>
  shell(node, 'read -r pid </var/run/heartbeat.pid && echo "$pid"');

const kill = (node: string, ...victims: string[]): Promise<string> =>
  shell(node, 'kill -9 "$@"', ...victims);

/** Every call of a recording script, `status` ones left out. */
async function recorded(node: string): Promise<readonly string[]> {
  const calls = await shell(node, 'cat /var/log/calls 2>/dev/null || :');
  return calls.split('\n').filter((call) => call !== '' && !call.endsWith(' status'));
}

async function form(more: ClusterFiles = {}): Promise<void> {
  cluster = await Cluster.open(lab, { ...tutorialFiles(TIMERS), ...recordingScripts(), ...more });
}

/** Waits until a condition holds. */
async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMITS.moveMs;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Lets the cluster run for a few deadtimes, in which a mistake would show. */
const watch = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2 * DEADTIME_MS));

test('the daemon crashes: it is back before anybody misses it, and no script runs', async () => {
  await form();
  await coldStart(cluster, LIMITS);
  const calls = await recorded(HOME);
  const since = cluster.feed.mark;
  const from = await lab.site.now();
  const [before, runner] = [await daemonPid(HOME), await only(HOME, RUNNER)];
  await kill(HOME, before);
  await until('another daemon', async () => (await daemonPid(HOME)) !== before);
  await cluster.logged(HOME, /Local status now set to: 'active'/, since, LIMITS.moveMs);
  await watch();
  const gap = beats.longestGapMs(HOME, from, await lab.site.now());
  assert.ok(gap < LATE_MS, `a heartbeat came after ${gap} ms`);
  assert.deepEqual(cluster.lines(OTHER, /is dead|Late heartbeat|CRIT/, since), []);
  assert.deepEqual(await recorded(HOME), calls);
  assert.deepEqual(await recorded(OTHER), []);
  assert.deepEqual(cluster.holders, [HOME]);
  assert.equal((await cluster.settled(LIMITS.moveMs))[HOME], 'local');
  assert.equal(await only(HOME, RUNNER), runner);
  await only(HOME, '/ipfail');
  await only(HOME, SUPERVISOR);
});

test('the runner is killed in a start: no heartbeat is late, no script runs twice', async () => {
  const slow = `#!/bin/sh
echo "lvs $1" >>/var/log/calls
case $1 in
start)
  n=0
  while [ ! -e /tmp/go ] && [ "$n" -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
  echo 'lvs started' >>/var/log/calls
  : >/run/lvs
  ;;
stop) rm -f /run/lvs ;;
status) [ -e /run/lvs ] && echo running || echo stopped ;;
esac
`;
  await form({ '/etc/ha.d/resource.d/lvs': { text: slow, mode: 0o755 } });
  const since = cluster.feed.mark;
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await until('lvs start', async () => (await recorded(HOME)).includes('lvs start'));
  const from = await lab.site.now();
  await kill(HOME, await only(HOME, RUNNER));
  await cluster.logged(HOME, /Resource runner \[\d+\] has gone/, since, LIMITS.moveMs);
  await watch();
  assert.deepEqual(await recorded(HOME), ['lvs start']);
  await shell(HOME, ': >/tmp/go');
  await cluster.called(HOME, 'ldirectord start', since, LIMITS.moveMs);
  await cluster.holding(HOME, true, LIMITS.moveMs);
  const gap = beats.longestGapMs(HOME, from, await lab.site.now());
  assert.ok(gap < 2 * KEEPALIVE_MS, `a heartbeat came after ${gap} ms`);
  assert.equal((await cluster.settled(LIMITS.moveMs))[HOME], 'local');
  assert.deepEqual(await recorded(HOME), [
    'lvs start',
    'lvs started',
    'ipvsadm start',
    'ldirectord start',
  ]);
  assert.deepEqual(await recorded(OTHER), []);
});

test('the supervisor is killed: another one starts the daemon when that crashes', async () => {
  await form();
  await coldStart(cluster, LIMITS);
  const since = cluster.feed.mark;
  const before = await daemonPid(HOME);
  await kill(HOME, await only(HOME, SUPERVISOR));
  await cluster.logged(HOME, /Supervisor \[\d+\] ended with SIGKILL/, since, LIMITS.moveMs);
  await until('another supervisor', async () => (await pids(HOME, SUPERVISOR)).length === 1);
  await kill(HOME, before);
  await until('another daemon', async () => (await daemonPid(HOME)) !== before);
  await cluster.logged(HOME, /Local status now set to: 'active'/, since, LIMITS.moveMs);
  assert.deepEqual(cluster.lines(OTHER, /is dead/, since), []);
  await cluster.stop(HOME);
  for (const text of [RUNNER, SUPERVISOR, '/ipfail', 'master control process']) {
    await until(`the end of ${text}`, async () => (await pids(HOME, text)).length === 0);
  }
});

test('daemon and supervisor are killed: all is given up before the other takes over', async () => {
  await form();
  await coldStart(cluster, LIMITS);
  const since = cluster.feed.mark;
  await kill(HOME, await only(HOME, SUPERVISOR), await daemonPid(HOME));
  // A process that is killed may stand in the list for a moment yet.
  await until('their end', async () => {
    return (await pids(HOME, SUPERVISOR)).length + (await pids(HOME, DAEMON)).length === 0;
  });
  const stopped = lab.site.run(HOME, ['/usr/lib/heartbeat/heartbeat', '-k']);
  await cluster.holding(OTHER, true, LIMITS.moveMs);
  assert.equal(cluster.doublyHeldMs(since), 0);
  assert.equal((await stopped).stderr, 'INFO: Heartbeat already stopped.\n');
  await until('the end of the runner', async () => (await pids(HOME, RUNNER)).length === 0);
  assert.deepEqual((await recorded(HOME)).slice(-3), [
    'ldirectord stop',
    'ipvsadm stop',
    'lvs stop',
  ]);
  await cluster.called(OTHER, 'ldirectord start', since, LIMITS.moveMs);
});

test('a changed ha.cf: the daemon begins anew and keeps its resources', async () => {
  await form();
  await coldStart(cluster, LIMITS);
  const calls = await recorded(HOME);
  const since = cluster.feed.mark;
  const before = await daemonPid(HOME);
  await shell(HOME, 'touch /etc/ha.d/ha.cf && exec /etc/init.d/heartbeat reload');
  await cluster.logged(HOME, /Performing heartbeat restart exec\./, since, LIMITS.moveMs);
  await until('another daemon', async () => (await daemonPid(HOME)) !== before);
  await cluster.logged(HOME, /Local status now set to: 'active'/, since, LIMITS.moveMs);
  assert.equal((await cluster.settled(LIMITS.moveMs))[HOME], 'local');
  assert.deepEqual(await recorded(HOME), calls);
  assert.deepEqual(cluster.holders, [HOME]);
  assert.deepEqual(cluster.lines(OTHER, /is dead/, since), []);
  await only(HOME, '/ipfail');
});
