/**
 * A program that hears the heartbeats on a multicast group of eth0 and prints who sent each, and
 * when it was received, by the machine's monotonic clock.
 */
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { monotonicMs } from '../lab/clock.js';

const [, , group = '', port = ''] = process.argv;

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (bytes) => {
  const at = monotonicMs();
  const text = bytes.toString('latin1');
  if (!text.includes('\nt=status\n')) return;
  const source = /^src=(.*)$/m.exec(text)?.[1];
  if (source !== undefined) console.log(`beat ${source} ${at.toFixed(2)}`);
});
socket.bind(Number(port), group, () => {
  const address = networkInterfaces().eth0?.find(({ family }) => family === 'IPv4')?.address;
  socket.addMembership(group, address);
  console.log('listening');
});
