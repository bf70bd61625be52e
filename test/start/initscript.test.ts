/** /etc/init.d/heartbeat as a script beside Debian's own, with daemons: texts and exit codes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Beside, type Said } from './beside.js';

const HACF = `logfile /var/log/ha-log
logfacility none
keepalive 200ms
deadtime 2
warntime 1
initdead 5
ucast eth0 192.168.136.99
auto_failback on
node loadbalancer backup
`;

/** Remembers what it was called with, and whether it runs. */
const PROBE = `#!/bin/sh
case $1 in
start) : >/run/probe ;;
stop) rm -f /run/probe ;;
status) [ -e /run/probe ] && echo running || echo stopped ;;
esac
`;

/** What Red Hat's functions print, where they have colours. */
const RED_HAT = `
echo_success() { printf '\\033[60G[\\033[0;32m  OK  \\033[0;39m]\\r'; return 0; }
echo_failure() { printf '\\033[60G[\\033[0;31mFAILED\\033[0;39m]\\r'; return 1; }
status() { echo "$1 is whatever Red Hat says"; return 9; }
`;

const INIT = '/etc/init.d/heartbeat';
const USER = 'setpriv --reuid=65534 --regid=65534 --clear-groups';

/** Until the daemon holds its resource: then it is in the same state on both. */
const HOLDS = 'until [ -e /run/probe ]; do sleep 0.1; done';
/** Until the genuine daemon, whose command returns before, has written its pid file. */
const UP = 'until [ -s /var/run/heartbeat.pid ]; do sleep 0.1; done';

let both: Beside;

before(async () => {
  both = await Beside.open();
});

after(() => both.close());

beforeEach(async () => {
  await both.reboot();
  const hosts = '127.0.0.1 localhost\n192.168.136.11 loadbalancer\n192.168.136.12 backup\n';
  await both.put('/etc/hosts', hosts);
  await both.put('/etc/ha.d/ha.cf', HACF);
  await both.put('/etc/ha.d/authkeys', 'auth 1\n1 crc\n', 0o600);
  await both.put('/etc/ha.d/haresources', 'NODE probe\n');
  await both.put('/etc/ha.d/resource.d/probe', PROBE, 0o755);
  await both.say(
    'rm -rf /var/lock/subsys /etc/ha.d/resource.d/startstop /etc/rc.d; rm -f /var/log/ha-log',
  );
});

/** Both say the same; returns it. */
async function same(script: string): Promise<string> {
  const said: Said = await both.say(script);
  assert.equal(said.ours, said.genuine, script);
  return said.ours;
}

/** The verbs one after the other: the exit code behind each. */
const verbs = (words: string, as = ''): string =>
  `for verb in ${words}; do ${as} ${INIT} "$verb"; echo "$verb: $?"; done`;

test('start, start again, status, reload, restart, stop, stop again, status', async () => {
  assert.match(await same(verbs('status stop')), /status: 3\n[\s\S]*Done\.\nstop: 0/);
  assert.match(await same(`${INIT} start; ls /var/lock/subsys`), /services: Done\.\nheartbeat/);
  await both.say(HOLDS);
  assert.match(await same(verbs('start')), /start: 0/);
  assert.match(await same(verbs('status')), /heartbeat OK \[pid PID et al\] is running on NODE/);
  assert.match(await same(verbs('reload force-reload')), /Signalling heartbeat pid PID/);
  await same(`${verbs('restart')}; ${HOLDS}`);
  await same(`${verbs('stop')}; ls /var/lock/subsys`);
  assert.match(await same(verbs('stop status')), /stop: 0\n[\s\S]*status: 1/);
});

test('verbs that are none', async () => {
  const said = await same(verbs('condrestart try-restart help "" monitor'));
  assert.match(said, /Usage: \/etc\/init\.d\/heartbeat/);
});

test('a broken configuration, before the start and after', async () => {
  const broken = 'echo bogus >>/etc/ha.d/ha.cf';
  assert.match(await same(`${broken}; ${verbs('start status stop reload')}`), /\[rc=6\]/);
  await same(`sed -i /bogus/d /etc/ha.d/ha.cf; ${INIT} start`);
  await both.say(HOLDS);
  await same(`${broken}; ${verbs('reload start status')}; sed -i /bogus/d /etc/ha.d/ha.cf`);
  await same(verbs('stop'));
});

