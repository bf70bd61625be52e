/** /etc/init.d/ldirectord as a script beside Debian's own, with daemons: texts and exit codes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { recordedTable } from '../lab/clusterfiles.js';
import { Beside } from './beside.js';

const CONFIG = '/etc/ha.d/ldirectord.cf';

const TABLE = `checktimeout=1
checkinterval=1
logfile="/var/log/ldirectord.log"
quiescent=no
virtual=192.168.136.10:80
	real=192.168.136.101:80 gate
	scheduler=rr
	checktype=on
`;

const INIT = '/etc/init.d/ldirectord';
const USER = 'setpriv --reuid=65534 --regid=65534 --clear-groups';

/** Until a daemon that was told to end has ended; the genuine `stop` does not wait for it. */
const GONE = 'while [ -e /var/run/ldirectord.ldirectord.cf.pid ]; do sleep 0.1; done';
const UP = 'until [ -s /var/run/ldirectord.ldirectord.cf.pid ]; do sleep 0.1; done';

let both: Beside;

before(async () => {
  both = await Beside.open();
  for (const [path, { text, mode }] of Object.entries(recordedTable())) {
    await both.put(path, text, mode);
  }
});

after(() => both.close());

beforeEach(async () => {
  await both.reboot();
  await both.put(CONFIG, TABLE);
  await both.put('/etc/default/ldirectord', `CONFIG_FILE=${CONFIG}\n`);
});

async function same(script: string): Promise<string> {
  const said = await both.say(script);
  assert.equal(said.ours, said.genuine, script);
  return said.ours;
}

/** The verbs one after the other: the exit code behind each. */
const verbs = (words: string, as = ''): string =>
  `for verb in ${words}; do ${as} ${INIT} "$verb"; echo "$verb: $?"; done`;

test('start, start again, status, reload, restart, stop, stop again, status', async () => {
  await same(verbs('status stop try-restart reload'));
  await same(`${verbs('start')}; ${UP}; ${verbs('start status reload force-reload status')}`);
  await same(
    `${verbs('restart')}; ${UP}; ${verbs('status try-restart')}; ${UP}; ${verbs('status')}`,
  );
  await same(`${verbs('stop')}; ${GONE}; ${verbs('stop status')}`);
});

test('verbs that are none', async () => {
  await same(verbs('condrestart help "" monitor'));
});

test('a broken configuration, before the start and after', async () => {
  const broken = `echo bogus=1 >>${CONFIG}`;
  await same(`${broken}; ${verbs('start status reload')}; sed -i /bogus/d ${CONFIG}`);
});

test('no configuration, no default', async () => {
  await same(`rm ${CONFIG}; ${verbs('start stop status reload help')}`);
  await same(`rm /etc/default/ldirectord; ${verbs('start stop status')}`);
});

test('a stale pid file', async () => {
  const stale = 'echo 99999 >/var/run/ldirectord.ldirectord.cf.pid';
  await same(`${stale}; ${verbs('status start')}; sleep 1; ${verbs('status stop')}; ${GONE}`);
});

test('a normal user, beside no daemon', async () => {
  await same(
    `log=/var/log/ldirectord.log; touch $log; chmod 666 $log; ${verbs('status stop', USER)}`,
  );
});
