/** What genuine clients said to a genuine daemon is read, and answered with the same bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ApiDesk } from '@ts-heartbeat/core/api/desk';
import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView } from '@ts-heartbeat/core/view';

import { readVectorFile } from './recording.js';

interface Frame {
  readonly direction: 'client->server' | 'server->client';
  readonly base64: string;
}

interface Exchange {
  readonly command: string;
  readonly exchange: readonly Frame[];
}

const bytesOf = (frame: Frame) => new Uint8Array(Buffer.from(frame.base64, 'base64'));

function messageOf(frame: Frame): Message {
  const { messages } = new ApiFrameReader().push(bytesOf(frame));
  assert.equal(messages.length, 1);
  const [message] = messages;
  assert.ok(message);
  return message;
}

const { items: exchanges } = readVectorFile('heartbeat', 'ipc-cl_status.json') as {
  readonly items: readonly Exchange[];
};

test('every frame on the client socket decodes and encodes again', (context) => {
  const recorded = ['ipc-ipfail.json', 'ipc-api_test.json'].flatMap(
    (file) => (readVectorFile('heartbeat', file) as { readonly items: readonly Frame[] }).items,
  );
  const frames = [...recorded, ...exchanges.flatMap(({ exchange }) => exchange)];
  for (const frame of frames) {
    assert.deepEqual(Buffer.from(encodeApiFrame(messageOf(frame))), Buffer.from(bytesOf(frame)));
  }
  context.diagnostic(`${frames.length} frames`);
  assert.equal(frames.length, 188);
});

/** The cluster in which cl_status was recorded. */
const VIEW: ClusterView = {
  localNode: 'loadbalancer',
  generation: 1,
  nodes: [
    { name: 'loadbalancer', type: 'normal', status: 'active', links: [] },
    { name: 'backup', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
    { name: 'group1', type: 'ping', status: 'ping', links: [{ name: 'group1', status: 'up' }] },
    {
      name: '192.168.136.1',
      type: 'ping',
      status: 'ping',
      links: [{ name: '192.168.136.1', status: 'up' }],
    },
  ],
  resources: 'local',
};

function newDesk(): ApiDesk {
  return new ApiDesk({
    apiauth: [{ client: 'ipfail', uids: [0], gids: [] }],
    parameters: new Map([
      ['deadtime', '6'],
      ['keepalive', '1'],
      // The recorded cluster's ha.cf said `crm no`.
      ['pacemaker', 'no'],
    ]),
    deadtime: 6000,
    keepalive: 1000,
    version: '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)',
    logFacility: -1,
  });
}

for (const { command, exchange } of exchanges) {
  test(`${command} gets the recorded answers`, () => {
    const desk = newDesk();
    const ipfail = { t: 'hbapi-req', reqtype: 'signon', from_id: 'ipfail', pid: '5' };
    const request = Message.of({ ...ipfail, uid: '0', gid: '0' });
    desk.receive(1, { pid: 5, uid: 0, gid: 0 }, request, VIEW);
    const answered: string[] = [];
    const recorded: string[] = [];
    for (const frame of exchange) {
      if (frame.direction === 'server->client') {
        recorded.push(frame.base64);
        continue;
      }
      const message = messageOf(frame);
      const client = { pid: message.decimal('pid') ?? 0, uid: 0, gid: message.decimal('gid') ?? 0 };
      for (const effect of desk.receive(2, client, message, VIEW)) {
        if (effect.kind !== 'send') continue;
        answered.push(Buffer.from(encodeApiFrame(effect.message)).toString('base64'));
      }
    }
    assert.deepEqual(answered, recorded);
  });
}
