/** Messages as they travel: signed and encoded for a medium, and verified when they come in. */
import type { Keyring } from '../auth/keyring.js';
import { sign, type Verification, verify } from '../auth/sign.js';
import type { LogLine } from '../log.js';
import { CLASSIC_END, CLASSIC_START, decodeClassic, encodeClassicLines } from './classic.js';
import type { Decoded, Malformed } from './decoded.js';
import { FIELD } from './fields.js';
import { bytesOf, textOf } from './latin1.js';
import { MESSAGE_BYTES_MAX } from './limits.js';
import type { Message } from './message.js';
import { decodeNetstring, encodeNetstring, NETSTRING_START } from './netstring.js';
import { decodeNetstring1994, isNetstring1994 } from './netstring-1.99.4.js';
import { findSeal } from './seal.js';

export type Encoding = 'string' | 'netstring' | 'netstring-1.99.4';

/** Why bytes from a medium were refused: not a message, or not authentic. */
export type Rejection = `malformed.${Malformed}` | `auth.${'token' | 'method' | 'digest'}`;

export type Received =
  | {
      readonly ok: true;
      /** All fields as they came, `auth` included where there was one. */
      readonly message: Message;
      readonly encoding: Encoding;
      /** The number of the key that verified it. */
      readonly key: number;
    }
  | {
      readonly ok: false;
      readonly rejected: Rejection;
      /** What heartbeat 3.0.6 logs (measured); silenced by `log_badpack false`. Never a key. */
      readonly log: readonly LogLine[];
    };

type Refusal = Exclude<Verification, { ok: true }>;

/** Bytes of a message quoted in a log line: enough to recognise it. */
const QUOTED_MAX = 512;

/**
 * Signs a message for UDP or ICMP: the string form and a NUL, which every version of heartbeat
 * understands. A field `auth` the message may have is replaced.
 */
export function encodeDatagram(message: Message, keyring: Keyring): Uint8Array {
  return bytesOf(`${signedClassic(message, keyring)}\0`);
}

/** Signs a message for a serial line: the string form without NUL. */
export function encodeFrame(message: Message, keyring: Keyring): Uint8Array {
  return bytesOf(signedClassic(message, keyring));
}

function signedClassic(message: Message, keyring: Keyring): string {
  const lines = encodeClassicLines(message.without(FIELD.auth));
  return `${CLASSIC_START}${lines}${FIELD.auth}=${sign(lines, keyring)}\n${CLASSIC_END}`;
}

/**
 * Signs a message as heartbeat 3.0.6 does over UDP. With `innerAuth` (its `msgfmt classic`) the
 * field `auth` of the string form stands inside as well.
 */
export function encodeNetstringDatagram(
  message: Message,
  keyring: Keyring,
  innerAuth: boolean,
): Uint8Array {
  const plain = message.without(FIELD.auth);
  const inner = innerAuth
    ? plain.with(FIELD.auth, sign(encodeClassicLines(plain), keyring))
    : plain;
  const text = encodeNetstring(inner);
  const trailer = sign(text, keyring);
  return bytesOf(`${text}${trailer.length}:${trailer},`);
}

/**
 * Verifies and decodes what came in a datagram of any kind: the string form or either netstring
 * form, with or without a NUL behind it. Verified first: what has no valid signature costs a
 * digest at most, and no text is made of it. Never throws; takes time linear in the length.
 */
export function decodeDatagram(bytes: Uint8Array, keyring: Keyring): Received {
  if (bytes.length > MESSAGE_BYTES_MAX) return refused('malformed.size', () => []);
  const seal = findSeal(bytes);
  // A datagram that does not even start like a message is dropped without a word.
  if (seal === 'start') return refused('malformed.start', () => []);
  if (typeof seal === 'string') {
    return refused(`malformed.${seal}`, () => unreadable(textOf(bytes), seal));
  }
  const verification = verify(seal.signed, seal.token, keyring);
  if (!verification.ok) {
    return refused(`auth.${verification.reason}`, () => unsigned(textOf(bytes), verification));
  }
  return opened(textOf(bytes), seal.encoding, verification.key);
}

/** Decodes and verifies one frame of a serial line, as `Framing` gives it. Never throws. */
export function decodeFrame(text: string, keyring: Keyring): Received {
  return decodeDatagram(bytesOf(text), keyring);
}

