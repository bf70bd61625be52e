/** The units of systemd: what it says of them, and what the daemons say to a service manager. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { recordedTable } from '../lab/clusterfiles.js';
import { Feed } from '../lab/feed.js';
import { openPair, type Pair } from '../lab/pair.js';
import type { Outcome, Task } from '../lab/site.js';
import { type Stack, stack } from '../lab/stack.js';

const HOST = 'loadbalancer';
const SOCKET = '/run/notify';
const WATCHDOG_MS = 2000;
const SERVICE = '/usr/lib/heartbeat/service';

/** The machine may be busy; a daemon that has not said its word by then will not. */
const WORD_LIMIT_MS = 60_000;

const HACF = `logfile /var/log/ha-log
logfacility none
keepalive 200ms
deadtime 1
warntime 500ms
initdead 2
ucast eth0 192.168.136.99
auto_failback on
node loadbalancer backup
`;

/** Tells whether a script of the user's could speak to the service manager. */
const PROBE = `#!/bin/sh
env | grep -E 'NOTIFY|WATCHDOG' >>/run/leaked
case $1 in
start) : >/run/probe ;;
stop) rm -f /run/probe ;;
status) [ -e /run/probe ] && echo running || echo stopped ;;
esac
`;

let programs: Stack;
let pair: Pair;
let listener: Task;
/** What was said to the service manager, a line each. */
let said: Feed<string>;

before(async () => {
  programs = stack('ours');
  pair = await openPair(programs);
  for (const [path, { text, mode }] of Object.entries(recordedTable())) {
    await pair.site.put(HOST, path, text, mode);
  }
  const hosts = '127.0.0.1 localhost\n192.168.136.11 loadbalancer\n192.168.136.12 backup\n';
  await pair.site.put(HOST, '/etc/hosts', hosts);
  await pair.site.put(HOST, '/etc/ha.d/ha.cf', HACF);
  await pair.site.put(HOST, '/etc/ha.d/authkeys', 'auth 1\n1 crc\n', 0o600);
  await pair.site.put(HOST, '/etc/ha.d/haresources', 'loadbalancer probe\n');
  await pair.site.put(HOST, '/etc/ha.d/resource.d/probe', PROBE, 0o755);
  await pair.site.put(
    HOST,
    '/etc/ha.d/ldirectord.cf',
    'virtual=192.168.136.10:80\n\treal=192.168.136.101:80 gate\n\tchecktype=on\n',
  );
});

after(async () => {
  await pair.close();
  programs.dispose();
});

beforeEach(async () => {
  said = new Feed<string>((line) => line);
  const argv = ['socat', '-u', `UNIX-RECV:${SOCKET}`, 'STDOUT'];
  listener = await pair.site.start(HOST, argv, ({ text }) => said.add(text));
  await shell(`until [ -S ${SOCKET} ]; do sleep 0.05; done`);
});

afterEach(async () => {
  await listener.stop();
  await pair.site.powerOff(HOST);
  await pair.site.powerOn(HOST);
});

function run(script: string): Promise<Outcome> {
  return pair.site.run(HOST, ['sh', '-c', script]);
}

