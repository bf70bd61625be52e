/** The three forms of a message, and a datagram with its signature. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { sign } from '@ts-heartbeat/core/auth/sign';
import { decodeClassic, encodeClassic } from '@ts-heartbeat/core/message/classic';
import { decodeDatagram, encodeDatagram, type Received } from '@ts-heartbeat/core/message/datagram';
import { bytesOf, textOf } from '@ts-heartbeat/core/message/latin1';
import { FIELDS_MAX } from '@ts-heartbeat/core/message/limits';
import type { Message } from '@ts-heartbeat/core/message/message';
import { decodeNetstring, encodeNetstring } from '@ts-heartbeat/core/message/netstring';
import { decodeNetstring1994 } from '@ts-heartbeat/core/message/netstring-1.99.4';
import { writeNetstring } from '@ts-heartbeat/core/message/netstringpiece';
import { findSeal, type Seal } from '@ts-heartbeat/core/message/seal';
import { recordedMessages } from '../seeds.js';
import { claim, claimSame, latin1, type Target } from '../target.js';

export const KEYRING: Keyring = {
  signing: 1,
  keys: new Map([
    [1, { method: 'crc', key: '' }],
    [2, { method: 'md5', key: 'one key' }],
    [3, { method: 'sha1', key: 'another' }],
  ]),
};

/** Types, deep nesting, lists: what no recording has. */
const CLASSIC: readonly string[] = [
  '>>>\nt=status\n(1)b=AAEC\n(3)l=1:a,2:bc,\n(4)c=AA==\n<<<\n',
  '>>>\n(2)s=>>>\x14t=a\x14(2)u=>>>\x15(5)v=>>>\x16x=y\x16<<<\x16\x15<<<\x15\x14<<<\x14\n<<<\n',
];

/** The same as netstrings, with a trailer. */
function asNetstrings(): readonly string[] {
  return CLASSIC.map((text) => {
    const decoded = decodeClassic(text);
    claim(decoded.ok, 'a message that is one');
    return `${encodeNetstring(decoded.message)}4:1 ff,`;
  });
}

const TYPED = ['(0)', '(1)', '(2)', '(3)', '(4)', '(5)', '>>>\n', '<<<\n', '###\n', '%%%\n'];

export const STRING: Target = {
  name: 'message-string',
  tokens: [...TYPED, ...Array.from({ length: 18 }, (_, at) => String.fromCharCode(14 + at))],
  seeds: () => [...recordedMessages('string'), ...CLASSIC],
  run(bytes) {
    const decoded = decodeClassic(latin1(bytes));
    if (!decoded.ok) return;
    claim(decoded.message.fields.length <= FIELDS_MAX, 'a message has too many fields');
    const text = encodeClassic(decoded.message);
    const again = decodeClassic(text);
    claim(again.ok, 'what was read cannot be read when it is written');
    claimSame(encodeClassic(again.message), text, 'what was written is read otherwise');
  },
};

export const NETSTRINGS: Target = {
  name: 'message-netstring',
  tokens: TYPED,
  seeds: () => [...recordedMessages('netstring'), ...asNetstrings()],
  run(bytes) {
    const text = latin1(bytes);
    const { decoded, signed } = decodeNetstring(text);
    if (!decoded.ok) return;
    claim(text.startsWith(signed), 'what is signed does not stand there');
    claim(decoded.message.fields.length <= FIELDS_MAX, 'a message has too many fields');
    // Lengths may be written with zeros in front; once written by us they are as they are.
    const written = encodeNetstring(decoded.message);
    const again = decodeNetstring(written);
    claim(again.decoded.ok, 'what was read cannot be read when it is written');
    claimSame(encodeNetstring(again.decoded.message), written, 'it is read otherwise');
    claimSame(again.signed, written, 'all is signed');
  },
};

export const OLD_NETSTRINGS: Target = {
  name: 'message-1.99.4',
  tokens: TYPED,
  seeds: () => recordedMessages('netstring-1.99.4'),
  run(bytes) {
    const text = latin1(bytes);
    const { decoded, signed } = decodeNetstring1994(text);
    if (!decoded.ok) return;
    claim(text.includes(signed), 'what is signed does not stand there');
    const { fields } = decoded.message;
    claim(fields.length <= FIELDS_MAX, 'a message has too many fields');
    claim(
      fields.every(({ type }) => type === 'string' || type === 'binary'),
      'an unknown type',
    );
    // Scripts and clients are given the string form.
    const given = decodeClassic(encodeClassic(decoded.message));
    claim(given.ok, 'it cannot be given to a client');
    claimSame(namesOf(given.message), namesOf(decoded.message), 'a client reads other names');
  },
};

export const DATAGRAM: Target = {
  name: 'datagram',
  tokens: [...TYPED, 'auth='],
  seeds: () => [
    ...[...recordedMessages('string'), ...CLASSIC],
    ...[
      ...recordedMessages('netstring'),
      ...asNetstrings(),
      ...recordedMessages('netstring-1.99.4'),
    ],
  ],
  run(bytes) {
    readLog(decodeDatagram(bytes, KEYRING));
    const seal = findSeal(bytes);
    if (typeof seal === 'string') return;
    const received = decodeDatagram(sealed(seal, 1 + (bytes.length % KEYRING.keys.size)), KEYRING);
    readLog(received);
    const auth = !received.ok && received.rejected.startsWith('auth.');
    claim(!auth, 'a good signature was refused');
    if (!received.ok || received.encoding !== 'string') return;
    const again = decodeDatagram(encodeDatagram(received.message, KEYRING), KEYRING);
    claim(again.ok, 'what was accepted is refused when it is sent on');
    const fields = (message: Message): string => encodeClassic(message.without('auth'));
    claimSame(fields(again.message), fields(received.message), 'it is sent on otherwise');
  },
};

function namesOf(message: Message): readonly string[] {
  return message.fields.map(({ name }) => name);
}

/** The lines of a refusal are made when they are asked for. */
function readLog(received: Received): void {
  if (received.ok) return;
  for (const { text } of received.log) claim(text.length < 2000, 'a line of the log without end');
}

/** The same bytes under a good signature. */
function sealed({ encoding, signed }: Seal, key: number): Uint8Array {
  const text = signed.map(textOf).join('');
  const token = sign(text, { ...KEYRING, signing: key });
  switch (encoding) {
    case 'string':
      return bytesOf(`>>>\n${text}auth=${token}\n<<<\n`);
    case 'netstring':
      return bytesOf(`${text}${writeNetstring(token)}`);
    case 'netstring-1.99.4':
      return bytesOf(`###\n${text}${writeNetstring(token)}%%%\n`);
  }
}