/** Reads a message whose signature is good: its sender has a key, but may be of any version. */
function opened(text: string, encoding: Encoding, key: number): Received {
  const decoded = decode(text, encoding);
  if (!decoded.ok) {
    const { malformed } = decoded;
    return refused(`malformed.${malformed}`, () => unreadable(text, malformed));
  }
  return { ok: true, message: decoded.message, encoding, key };
}

function decode(text: string, encoding: Encoding): Decoded {
  if (encoding === 'string') return decodeClassic(text);
  return (encoding === 'netstring' ? decodeNetstring(text) : decodeNetstring1994(text)).decoded;
}

/** The lines are made only when they are asked for: a log takes few of many. */
function refused(rejected: Rejection, lines: () => readonly LogLine[]): Received {
  return {
    ok: false,
    rejected,
    get log() {
      return lines();
    },
  };
}

/** What is said of bytes without a valid signature, as the genuine program checks them. */
function unsigned(text: string, refusal: Refusal): readonly LogLine[] {
  if (text.startsWith(NETSTRING_START)) {
    const old = isNetstring1994(text);
    const { decoded, trailer } = old ? decodeNetstring1994(text) : decodeNetstring(text);
    return decoded.ok ? unsignedNetstring(refusal, text, trailer) : unreadableNetstring(text);
  }
  const decoded = decodeClassic(text);
  if (!decoded.ok) return unreadableClassic(decoded.malformed, text);
  return unsignedFrame(refusal, decoded.message.get(FIELD.auth), decoded.message);
}

function unreadable(text: string, reason: Malformed): readonly LogLine[] {
  return text.startsWith(NETSTRING_START)
    ? unreadableNetstring(text)
    : unreadableClassic(reason, text);
}

function unsignedFrame(
  verification: Refusal,
  token: string | undefined,
  message: Message,
): readonly LogLine[] {
  const log: LogLine[] = [];
  if (verification.reason === 'token') {
    const shown = token === undefined ? '(nil)' : printable(token);
    log.push({ severity: 'warn', text: `Bad/invalid auth token, authtoken=${shown}` });
  } else if (verification.reason === 'method') {
    const text = `Invalid authentication type [${verification.key}] in message!`;
    log.push({ severity: 'warn', text });
  }
  const from = printable(message.get(FIELD.source) ?? '?');
  log.push({ severity: 'warn', text: `string2msg_ll: node [${from}] failed authentication` });
  return log;
}

function unreadableClassic(reason: Malformed, text: string): readonly LogLine[] {
  const log: LogLine[] = [];
  if (reason === 'field' || reason === 'end') {
    log.push({ severity: 'warn', text: "ha_msg_add_nv_depth: line doesn't contain '='" });
  }
  log.push({ severity: 'error', text: 'NV failure (string2msg_ll):' });
  log.push({ severity: 'error', text: `Input string: [${printable(text)}]` });
  return log;
}

function unreadableNetstring(text: string): readonly LogLine[] {
  return [
    { severity: 'error', text: 'netstring2msg_rec:peel_netstring fails for name/value pair' },
    { severity: 'error', text: `s=${printable(text)}` },
  ];
}

/**
 * The genuine program also logs the digest it would have accepted. We do not: who can read the log
 * and send datagrams could have messages signed by it.
 */
function unsignedNetstring(
  verification: Refusal,
  text: string,
  trailer: string | undefined,
): readonly LogLine[] {
  if (trailer === undefined) {
    return [
      { severity: 'error', text: 'peel_netstring() error in getting auth string' },
      { severity: 'error', text: `s=${printable(text)}` },
    ];
  }
  const log: LogLine[] = [];
  if (verification.reason === 'token') {
    log.push({ severity: 'warn', text: 'Bad/invalid netstring auth string' });
  } else if (verification.reason === 'method') {
    const words = `Invalid authentication [${verification.key}] in message!`;
    log.push({ severity: 'warn', text: words });
  } else {
    const given = printable(trailer.slice(trailer.indexOf(' ') + 1));
    const words = `authtoken does not match, authtoken=${given}`;
    log.push({ severity: 'error', text: words });
  }
  const quoted = `s=${printable(text)}, autotoken=${printable(trailer)}`;
  const words = `netstring authentication failed, ${quoted}`;
  log.push({ severity: 'error', text: words });
  return log;
}

/** A text from the network on one line of the log: controls as dots, and not too much of it. */
function printable(text: string): string {
  let shown = '';
  for (const letter of text.slice(0, QUOTED_MAX)) {
    const code = letter.charCodeAt(0);
    shown += code >= 32 && code < 127 ? letter : '.';
  }
  return shown;
}
