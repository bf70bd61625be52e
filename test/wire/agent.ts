/**
 * The ears and the mouth of the scripted peers: runs in a host of the lab and passes datagrams
 * between the multicast groups there and its standard input and output, as lines of text.
 *
 *     in:  join GROUP            out: joined GROUP
 *          send GROUP HEX             heard GROUP HEX
 */
import { createSocket, type Socket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { agentAddress, PORT } from './places.js';

/** The daemons' answers to a burst must not be lost here. */
const RECEIVE_BUFFER = 4 << 20;

const senders = new Map<string, Promise<Socket>>();

/** The socket that speaks from one of our addresses. */
function senderFrom(address: string): Promise<Socket> {
  const known = senders.get(address);
  if (known !== undefined) return known;
  const made = new Promise<Socket>((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, address, () => {
      socket.setMulticastInterface(address);
      socket.setMulticastLoopback(false);
      resolve(socket);
    });
  });
  senders.set(address, made);
  return made;
}

function join(group: string): void {
  const ear = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: RECEIVE_BUFFER });
  ear.on('message', (bytes) => console.log(`heard ${group} ${bytes.toString('hex')}`));
  ear.bind(PORT, group, () => {
    ear.addMembership(group, agentAddress(group));
    console.log(`joined ${group}`);
  });
}

createInterface(process.stdin).on('line', async (line) => {
  const [order, group = '', hex = ''] = line.split(' ');
  if (order === 'join') join(group);
  if (order !== 'send') return;
  const sender = await senderFrom(agentAddress(group));
  sender.send(Buffer.from(hex, 'hex'), PORT, group);
});
