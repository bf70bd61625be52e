/** LDAP messages (RFC 4511): those that a check sends, and those that a server answers it with. */

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BOOLEAN = 0x01;
const OCTETS = 0x04;
const ENUMERATED = 0x0a;
const BIND_REQUEST = 0x60;
const BIND_RESPONSE = 0x61;
const UNBIND_REQUEST = 0x42;
const SEARCH_REQUEST = 0x63;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const SEARCH_REFERENCE = 0x73;
const SIMPLE_PASSWORD = 0x80;
const PRESENT_FILTER = 0x87;

const VERSION = 3;
const SCOPE_BASE = 0;
/** An alias that is asked for stands for its entry, as Net::LDAP asks. */
const DEREFERENCE_BASE = 2;
/** Asks for none of the attributes: only the name of the entry is looked at. */
const NO_ATTRIBUTES = '1.1';

/** A length of a message has no more bytes than this behind its first. */
const LENGTH_BYTES_MAX = 4;
/** An integer of LDAP: up to 2^31 - 1. */
const INTEGER_BYTES_MAX = 4;

/** What an answer says. Texts are bytes, decoded as latin1. */
export type LdapAnswer =
  | { readonly kind: 'bound' | 'done'; readonly id: number; readonly code: number }
  | { readonly kind: 'entry'; readonly id: number; readonly dn: string }
  | { readonly kind: 'reference' | 'other'; readonly id: number };

/** A simple bind of version 3; an empty name and password are the anonymous one. */
export function bindRequest(id: number, name: string, password: string): Buffer {
  const operation = element(
    BIND_REQUEST,
    integer(INTEGER, VERSION),
    octets(OCTETS, name),
    octets(SIMPLE_PASSWORD, password),
  );
  return element(SEQUENCE, integer(INTEGER, id), operation);
}

/** Asks for the entry of that name, whatever its object class. */
export function baseSearchRequest(id: number, base: string): Buffer {
  const operation = element(
    SEARCH_REQUEST,
    octets(OCTETS, base),
    integer(ENUMERATED, SCOPE_BASE),
    integer(ENUMERATED, DEREFERENCE_BASE),
    integer(INTEGER, 0),
    integer(INTEGER, 0),
    integer(BOOLEAN, 0),
    octets(PRESENT_FILTER, 'objectClass'),
    element(SEQUENCE, octets(OCTETS, NO_ATTRIBUTES)),
  );
  return element(SEQUENCE, integer(INTEGER, id), operation);
}

export function unbindRequest(id: number): Buffer {
  return element(SEQUENCE, integer(INTEGER, id), element(UNBIND_REQUEST));
}

/**
 * How long the message is that the bytes begin with: undefined as long as that is not known,
 * 'malformed' when it is no message.
 */
export function messageLength(bytes: Buffer): number | 'malformed' | undefined {
  if (bytes.length > 0 && bytes[0] !== SEQUENCE) return 'malformed';
  if (bytes.length < 2) return undefined;
  const first = bytes[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > LENGTH_BYTES_MAX) return 'malformed';
  if (bytes.length < 2 + count) return undefined;
  return 2 + count + bytes.readUIntBE(2, count);
}

/** Reads one whole message; undefined when it is malformed. Controls are not looked at. */
export function readAnswer(message: Buffer): LdapAnswer | undefined {
  const [whole, ...more] = elements(message) ?? [];
  if (whole?.tag !== SEQUENCE || more.length > 0) return undefined;
  const [number, operation] = elements(whole.content) ?? [];
  const id = number?.tag === INTEGER ? integerOf(number.content) : undefined;
  if (id === undefined || operation === undefined) return undefined;
  const { tag, content } = operation;
  switch (tag) {
    case BIND_RESPONSE:
    case SEARCH_DONE: {
      const [result] = elements(content) ?? [];
      const code = result?.tag === ENUMERATED ? integerOf(result.content) : undefined;
      if (code === undefined) return undefined;
      return { kind: tag === BIND_RESPONSE ? 'bound' : 'done', id, code };
    }
    case SEARCH_ENTRY: {
      const [name] = elements(content) ?? [];
      if (name?.tag !== OCTETS) return undefined;
      return { kind: 'entry', id, dn: name.content.toString('latin1') };
    }
    default:
      return { kind: tag === SEARCH_REFERENCE ? 'reference' : 'other', id };
  }
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements that the bytes are made of, one after the other; undefined when they are not. */
function elements(bytes: Buffer): readonly Element[] | undefined {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1];
    if (first === undefined) return undefined;
    let from = at + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count === 0 || count > LENGTH_BYTES_MAX || from + count > bytes.length) return undefined;
      length = bytes.readUIntBE(from, count);
      from += count;
    }
    if (from + length > bytes.length) return undefined;
    found.push({ tag, content: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}

function integerOf(content: Buffer): number | undefined {
  const { length } = content;
  return length >= 1 && length <= INTEGER_BYTES_MAX ? content.readIntBE(0, length) : undefined;
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const head = Buffer.alloc(2 + LENGTH_BYTES_MAX);
  head.writeUInt8(tag, 0);
  head.writeUInt8(0x80 | LENGTH_BYTES_MAX, 1);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, content]);
}

/** A small number that is not negative. */
function integer(tag: number, value: number): Buffer {
  return element(tag, Buffer.of(value));
}

function octets(tag: number, text: string): Buffer {
  return element(tag, Buffer.from(text, 'latin1'));
}
