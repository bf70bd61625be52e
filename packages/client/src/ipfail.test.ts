/** ipfail on the client API: its start, its part in a conversation, its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Message } from '@ts-heartbeat/core/message/message';

import { main } from './ipfail.js';
import { TestDaemon, type TestDaemonOptions } from './testing/daemon.js';

interface Run {
  readonly daemon: TestDaemon;
  readonly lines: string[];
  readonly stop: AbortController;
  readonly exit: Promise<number>;
}

/** Starts ipfail, and takes the announcement of its coming. */
async function run(options: TestDaemonOptions): Promise<Run> {
  const daemon = await TestDaemon.start(options);
  const lines: string[] = [];
  const stop = new AbortController();
  const log = (severity: string, text: string): void => {
    lines.push(`${severity} ${text}`);
  };
  const { socketPath } = daemon;
  const exit = main({}, { socketPath, stop: stop.signal, log: { log } });
  assert.equal((await daemon.nextLocal()).get('st'), 'join');
  return { daemon, lines, stop, exit };
}

/** The next message to the cluster on one line. */
async function said({ daemon }: Run): Promise<string> {
  const { t, num_ping: pings, rsc_hold: share } = (await daemon.nextLocal()).strings();
  return [t, pings, share].filter((word) => word !== undefined).join(' ');
}

function losePing({ daemon }: Run): void {
  daemon.notify(Message.of({ t: 'status', src: 'gw', st: 'dead', info: 'ping' }));
  daemon.notify(Message.of({ t: 'ifstat', node: 'gw', ifname: 'gw', st: 'dead' }));
}

const fromPartner = (fields: object) =>
  Message.of({ src: 'beta', dest: 'alpha', from_id: 'ipfail', to_id: 'ipfail', ...fields });

test('ipfail says what it counts, gives up when told, and signs off when stopped', async () => {
  const started = await run({ autoFailback: 'off', keepalive: 20 });
  losePing(started);
  assert.equal(await said(started), 'num_ping_nodes 0');
  started.daemon.notify(fromPartner({ t: 'you_are_dead' }));
  assert.equal(await said(started), 'ask_resources all');
  started.stop.abort();
  assert.equal(await started.exit, 0);
  assert.equal((await started.daemon.nextLocal()).get('info'), 'signoff');
  assert.deepEqual(started.lines.slice(1, 10), [
    'debug Signing in with heartbeat',
    'debug [We are alpha]',
    'debug auto_failback -> 0 (off)',
    'debug Setting message filter mode',
    'debug Starting node walk',
    'debug Cluster node: beta: status: active',
    'debug Cluster node: alpha: status: active',
    'debug Cluster node: gw: status: ping',
    'debug [They are beta]',
  ]);
  await started.daemon.stop();
});

test('ipfail compares the count it is told with its own', async () => {
  const started = await run({ autoFailback: 'on', keepalive: 20 });
  started.daemon.view = { ...started.daemon.view, resources: 'all' };
  started.daemon.notify(fromPartner({ t: 'num_ping_nodes', num_ping: '0' }));
  assert.equal(await said(started), 'you_are_dead');
  started.daemon.notify(fromPartner({ t: 'num_ping_nodes', num_ping: '1' }));
  assert.equal(await said(started), 'abort_giveup');
  assert.equal(await said(started), 'ask_resources foreign');
  started.stop.abort();
  assert.equal(await started.exit, 0);
  await started.daemon.stop();
});

test('ipfail ends for good where it cannot work', async () => {
  const cases = [
    ['legacy', 'error auto_failback set to incompatible legacy option.'],
    ['bogus', 'error  invalid auto_faiback value(bogus)'],
  ] as const;
  for (const [autoFailback, complaint] of cases) {
    const started = await run({ autoFailback });
    assert.equal(await started.exit, 100);
    assert.ok(started.lines.includes(complaint));
    await started.daemon.stop();
  }
});

test('ipfail goes on without auto_failback', async () => {
  const started = await run({ keepalive: 20 });
  losePing(started);
  assert.equal(await said(started), 'num_ping_nodes 0');
  assert.ok(started.lines.includes("error Couldn't get auto_failback setting."));
  started.stop.abort();
  assert.equal(await started.exit, 0);
  await started.daemon.stop();
});

test('ipfail ends when it finds no daemon, or loses it', async () => {
  const lines: string[] = [];
  const log = { log: (_severity: string, text: string) => void lines.push(text) };
  assert.equal(await main({}, { socketPath: '/nonexistent/register', log }), 1);
  assert.deepEqual(lines.slice(-2), [
    'Cannot sign on with heartbeat',
    "REASON: hb_api_signon: Can't initiate connection to heartbeat",
  ]);
  const started = await run({ autoFailback: 'off' });
  losePing(started);
  await said(started);
  await started.daemon.stop();
  assert.equal(await started.exit, 1);
});
