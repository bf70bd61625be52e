/** The desk of the client API, asked by programs that may say anything. */
import { ApiDesk, type DeskEffect } from '@ts-heartbeat/core/api/desk';
import { encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { CLASSIC_END, CLASSIC_START, decodeClassic } from '@ts-heartbeat/core/message/classic';
import { CLIENT_MESSAGE_BYTES_MAX } from '@ts-heartbeat/core/message/limits';
import type { ClusterView } from '@ts-heartbeat/core/view';
import { recordedFrames, some } from '../seeds.js';
import { claim, latin1, type Target } from '../target.js';

const VIEW: ClusterView = {
  localNode: 'loadbalancer',
  generation: 7,
  nodes: [
    { name: 'group1', type: 'ping', status: 'ping', links: [{ name: 'group1', status: 'up' }] },
    {
      name: 'loadbalancer',
      type: 'normal',
      status: 'active',
      uuid: new Uint8Array(16).fill(7),
      links: [{ name: 'eth0', status: 'dead' }],
    },
    { name: 'backup', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
  ],
  resources: 'local',
};

const SETTINGS = {
  apiauth: [{ client: 'ipfail', uids: [90], gids: [] }],
  parameters: new Map([['deadtime', '6']]),
  deadtime: 6000,
  keepalive: 1000,
  version: '3.0.6',
  logFacility: 23,
};

const ROOT = { pid: 241, uid: 0, gid: 0 };
const STRANGER = { pid: 9, uid: 5, gid: 5 };

/** Requests of one input; more only repeat. */
const REQUESTS_MAX = 60;
/** What one request may bring about: replies for each node and link, notices for each client. */
const EFFECTS_MAX = 64;
const CONNECTIONS = 3;

export const DESK: Target = {
  name: 'api-desk',
  tokens: [CLASSIC_START, CLASSIC_END, 't=hbapi-req\n', 'reqtype=', 'from_id=', 'pid=241\n'],
  seeds: () => {
    const requests = recordedFrames('client->server').map((frame) => latin1(frame.subarray(8)));
    const both = requests.map((request) => `${requests[0] ?? ''}${request}`);
    return [...requests, ...both, requests.slice(0, 12).join(''), ...some(requests, 3)];
  },
  run(bytes) {
    const desk = new ApiDesk(SETTINGS);
    for (const [number, text] of latin1(bytes).split(CLASSIC_END, REQUESTS_MAX).entries()) {
      const start = text.lastIndexOf(CLASSIC_START);
      const decoded = decodeClassic(`${text.slice(Math.max(0, start))}${CLASSIC_END}`);
      if (!decoded.ok) continue;
      const { message } = decoded;
      // What stands in front of a message chooses who says it.
      const connection = 1 + (start <= 1 ? 0 : start % CONNECTIONS);
      const peer = connection === CONNECTIONS ? STRANGER : ROOT;
      for (const effect of desk.receive(connection, peer, message, VIEW)) check(effect);
      const heard = desk.notify(number % 2 === 0 ? 'normal' : 'duplicate', message, VIEW);
      claim(heard.length <= EFFECTS_MAX, 'a message that brings about too much');
      for (const effect of heard) check(effect);
    }
    claim(desk.clients.length <= CONNECTIONS, 'more clients than connections');
    for (const { connection } of desk.clients) {
      for (const effect of desk.leave(connection, 'EOF', VIEW)) check(effect);
    }
    claim(desk.clients.length === 0, 'a client that does not leave');
  },
};

/** Types by which a client could speak for the daemon. */
const FORGED = ['status', 'NS_st', 'starting', 'shutdone'];

function check(effect: DeskEffect): void {
  if (effect.kind === 'send') encodeApiFrame(effect.message);
  if (effect.kind === 'queueLength') claim(effect.messages > 0, 'no room for a message');
  if (effect.kind === 'log') claim(effect.text !== '', 'an empty line of the log');
  if (effect.kind !== 'local') return;
  const { length } = encodeApiFrame(effect.message);
  claim(length < 2 * CLIENT_MESSAGE_BYTES_MAX, 'too long for the cluster');
  claim(!FORGED.includes(effect.message.get('t') ?? ''), 'a message in the name of the daemon');
}