test('a configuration of which a part is missing or open to all', async () => {
  const without = (file: string, words: string): string =>
    `mv /etc/ha.d/${file} /tmp/; ${verbs(words)}; mv /tmp/${file} /etc/ha.d/`;
  const every = 'start stop status restart reload force-reload standby help';
  assert.match(await same(without('ha.cf', every)), /not found\. Heartbeat failure \[rc=1\]/);
  await same(without('authkeys', 'start status'));
  await same(without('haresources', 'start status'));
  await same(
    `chmod 644 /etc/ha.d/authkeys; ${verbs('start reload')}; chmod 600 /etc/ha.d/authkeys`,
  );
});

test('a stale pid file, and one with nothing in it', async () => {
  const stale = (text: string, words: string): string =>
    `echo '${text}' >/var/run/heartbeat.pid; ${verbs(words)}`;
  assert.match(await same(stale('     99999', 'status stop status')), /status: 1/);
  await same(`${stale('     99999', 'start')}; sleep 1; ${verbs('start status stop')}`);
  await same(`${stale('     99999', 'reload')}; ${UP}; sleep 1; ${verbs('stop')}`);
  await same(stale('garbage', 'status stop status'));
});

test('a normal user, beside no daemon and beside one', async () => {
  const every = verbs('status start stop reload help', USER);
  assert.match(await same(every), /start: 4/);
  await both.say(`${INIT} start; ${HOLDS}`);
  assert.match(await same(every), /stop: 4/);
  await same(verbs('stop'));
});

test('the words for standby that only say why not', async () => {
  const failback = (value: string): string =>
    `sed -i '/^auto_failback/d' /etc/ha.d/ha.cf; ${value} ${verbs('standby')}`;
  await same(failback('echo auto_failback on >>/etc/ha.d/ha.cf;'));
  await same(failback('echo auto_failback Legacy >>/etc/ha.d/ha.cf;'));
  await same(failback(''));
});

test('a file startstop is run around start and stop, and with their exit codes', async () => {
  await both.put('/etc/ha.d/resource.d/startstop', '#!/bin/sh\necho "hook $*"\nexit 7\n', 0o755);
  const said = await same(`${verbs('start')}; ${UP}; sleep 1; ${verbs('stop')}`);
  assert.match(
    said,
    /hook pre-start\n[\s\S]*hook post-start 0\n[\s\S]*hook pre-stop\n[\s\S]*hook post-stop 0/,
  );
  await same(`echo bogus >>/etc/ha.d/ha.cf; ${verbs('start')}`);
});

test('an old file ipresources becomes haresources', async () => {
  await same(`cd /etc/ha.d; mv haresources ipresources; ${INIT} start; ls *resources; ${UP}`);
  await same(verbs('stop'));
});

test('for a watchdog that is not there the software one is loaded', async () => {
  await both.put('/sbin/modprobe', '#!/bin/sh\necho "$*" >>/run/modprobe\n', 0o755);
  const loaded = 'cat /run/modprobe 2>&1; rm -f /run/modprobe';
  // Where no driver comes, the genuine script complains that it has no device to make.
  const said = await same(`echo 'watchdog /dev/nodog' >>/etc/ha.d/ha.cf
    ${INIT} start 2>/dev/null; ${loaded}
    ${UP}; sleep 1; ${verbs('stop')}`);
  assert.match(said, /^softdog nowayout=0$/m);
  await same(`sed -i /watchdog/d /etc/ha.d/ha.cf; ${INIT} start; ${loaded}; ${UP}; sleep 1
    ${verbs('stop')}`);
});

test('on Red Hat the words are those of its functions', async () => {
  await both.put('/etc/rc.d/init.d/functions', RED_HAT);
  const said = await same(verbs('status stop start'));
  assert.match(said, /\[60G\[.*OK/);
  await both.say(HOLDS);
  await same(verbs('start status reload stop'));
  assert.match(await same(`echo bogus >>/etc/ha.d/ha.cf; ${verbs('start reload')}`), /FAILED/);
  await same(`rm /etc/ha.d/ha.cf; ${verbs('start status')}`);
});

test('without the program nothing is done and nothing said', async () => {
  const hide = 'chmod -x /usr/libexec/heartbeat/heartbeat /usr/lib/heartbeat/heartbeat 2>/dev/null';
  const show = 'chmod +x /usr/libexec/heartbeat/heartbeat /usr/lib/heartbeat/heartbeat 2>/dev/null';
  await same(`${hide}; ${verbs('start stop status restart reload help')}; ${show}; :`);
});