async function shell(script: string): Promise<string> {
  const { code, stdout, stderr } = await run(script);
  assert.equal(code, 0, `${script}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** Waits for a line that is said after a mark. */
async function hear(pattern: RegExp, since: number): Promise<void> {
  await said.until((line) => pattern.test(line), String(pattern), {
    since,
    limitMs: WORD_LIMIT_MS,
  });
}

const PLACE = ['env', `NOTIFY_SOCKET=${SOCKET}`, `WATCHDOG_USEC=${WATCHDOG_MS * 1000}`];

/** What ExecStart= of the unit starts. */
function startService(): Promise<Task> {
  return pair.site.start(HOST, [...PLACE, SERVICE, 'run'], () => undefined);
}

const ready = (since = 0): Promise<void> => hear(/^READY=1$/, since);

test('systemd finds nothing to complain of', async () => {
  const { code, stdout, stderr } = await run(
    'systemd-analyze verify heartbeat.service ldirectord.service',
  );
  const ours = `${stdout}${stderr}`.split('\n').filter((row) => /heartbeat|ldirectord/.test(row));
  assert.deepEqual(ours, []);
  assert.equal(code, 0, `${stdout}${stderr}`);
});

test('heartbeat: ready when the media are open, alive, how it is, rereading', async () => {
  const service = await startService();
  await ready();
  assert.match(await shell('ss -Hlun'), /:694\b/);
  await hear(/^WATCHDOG=1$/, 0);
  await hear(/^STATUS=holding (local|all); peer backup dead$/, 0);
  await hear(/^WATCHDOG=1$/, said.mark);

  let mark = said.mark;
  await shell('/usr/lib/heartbeat/heartbeat -r');
  await hear(/^RELOADING=1$/, mark);
  await hear(/^MONOTONIC_USEC=\d+$/, mark);
  await ready(mark);

  mark = said.mark;
  await shell(
    "sed -i 's/deadtime 1/deadtime 1500ms/' /etc/ha.d/ha.cf; /usr/lib/heartbeat/heartbeat -r",
  );
  await hear(/^RELOADING=1$/, mark);
  await ready(mark);
  await hear(/^WATCHDOG=1$/, said.mark);

  mark = said.mark;
  await shell(`${SERVICE} stop`);
  await hear(/^STOPPING=1$/, mark);
  assert.equal(await service.ended, 0);
  assert.equal(await shell('cat /run/leaked'), '');
});

test('heartbeat: the service outlives a crash; after a hang the next takes over', async () => {
  const service = await startService();
  await ready();
  let mark = said.mark;
  await shell('kill -9 $(cat /var/run/heartbeat.pid)');
  await ready(mark);
  await hear(/^WATCHDOG=1$/, said.mark);

  const hanging = await shell('cat /var/run/heartbeat.pid');
  await shell(`kill -STOP ${hanging}`);
  // What systemd does when WatchdogSec= is over: SIGABRT for the main process.
  mark = said.mark;
  await shell(`kill -ABRT $(pgrep -f '[/]service run')`);
  assert.equal(await service.ended, 1);
  await ready(mark);
  assert.notEqual(await shell('cat /var/run/heartbeat.pid'), hanging);

  mark = said.mark;
  const next = await startService();
  await ready(mark);
  await hear(/^WATCHDOG=1$/, said.mark);
  await shell('kill -TERM $(pgrep -f "[/]service run")');
  await hear(/^STOPPING=1$/, mark);
  assert.equal(await next.ended, 0);
});

test('heartbeat: a start that fails is told by its exit code', async () => {
  await shell('echo bogus >>/etc/ha.d/ha.cf');
  const service = await startService();
  assert.equal(await service.ended, 6);
  await shell('sed -i /bogus/d /etc/ha.d/ha.cf');
  assert.deepEqual(said.since(0), []);
});

test('ldirectord: which process it is, ready, alive, rereading, stopping', async () => {
  await shell(`${PLACE.join(' ')} /usr/sbin/ldirectord start`);
  await ready();
  const pid = await shell('cat /var/run/ldirectord.ldirectord.pid');
  assert.ok(said.since(0).includes(`MAINPID=${pid}`), said.since(0).join(' '));
  assert.ok(said.since(0).includes('STATUS=watching 1 virtual services on 1 real servers'));
  await hear(/^WATCHDOG=1$/, said.mark);

  let mark = said.mark;
  await shell('/usr/sbin/ldirectord reload');
  await hear(/^RELOADING=1$/, mark);
  await ready(mark);

  mark = said.mark;
  await shell(`${PLACE.join(' ')} /usr/sbin/ldirectord start`);
  await hear(new RegExp(`^MAINPID=${pid}$`), mark);
  await shell('/usr/sbin/ldirectord stop');
  await hear(/^STOPPING=1$/, mark);
});
