/**
 * Listens to a cluster's multicast group: `eavesdrop GROUP PORT ADDRESS`. Prints one JSON line for
 * every message that it hears on the interface with that address. It knows no key: what it reads
 * is what was sent, signed well or not.
 */

import { createSocket } from 'node:dgram';
import { decodeClassic } from '@ts-heartbeat/core/message/classic';
import type { Message } from '@ts-heartbeat/core/message/message';
import { decodeNetstring, NETSTRING_START } from '@ts-heartbeat/core/message/netstring';
import { monotonicMs } from '../lab/clock.js';
import type { Heard } from './wiretap.js';

interface Opened {
  readonly message: Message;
  readonly token: string;
}

/** A message and the token it was signed with, of either form. */
function open(text: string): Opened | null {
  if (text.startsWith(NETSTRING_START)) {
    const { decoded, trailer } = decodeNetstring(text);
    return decoded.ok ? { message: decoded.message, token: trailer ?? '' } : null;
  }
  const decoded = decodeClassic(text);
  if (!decoded.ok) return null;
  return { message: decoded.message, token: decoded.message.get('auth') ?? '' };
}

function heard(text: string): Heard | null {
  const opened = open(text);
  if (opened === null) return null;
  const { message, token } = opened;
  return {
    at: monotonicMs(),
    type: message.get('t') ?? '',
    from: message.get('src') ?? '',
    to: message.get('dest') ?? '',
    seq: message.hex('seq') ?? 0,
    generation: message.hex('hg') ?? 0,
    // Decimal in a request, hexadecimal in its refusal; only the request is of interest here.
    asksFor: message.get('t') === 'NS_rexmit' ? (message.decimal('firstseq') ?? 0) : 0,
    key: Number(token.split(' ')[0] ?? 0),
  };
}

function main(group: string, port: number, address: string): void {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (bytes) => {
    const one = heard(bytes.toString('latin1'));
    if (one !== null) process.stdout.write(`${JSON.stringify(one)}\n`);
  });
  socket.bind(port, group, () => {
    socket.addMembership(group, address);
    process.stdout.write('listening\n');
  });
}

main(process.argv[2] ?? '', Number(process.argv[3]), process.argv[4] ?? '');
