/** The check of sip, over udp or tcp: the server is asked for its options. */
import { randomBytes } from 'node:crypto';
import { bracketed } from '../ipvs/address.js';
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, spoken, TalkError, UP } from './conversation.js';
import { Datagrams } from './datagrams.js';
import type { Finding, Probe } from './probe.js';
import { connectTcp } from './tcp.js';

/** Where our side of the connection is, and how it gets there. */
interface Via {
  readonly transport: 'UDP' | 'TCP';
  readonly address: string;
  readonly port: number;
}

/** Up when the answer is `SIP/2.0 200 OK` and its head is complete (ldirectord 4.12). */
export function sipProbe(spec: NegotiateSpec): Probe {
  const place = { host: spec.address, port: spec.port };
  const udp = spec.protocol === 'udp';
  const transport = udp ? 'UDP' : 'TCP';
  return conversationProbe(
    () => (udp ? new Datagrams(place) : connectTcp(place)),
    async (server, stream) => {
      await server.opened();
      const { localAddress: address = '', localPort: port = 0 } = stream;
      return askOptions(server, optionsRequest(spec.login, { transport, address, port }));
    },
  );
}

/** Sends the request, and says what makes the server count as up. */
export async function askOptions(server: Conversation, request: string): Promise<Finding> {
  server.send(request);
  const status = await server.next();
  if (status === undefined) throw new TalkError('connection closed');
  if (!/^SIP\/2\.0 200 OK/.test(status)) throw new TalkError('the status is not 200 OK');
  // The head ends with an empty line, or with the connection.
  for (let line = await server.next(); line !== undefined; line = await server.next()) {
    if (/^\r?\n$/.test(line)) break;
  }
  return UP;
}

/**
 * The request of ldirectord 4.12 in its order of lines. There Via says UDP even over tcp, and its
 * branch is always the same, so that a server could take one check for the repetition of another.
 */
function optionsRequest(login: string, { transport, address, port }: Via): string {
  const name = spoken(login);
  const random = randomBytes(8).toString('hex');
  return [
    `OPTIONS sip:${name} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${bracketed(address)}:${port};branch=z9hG4bK${random}`,
    'Max-Forwards: 70',
    `To: <sip:${name}>`,
    `From: <sip:${name}>;tag=1928301774`,
    `Call-ID: ${random}`,
    'CSeq: 63104 OPTIONS',
    `Contact: <sip:${name}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
