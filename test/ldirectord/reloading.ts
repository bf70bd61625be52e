/** Inside the box: servers die one after the other, each while a bad configuration is read again. */
import { readFileSync } from 'node:fs';
import { stalledMs } from '../storm/stall.js';
import { calls, changesOf } from './calls.js';
import { daemonPid, type Play, putFile, table, until } from './play.js';
import { addAddresses, RealServer } from './realserver.js';
import type { BadCase } from './vector.js';

export interface ReloadOutcome {
  readonly name: string;
  readonly death: 'refuse' | 'hang';
  /** From the death to the call that takes the server out; absent: it was never made. */
  readonly ms?: number;
  /** Of these, how long reading the table took before it, and how long the machine was busy. */
  readonly readMs: number;
  readonly busyMs: number;
  /** What the log had to say meanwhile, without times. */
  readonly log: readonly string[];
}

const CONFIGURATION = '/etc/ha.d/ldirectord.cf';
const LOG = '/var/log/ldirectord.log';
/** Every so many deaths are silent ones: they take a timeout each. */
const SILENT_EVERY = 4;
const START_LIMIT_MS = 90_000;
const DEATH_LIMIT_MS = 6_000;

function good(addresses: readonly string[]): string {
  return [
    'checkinterval=1',
    'checktimeout=2',
    `logfile="${LOG}"`,
    'quiescent=yes',
    'virtual=10.255.0.1:80',
    ...addresses.map((address) => `\treal=${address}:80 gate`),
    '\tservice=http',
    '\trequest="test.html"',
    '\treceive="OK"',
    '\tscheduler=rr',
    '',
  ].join('\n');
}

export async function reloading(
  play: Play,
  cases: readonly BadCase[],
): Promise<readonly ReloadOutcome[]> {
  const addresses = cases.map((_, index) => `10.0.1.${index + 1}`);
  addAddresses(addresses);
  const servers = addresses.map((ip) => new RealServer({ ip, port: 80 }));
  for (const server of servers) await server.become({});
  putFile(CONFIGURATION, { content: good(addresses) });
  await play.command(['start']);
  const up = () => table().save().match(/-w 1$/gm)?.length === addresses.length;
  if (!(await until(up, START_LIMIT_MS))) throw new Error('the servers are not up');
  const outcomes: ReloadOutcome[] = [];
  for (const [index, one] of cases.entries()) {
    const [server, address] = [servers[index], addresses[index]];
    if (!server || address === undefined) continue;
    outcomes.push(await die(server, address, one, index % SILENT_EVERY === 0));
  }
  const pid = daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  for (const server of servers) await server.close();
  return outcomes;
}

async function die(
  server: RealServer,
  address: string,
  { name, config = '' }: BadCase,
  silent: boolean,
): Promise<ReloadOutcome> {
  const logged = logLines().length;
  const called = calls().length;
  const busy = stalledMs();
  const death = silent ? 'hang' : 'refuse';
  putFile(CONFIGURATION, { content: config });
  const since = Date.now();
  await server.become({ state: death });
  const pid = daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGHUP');
  const rule = new RegExp(`^-e .*-r ${address.replaceAll('.', '\\.')}:80 .*-w 0$`);
  const found = () =>
    calls().findIndex(
      (call, index) => index >= called && changesOf(call).some((change) => rule.test(change)),
    );
  await until(() => found() >= 0, DEATH_LIMIT_MS);
  const busyMs = stalledMs() - busy;
  const all = calls();
  const call = all[found()];
  const read = all[found() - 1];
  const log = logLines().slice(logged);
  return {
    name,
    death,
    ...(call !== undefined && { ms: call.at - since }),
    readMs: read?.ms ?? 0,
    busyMs,
    log,
  };
}

function logLines(): readonly string[] {
  const lines = readFileSync(LOG, 'utf8').split('\n');
  return lines.map((line) => line.replace(/^\[[^\]]*\] /, '').replace(/ \[\d+\]/, ' [PID]'));
}
