/**
 * What a client sees: `observer ADDRESS PORT INTERVAL_MS`. Sends a datagram at each interval and
 * prints, by the machine's monotonic clock,
 *
 *     gap SINCE UNTIL FROM TO    answers stayed away, or another host answers
 *     beat NODE AT               a heartbeat, heard on the cluster's multicast group
 *     said NODE TYPE INFO AT     another message, heard there
 */
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { monotonicMs } from '../../lab/clock.js';

/** The pair's multicast group and port. */
const GROUP = '225.0.0.1';
const BEAT_PORT = 694;
/** Shorter than this, answers are in their usual step. */
const GAP_INTERVALS = 3;

const [, , address = '', port = '', interval = ''] = process.argv;
const least = GAP_INTERVALS * Number(interval);

let lastAt = monotonicMs();
let lastBy = '-';

const client = createSocket('udp4');
client.on('error', () => undefined);
client.on('message', (bytes) => {
  const at = monotonicMs();
  const by = bytes.toString('latin1');
  if (by !== lastBy || at - lastAt >= least) {
    console.log(`gap ${lastAt.toFixed(3)} ${at.toFixed(3)} ${lastBy} ${by}`);
  }
  lastAt = at;
  lastBy = by;
});

const beats = createSocket({ type: 'udp4', reuseAddr: true });
beats.on('message', (bytes) => {
  const at = monotonicMs();
  const text = bytes.toString('latin1');
  // Of either form, lines or netstrings.
  const source = /\bsrc=([\w.-]+)/.exec(text)?.[1];
  const type = /\bt=([\w-]+)/.exec(text)?.[1];
  if (source === undefined || type === undefined) return;
  const info = /\binfo=(\w+)/.exec(text)?.[1] ?? '-';
  if (type === 'status') console.log(`beat ${source} ${at.toFixed(3)}`);
  else console.log(`said ${source} ${type} ${info} ${at.toFixed(3)}`);
});
beats.bind(BEAT_PORT, GROUP, () => {
  const own = networkInterfaces().eth0?.find(({ family }) => family === 'IPv4')?.address;
  beats.addMembership(GROUP, own);
  console.log('listening');
  setInterval(() => client.send('?', Number(port), address), Number(interval));
});
