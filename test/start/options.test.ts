/** The options of the heartbeat command beside the genuine one: texts and exit codes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Beside } from './beside.js';

const HACF = `logfile /var/log/ha-log
logfacility none
keepalive 200ms
deadtime 2
warntime 1
initdead 5
baud 19200
ucast eth0 192.168.136.99
auto_failback on
node loadbalancer backup
`;

/** Debian's path, which ours has as well. */
const HEARTBEAT = '/usr/libexec/heartbeat/heartbeat';
const UP = 'until [ -s /var/run/heartbeat.pid ]; do sleep 0.1; done';
const ACTIVE = `until grep -q "set to: 'active'" /var/log/ha-log; do sleep 0.1; done`;

let both: Beside;

before(async () => {
  both = await Beside.open();
  const hosts = '127.0.0.1 localhost\n192.168.136.11 loadbalancer\n192.168.136.12 backup\n';
  await both.put('/etc/hosts', hosts);
});

after(() => both.close());

beforeEach(async () => {
  await both.reboot();
  await both.put('/etc/ha.d/ha.cf', HACF);
  await both.put('/etc/ha.d/authkeys', 'auth 1\n1 crc\n', 0o600);
  await both.put('/etc/ha.d/haresources', 'NODE probe\n');
  await both.put('/etc/ha.d/resource.d/probe', '#!/bin/sh\necho stopped\n', 0o755);
  // The start script makes it, without which the genuine daemon does not live long.
  await both.say('rm -f /var/log/ha-log; install -d -o hacluster -m 750 /var/run/heartbeat');
});

/** What -d adds to standard error is each program's own. */
const DEBUG = /^NODE heartbeat: \[PID\]: (debug: |info: AUTH: i=|info: Heartbeat Hg Version).*\n/gm;

/** Both say the same; returns it. */
async function same(script: string): Promise<string> {
  const said = await both.say(script);
  const [ours, genuine] = [said.ours.replace(DEBUG, ''), said.genuine.replace(DEBUG, '')];
  assert.equal(ours, genuine, script);
  return ours;
}

/** The command with each list of options, and its exit code. */
const each = (...lists: string[]): string =>
  lists.map((words) => `${HEARTBEAT} ${words}; echo "[${words}] $?"`).join('\n');

test('wrong usage', async () => {
  const said = await same(
    each('-x', '-C local', '-C', '-R -C bogus', '-rR', '-Rr', '--bogus', '-dzk', '-s -y'),
  );
  assert.match(said, /Usage: heartbeat \[-dDkMrRsvWlVf\]/);
});

test('what only prints: default values, and the build', async () => {
  assert.match(await same(each('-D', '-V', '-Ds', '-kV')), /memreserve/);
  // A wiki page says when it was made.
  await same(`{ ${each('-DW', '-WD')}; } | grep -v '^This was produced'`);
});

test('nothing runs: status, stop, restart', async () => {
  await same(each('-s', '-k', '-ks', '-sk', '-R', '-R -C local', '-s foo', '-dds'));
});

test('it runs: status, start again, reload, restart', async () => {
  await same(`${each('')}; ${UP}; ${ACTIVE}`);
  await same(each('-s', '-sv', '', '-d', '-R', '-R -C all', '-r'));
  await same(
    `echo bogus >>/etc/ha.d/ha.cf\n${each('-r', '', '-s')}\nsed -i /bogus/d /etc/ha.d/ha.cf`,
  );
  await same(each('-k', '-k', '-s'));
});

test('a start with -l, -M, -d and -v', async () => {
  const options = ['-l', '-M', '-lM', '-dd'];
  for (const words of options) {
    await same(`${each(words)}; ${UP}; sleep 0.5; ${each('-s', '-k')}`);
  }
});

test('-f stays until the daemon has ended', async () => {
  await same(`${HEARTBEAT} -f & stays=$!; ${UP}; ${ACTIVE}; kill -0 "$stays"; echo "$?"
    ${each('-s', '-k')}; wait "$stays"; echo "$?"`);
});

test('-v prints what is in effect', async () => {
  await same(`${HEARTBEAT} -v 2>/dev/null | sed -E 's/^node (loadbalancer|backup)/node/'
    ${UP}; sleep 0.5; ${HEARTBEAT} -k`);
});

test('signals: what is ignored, what is told, and what ends it', async () => {
  await same(`${each('')}; ${UP}; ${ACTIVE}`);
  const told = `for signal in INT PIPE TTIN TTOU ALRM USR1 USR2 HUP; do
    kill -s "$signal" "$(cat /var/run/heartbeat.pid)"; sleep 0.3
  done
  ${HEARTBEAT} -s
  grep -oE 'Unexpected alarm|debug now set to [0-9]' /var/log/ha-log | sort | uniq`;
  assert.match(await same(told), /heartbeat OK/);
  await same(`kill -TERM "$(cat /var/run/heartbeat.pid)"
    until grep -q 'shutdown complete' /var/log/ha-log; do sleep 0.1; done; sleep 0.5
    ${HEARTBEAT} -s; echo "$?"`);
});
