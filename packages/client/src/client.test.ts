/** The client library against the client API. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Message } from '@ts-heartbeat/core/message/message';

import { ClientError, HeartbeatClient } from './client.js';
import { TestDaemon } from './testing/daemon.js';

let daemon: TestDaemon;
before(async () => {
  daemon = await TestDaemon.start({ autoFailback: 'on' });
});
after(() => daemon.stop());

const code = (expected: ClientError['code'], message?: string) => (error: unknown) => {
  assert.ok(error instanceof ClientError);
  assert.equal(error.code, expected);
  if (message !== undefined) assert.equal(error.message, message);
  return true;
};

test('a casual client learns who the daemon is, and asks', async () => {
  const client = await HeartbeatClient.signOn({ socketPath: daemon.socketPath });
  assert.deepEqual(client.daemon, {
    node: 'alpha',
    deadtimeMs: 6000,
    keepaliveMs: 1000,
    version: '3.0.6',
    pacemaker: 'false',
  });
  // Asked at the same time, answered each with its own.
  const [nodes, held] = await Promise.all([client.request('nodelist'), client.request('getrsc')]);
  assert.deepEqual(
    nodes.map((reply) => reply.get('node')),
    ['gw', 'alpha', 'beta'],
  );
  assert.equal(held[0]?.get('rsc_hold'), 'local');
  await assert.rejects(
    client.request('nodestatus', { node: 'nosuch' }),
    code('badRequest', 'EINVAL'),
  );
  await client.signOff();
  await assert.rejects(client.request('getrsc'), code('closed'));
});

test('a named client is announced, speaks to the cluster, and hears of it', async () => {
  const heard: Message[] = [];
  const client = await HeartbeatClient.signOn({
    name: 'ipfail',
    socketPath: daemon.socketPath,
    onEvent: (message) => heard.push(message),
  });
  assert.equal((await daemon.nextLocal()).get('st'), 'join');
  client.send(Message.of({ t: 'hello', dest: 'beta' }));
  const sent = await daemon.nextLocal();
  assert.equal(sent.get('from_id'), 'ipfail');
  daemon.notify(Message.of({ t: 'resource', src: 'beta' }));
  await client.request('getrsc');
  assert.deepEqual(heard, [Message.of({ t: 'resource', src: 'beta' })]);
  await client.signOff();
  assert.equal((await daemon.nextLocal()).get('info'), 'signoff');
});

test('the reply to clientstatus may come from another node', async () => {
  const client = await HeartbeatClient.signOn({ socketPath: daemon.socketPath });
  const asked = client.request('clientstatus', { node: 'beta', cn: 'ipfail' });
  const query = await daemon.nextLocal();
  assert.equal(query.get('t'), 'query-cstatus');
  const to = query.get('from_id') ?? '';
  daemon.notify(Message.of({ t: 'respond-cstatus', to_id: to, cn: 'ipfail', cs: 'online' }));
  assert.equal((await asked)[0]?.get('cs'), 'online');
  const unanswered = client.request('clientstatus', { node: 'beta', cn: 'ipfail' }, 20);
  await assert.rejects(unanswered, code('timeout'));
  await daemon.nextLocal();
  await client.signOff();
});

test('who is refused is told why, and who finds nobody is told that', async () => {
  const unlisted = HeartbeatClient.signOn({ name: 'unlisted', socketPath: daemon.socketPath });
  await assert.rejects(unlisted, code('refused', 'no default client auth'));
  const nobody = HeartbeatClient.signOn({ socketPath: `${daemon.socketPath}-nobody` });
  const reason = "hb_api_signon: Can't initiate connection to heartbeat";
  await assert.rejects(nobody, code('unreachable', reason));
});

test('the end of the daemon is noticed', async () => {
  const other = await TestDaemon.start();
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const client = await HeartbeatClient.signOn({ socketPath: other.socketPath, onClose: ended });
  const asked = client.request('clientstatus', { node: 'beta', cn: 'x' });
  await other.nextLocal();
  await Promise.all([other.stop(), assert.rejects(asked, code('closed')), end]);
  await client.signOff();
});
