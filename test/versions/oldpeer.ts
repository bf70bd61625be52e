/**
 * An old node as a program of its own, on the network of the host it runs in:
 *
 *     oldpeer.js RELEASE NAME OTHER MODE GENERATION
 *
 * It takes the orders `standby SHARE`, `takeover SHARE` and `stop` on standard input, and writes
 * what runs here (`runs KEY,KEY`) whenever that changes, `log TEXT`, and `ended`.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { decodeDatagram, encodeDatagram } from '@ts-heartbeat/core/message/datagram';
import type { Instant } from '@ts-heartbeat/core/time';
import { OldNode } from './oldnode.js';
import type { Mode, Share } from './oldresources.js';
import { GROUPS, KEYRING, MULTICAST, PORT, TIMING } from './places.js';
import { RELEASES } from './release.js';
import type { Clock } from './timetable.js';

/** How often it is looked at what runs. */
const LOOK_MS = 20;

const REAL: Clock = {
  get now(): Instant {
    return performance.now();
  },
  after(delay: number, run: () => void): void {
    setTimeout(run, delay);
  },
};

const [, , wanted, name = '', other = '', mode = 'on', generation = '1'] = process.argv;
const release = RELEASES.find((each) => each.name === wanted);
if (release === undefined) throw new Error(`there is no model of ${wanted}`);

const mouth = createSocket('udp4');
const ear = createSocket({ type: 'udp4', reuseAddr: true });

const node = new OldNode({
  release,
  name,
  other,
  nodes: ['loadbalancer', 'backup'],
  generation: Number(generation),
  ackDigit: 7,
  eager: false,
  mode: mode as Mode,
  timing: TIMING,
  groups: GROUPS,
  scripts: 50,
  clock: REAL,
  send: (message) => mouth.send(encodeDatagram(message, KEYRING), PORT, MULTICAST),
  ended: () => {
    console.log('ended');
    process.exit(0);
  },
});

ear.on('message', (bytes) => {
  const received = decodeDatagram(bytes, KEYRING);
  if (!received.ok) console.log('log a datagram that cannot be read');
  // The newer form is more than the oldest release can read.
  else if (received.encoding !== 'string' && release.name === '1.99.4') {
    console.log('log ha_msg_addraw_ll(): wrong type');
  } else if (bytes.length > release.messageMax) console.log('log a datagram that is too long');
  else node.hear(received.message.without('auth'));
});

createInterface(process.stdin).on('line', (line) => {
  const [order, share = 'all'] = line.split(' ');
  if (order === 'standby') node.resources.ask(share as Share);
  else if (order === 'takeover') node.resources.takeover(share as Share);
  else if (order === 'stop') node.resources.stop(false);
});

let told = 'nothing yet';
let lines = 0;
setInterval(() => {
  for (const text of node.log.slice(lines)) console.log(`log ${text}`);
  lines = node.log.length;
  const runs = [...node.resources.running].sort().join(',');
  if (runs !== told) console.log(`runs ${runs}`);
  told = runs;
}, LOOK_MS);

mouth.bind(0, () => {
  mouth.setMulticastLoopback(false);
  ear.bind(PORT, MULTICAST, () => {
    ear.addMembership(MULTICAST);
    node.begin();
  });
});
