/** Inside the box: a daemon is killed and started again, with the world as it was and changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { calls, changesOf } from './calls.js';
import { daemonPid, type Play, putFile, table, until } from './play.js';
import { addAddresses, RealServer } from './realserver.js';

export interface KillOutcome {
  /** The table when the daemon was killed, and after each of the two starts. */
  readonly before: readonly string[];
  readonly unchanged: readonly string[];
  readonly changed: readonly string[];
  /** What was changed after a start with the world as it was, and after one with a server dead. */
  readonly idle: readonly string[];
  readonly needed: readonly string[];
}

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
/** The genuine program calls ipvsadm some hundred times for this, on a machine that may be busy. */
const SETTLE_LIMIT_MS = 90_000;
/** Some rounds, and more than one look at the table. */
const REST_MS = 7_000;
const CHECK = ['service=http', 'request="test.html"', 'receive="OK"', 'scheduler=rr'];

function virtual(name: string, ...lines: readonly string[]): readonly string[] {
  return [`virtual=${name}`, ...[...lines, ...CHECK].map((line) => `\t${line}`)];
}

/** A shared server, one that is quiesced, one with thresholds, a fallback that is in, a mark. */
const CONTENT = [
  'checkinterval=1',
  'checktimeout=2',
  'logfile="/var/log/ldirectord.log"',
  'fallback=127.0.0.1:80 gate',
  'quiescent=yes',
  ...virtual('10.255.0.1:80', 'real=10.0.0.1:80 gate 2 l:5 u:9', 'real=10.0.0.2:80 masq', dead()),
  ...virtual('10.255.0.2:80', dead(), 'persistent=300', 'netmask=255.255.255.0'),
  ...virtual('7', 'real=10.0.0.1:80 gate', dead(), 'quiescent=no', 'checkport=80'),
  '',
].join('\n');

function dead(): string {
  return 'real=10.0.0.3:80 gate';
}

export async function killed(play: Play): Promise<KillOutcome> {
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
  addAddresses(addresses);
  const servers = addresses.map((ip) => new RealServer({ ip, port: 80 }));
  for (const server of servers) await server.become({});
  putFile(CONFIGURATION, { content: CONTENT });
  await play.command(['start']);
  await shows(6, /-w [12]$/gm);
  await servers[2]?.become({ state: 'refuse' });
  await shows(2, /-w 0$/gm);
  await shows(1, /-r 127\.0\.0\.1:80 -g -w 1$/gm);
  // Its last change is made; now it may die.
  await sleep(1_000);
  const before = rules();
  const idle = await restart(play, () => Promise.resolve());
  const unchanged = rules();
  const needed = await restart(play, () => servers[0]?.become({ state: 'refuse' }));
  const changed = rules();
  const pid = daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  for (const server of servers) await server.close();
  return { before, unchanged, changed, idle, needed };
}

/** Kills the daemon, lets things happen, starts it; returns what it has changed since. */
async function restart(
  play: Play,
  meanwhile: () => Promise<void> | undefined,
): Promise<readonly string[]> {
  const pid = daemonPid();
  if (pid === undefined) throw new Error('no daemon');
  process.kill(pid, 'SIGKILL');
  await meanwhile();
  const made = calls().length;
  await play.command(['start']);
  await sleep(REST_MS);
  return calls().slice(made).flatMap(changesOf);
}

async function shows(times: number, rule: RegExp): Promise<void> {
  const found = () => table().save().match(rule)?.length === times;
  if (!(await until(found, SETTLE_LIMIT_MS))) throw new Error(`not ${times} of ${rule}`);
}

function rules(): readonly string[] {
  return table().save().split('\n').slice(0, -1);
}
