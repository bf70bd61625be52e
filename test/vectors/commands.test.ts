/** Our cl_status on our client API prints what the genuine one printed on a genuine pair. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { main } from '@ts-heartbeat/client/cl_status';
import { HeartbeatClient } from '@ts-heartbeat/client/client';
import { Message } from '@ts-heartbeat/core/message/message';
import type { ClusterView, LinkView } from '@ts-heartbeat/core/view';
import { ApiServer } from 'ts-heartbeat/api/server';

import { readVectorFile } from './recording.js';

interface Command {
  readonly state: 'running' | 'stopped';
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const links = (...pairs: readonly (readonly [string, 'up' | 'dead'])[]): readonly LinkView[] =>
  pairs.map(([name, status]) => ({ name, status }));

/** The pair that was recorded, as its first node saw it. */
const VIEW: ClusterView = {
  localNode: 'loadbalancer',
  generation: 1,
  nodes: [
    {
      name: '192.168.136.1',
      type: 'ping',
      status: 'ping',
      links: links(['192.168.136.1', 'up']),
    },
    { name: 'group1', type: 'ping', status: 'ping', links: links(['group1', 'up']) },
    {
      name: 'loadbalancer',
      type: 'normal',
      status: 'active',
      links: links(['/dev/ttyS0', 'dead'], ['eth0', 'dead']),
    },
    {
      name: 'backup',
      type: 'normal',
      status: 'active',
      links: links(['/dev/ttyS0', 'up'], ['eth0', 'up']),
    },
  ],
  resources: 'local',
};

const PARAMETERS = new Map([
  ['keepalive', '1'],
  ['deadtime', '6'],
  ['warntime', '3'],
  ['initdead', '10'],
  ['deadping', '6000ms'],
  ['udpport', '694'],
  ['auto_failback', 'on'],
  ['hbgenmethod', 'file'],
]);

const uid = process.geteuid?.() ?? 0;
const gid = process.getegid?.() ?? 0;
const directory = mkdtempSync(path.join(os.tmpdir(), 'cl_status-'));
const socketPath = path.join(directory, 'run', 'register');
let server: ApiServer;
let ipfail: HeartbeatClient;

/** The other node, as far as a client can notice it. */
function onLocal(message: Message): void {
  if (message.get('t') !== 'query-cstatus') return;
  const name = message.get('cn') ?? '';
  const answer = {
    t: 'respond-cstatus',
    dest: 'loadbalancer',
    cn: name,
    to_id: message.get('from_id') ?? '',
    cs: name === 'ipfail' ? 'online' : 'offline',
  };
  server.notify('normal', Message.of(answer));
}

before(async () => {
  server = new ApiServer({
    path: socketPath,
    settings: {
      apiauth: [
        { client: 'ipfail', uids: [uid], gids: [] },
        { client: 'anon', uids: [], gids: [gid] },
      ],
      parameters: PARAMETERS,
      deadtime: 6000,
      keepalive: 1000,
      version: '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)',
      logFacility: -1,
    },
    view: () => VIEW,
    peerOf: () => ({ pid: process.pid, uid, gid }),
    onLocal,
    log: () => undefined,
  });
  await server.open();
  ipfail = await HeartbeatClient.signOn({ name: 'ipfail', socketPath });
});

after(async () => {
  await ipfail.signOff();
  await server.close();
  rmSync(directory, { recursive: true });
});

const { items } = readVectorFile('heartbeat', 'commands-cl_status.json') as {
  readonly items: readonly Command[];
};

/** Time stamp, host and process id of a log line. */
const STAMP = /^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ cl_status: \[\d+\]: /gm;

test('cl_status prints what the genuine one prints', async (context) => {
  for (const { state, args, exit, stdout, stderr } of items) {
    let printed = '';
    let complained = '';
    const streams = {
      stdout: { write: (text: string) => (printed += text) },
      stderr: { write: (text: string) => (complained += text) },
    };
    const place = state === 'running' ? socketPath : path.join(directory, 'nobody');
    const code = await main(args, streams, place);
    const ours = { exit: code, stdout: printed, stderr: complained.replace(STAMP, '') };
    assert.deepEqual(ours, { exit, stdout, stderr }, `${state}: cl_status ${args.join(' ')}`);
  }
  context.diagnostic(`${items.length} commands`);
});
