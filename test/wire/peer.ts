/** A scripted node: knows how a right message of it looks, so that rows can say what is wrong. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { sign } from '@ts-heartbeat/core/auth/sign';
import { encodeDatagram } from '@ts-heartbeat/core/message/datagram';
import { bytesOf } from '@ts-heartbeat/core/message/latin1';
import { type Field, Message } from '@ts-heartbeat/core/message/message';

/** Changes to a message: a text replaces or adds a field, null leaves it out. */
export type Changes = Readonly<Record<string, string | null>>;

/** Longer than all rows of a table take: 600 s. */
const DEADTIME = '927c0';

/** Any wall clock will do: the daemons only want it not to be zero. */
const TIMESTAMP = '65000000';

export class Peer {
  readonly name: string;
  readonly uuid: Uint8Array;
  generation: number;
  /** The number of the next message. */
  seq = 1;

  constructor(name: string, generation = 0x65000001) {
    this.name = name;
    this.generation = generation;
    this.uuid = new Uint8Array(16);
    this.uuid.set(bytesOf(`uuid of ${name}`).subarray(0, 16));
  }

  /** A message with all fields that the genuine program sends, and the changes. */
  message(own: Readonly<Record<string, string>>, changes: Changes = {}): Message {
    const control = own.t?.startsWith('NS_') === true;
    let message = Message.of(own)
      .with('src', this.name)
      .withField({ name: 'srcuuid', type: 'binary', value: this.uuid });
    if (!control) {
      message = message.with('seq', this.seq.toString(16));
      if (changes.seq === undefined) this.seq += 1;
    }
    message = message.with('hg', this.generation.toString(16)).with('ts', TIMESTAMP);
    if (!control) message = message.with('ld', '0.00 0.00 0.00 1/100 1');
    message = message.with('ttl', '3');
    for (const [name, value] of Object.entries(changes)) {
      message = value === null ? message.without(name) : message.with(name, value);
    }
    return message;
  }

  /** A status as a node at work sends it. */
  status(changes: Changes = {}): Message {
    return this.message({ t: 'status', st: 'active', dt: DEADTIME, protocol: '1' }, changes);
  }
}

/** The datagram of a message, signed as every version of heartbeat signs it. */
export function datagram(message: Message, keyring: Keyring): Uint8Array {
  return encodeDatagram(message, keyring);
}

/** The lines of a message in the string form, without markers and signature. */
export function linesOf(message: Message): string[] {
  return message.fields.map(lineOf);
}

function lineOf(field: Field): string {
  if (field.type === 'string') return `${field.name}=${field.value}`;
  if (field.type !== 'binary') throw new Error('rows write such lines themselves');
  return `(1)${field.name}=${Buffer.from(field.value).toString('base64')}`;
}

/** How a datagram is put together by hand. */
export interface Handmade {
  /** What is signed; the lines as they are sent when it is not given. */
  readonly signed?: readonly string[];
  /** Where the line `auth` goes; at the end when it is not given. */
  readonly authAt?: number;
  /** What stands in it; the right token when it is not given; null: no such line. */
  readonly auth?: string | null;
  readonly newline?: string;
  readonly start?: string;
  readonly end?: string;
}

/** A datagram in the string form, put together by hand. */
export function handmade(
  lines: readonly string[],
  keyring: Keyring,
  how: Handmade = {},
): Uint8Array {
  const { signed = lines, authAt = lines.length, newline = '\n' } = how;
  const { start = `>>>${newline}`, end = `<<<${newline}\0` } = how;
  const token = how.auth === undefined ? sign(`${signed.join('\n')}\n`, keyring) : how.auth;
  const all = [...lines];
  if (token !== null) all.splice(authAt, 0, `auth=${token}`);
  return bytesOf(start + all.map((line) => line + newline).join('') + end);
}
