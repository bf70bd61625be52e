/** Packets and messages of servers under check, and of nodes that are pinged: one function each. */
import { createHash } from 'node:crypto';
import {
  afterIpv4Header,
  ECHO4,
  ECHO6,
  echoReply,
  echoRequest,
} from '@ts-heartbeat/platform/icmppacket';
import { bindRequest, messageLength, readAnswer } from 'ts-ldirectord/checks/ldapmessage';
import { messageInspector } from 'ts-ldirectord/checks/pgmessages';
import { accessRequest, answerCode } from 'ts-ldirectord/checks/radiuspacket';
import { hasControls, parseUrl, resolveLocation } from 'ts-ldirectord/checks/url';
import { asBuffer, claim, claimSame, latin1, piecesOf, type Target } from '../target.js';

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

const ASKED = { identifier: 7, authenticator: Buffer.alloc(16, 3), secret: 'hidden' };
const HEADER_BYTES = 20;

export const RADIUS: Target = {
  name: 'radius',
  seeds: () => [
    Buffer.concat([hex('02070014'), Buffer.alloc(16)]),
    Buffer.concat([hex('0307001a'), Buffer.alloc(16), hex('120600000000')]),
    Buffer.concat([hex('02070026'), Buffer.alloc(16), hex('5012'), Buffer.alloc(16)]),
    accessRequest({ ...ASKED, login: 'mon', password: 'secret', from: '127.0.0.1' }),
  ],
  run(bytes) {
    const packet = Buffer.from(bytes);
    claim(answerCode(packet, ASKED) === undefined || isAnswer(packet), 'a forged answer');
    if (packet.length < HEADER_BYTES) return;
    // As from one who knows the secret: its own mistakes are read as well.
    const length = Math.min(packet.readUInt16BE(2), packet.length);
    if (length < HEADER_BYTES) return;
    packet[1] = ASKED.identifier;
    sum(packet.subarray(0, length)).copy(packet, 4);
    const code = answerCode(packet, ASKED);
    claim(code === undefined || code === packet[0], 'another code than there is');
  },
};

function sum(packet: Buffer): Buffer {
  const asked = Buffer.from(packet);
  ASKED.authenticator.copy(asked, 4);
  return createHash('md5').update(asked).update(ASKED.secret).digest();
}

function isAnswer(packet: Buffer): boolean {
  const whole = packet.subarray(0, packet.readUInt16BE(2));
  return sum(whole).equals(whole.subarray(4, HEADER_BYTES));
}

export const LDAP_MESSAGES: Target = {
  name: 'ldap-messages',
  seeds: () => [
    hex('300c02010161070a010004000400'),
    hex('300d0201026408040478783d783000'),
    hex('300c02010265070a010004000400'),
    hex('30840000000c02010161070a010004000400'),
    bindRequest(1, 'cn=x', 'secret'),
  ],
  run(bytes) {
    const buffer = asBuffer(bytes);
    const length = messageLength(buffer);
    if (length === undefined || length === 'malformed') return;
    claim(length >= 2 && Number.isSafeInteger(length), 'a length that is none');
    const answer = readAnswer(buffer.subarray(0, length));
    if (answer === undefined) return;
    claim(length <= bytes.length, 'an answer of less than a message');
    claim(Number.isSafeInteger(answer.id), 'a number that is none');
  },
};

/** A message of a PostgreSQL server may be no longer, here. */
const PG_BYTES_MAX = 300;

export const PG_MESSAGES: Target = {
  name: 'pgsql-messages',
  seeds: () => [
    hex('5200000008000000005a0000000549'),
    hex('450000000c5345525200004d0000'),
    hex('4e0000000853780000440000000b00010000000131'),
  ],
  run(bytes) {
    claimSame(inspected(piecesOf(bytes)), inspected([bytes]), 'messages in pieces');
  },
};

function inspected(pieces: Iterable<Uint8Array>): string {
  const inspect = messageInspector(PG_BYTES_MAX);
  try {
    for (const piece of pieces) inspect(asBuffer(piece));
    return 'well';
  } catch (error) {
    claim(error instanceof Error, 'thrown what is no error');
    return error.message;
  }
}

export const URLS: Target = {
  name: 'urls',
  tokens: ['http://', 'https://', '//', '[::1]', ':8080', '../', './', '?a=b', '#c', '%00', '@'],
  seeds: () => [
    'http://10.0.0.1:80/test.html',
    'https://[2001:db8::1]:443/?a=b#c',
    'http://www.x.test/../a/./b',
    '/other',
    '//host/x',
    '?query',
    'ftp://host/x',
  ],
  run(bytes) {
    const text = latin1(bytes);
    const base = parseUrl('http://10.0.0.1:80/a/b?c');
    claim(base !== undefined, 'a URL that is one');
    for (const url of [parseUrl(text), resolveLocation(base, text)]) {
      if (url === undefined) continue;
      claim(url.port > 0 && url.port <= 65_535, `port ${url.port}`);
      claim(url.host !== '' && url.authority !== '', 'no host');
      claim(!hasControls(url.path + url.authority), 'what would be another line of a request');
    }
  },
};

export const ICMP: Target = {
  name: 'icmp',
  seeds: () => [
    Buffer.concat([
      hex('4500001c000000004001000000000000'),
      hex('7f000001'),
      hex('0000000000010002'),
    ]),
    hex('0000000000070001616263'),
    hex('8100000000070001616263'),
    echoRequest(7, 1, Buffer.from('>>>\n')),
  ],
  run(bytes) {
    const packet = asBuffer(bytes);
    for (const types of [ECHO4, ECHO6]) {
      for (const message of [packet, afterIpv4Header(packet)]) {
        const reply = echoReply(message, types);
        if (reply === undefined) continue;
        claim(reply.payload.length === message.length - 8, 'more than was sent');
        claim(reply.id <= 0xffff && reply.seq <= 0xffff, 'a number that is none');
      }
    }
  },
};
