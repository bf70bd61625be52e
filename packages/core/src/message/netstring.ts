/**
 * The netstring form of heartbeat 2.1 and 3.0.6, which is all that 3.0.6 sends over UDP:
 *
 *     ###
 *     LEN:(T)name=value,   one per field, without newlines between; values are raw bytes
 *     %%%
 *     LEN:N digest,        the trailer that signs all before it
 */
import type { Decoded, Malformed } from './decoded.js';
import { bytesOf, textOf } from './latin1.js';
import { DEPTH_MAX, FIELDS_MAX } from './limits.js';
import { decodeList, encodeList } from './list.js';
import { FIELD_TYPES, type Field, Message } from './message.js';
import { readNetstring, writeNetstring } from './netstringpiece.js';

export const NETSTRING_START = '###\n';
export const NETSTRING_END = '%%%\n';

/** The message between its markers, without a trailer. */
export function encodeNetstring(message: Message): string {
  const fields = message.fields.map((field) =>
    writeNetstring(`(${FIELD_TYPES[field.type]})${field.name}=${encodeValue(field)}`),
  );
  return NETSTRING_START + fields.join('') + NETSTRING_END;
}

function encodeValue(field: Field): string {
  switch (field.type) {
    case 'string':
      return field.value;
    case 'binary':
    case 'compressed':
      return textOf(field.value);
    case 'list':
      return encodeList(field.value);
    case 'struct':
    case 'uncompressed':
      return encodeNetstring(field.value);
  }
}

export interface NetstringParts {
  readonly decoded: Decoded;
  /** What the trailer signs: everything up to and including the end marker. */
  readonly signed: string;
  /** The trailer's content, `N digest`; undefined when there is none. */
  readonly trailer: string | undefined;
}

/** Reads a message and its trailer from the start of the text. Nothing is authenticated here. */
export function decodeNetstring(text: string): NetstringParts {
  const { decoded, end } = decodeAtDepth(text, 0);
  const signed = text.slice(0, end);
  return { decoded, signed, trailer: decoded.ok ? readNetstring(text, end)?.content : undefined };
}

function decodeAtDepth(text: string, depth: number): { decoded: Decoded; end: number } {
  if (!text.startsWith(NETSTRING_START)) return malformed('start');
  const fields: Field[] = [];
  let position = NETSTRING_START.length;
  while (!text.startsWith(NETSTRING_END, position)) {
    const piece = readNetstring(text, position);
    if (piece === undefined) return malformed('end');
    if (fields.length >= FIELDS_MAX) return malformed('size');
    const field = decodeField(piece.content, depth);
    if (typeof field === 'string') return malformed(field);
    fields.push(field);
    position = piece.end;
  }
  const end = position + NETSTRING_END.length;
  return { decoded: { ok: true, message: new Message(fields) }, end };
}

function malformed(reason: Malformed): { decoded: Decoded; end: number } {
  return { decoded: { ok: false, malformed: reason }, end: 0 };
}

function decodeField(content: string, depth: number): Field | Malformed {
  if (content[0] !== '(' || content[2] !== ')') return 'field';
  const equals = content.indexOf('=', 3);
  if (equals < 0) return 'field';
  const name = content.slice(3, equals);
  if (!isFieldName(name)) return 'field';
  return typedField(content[1] ?? '', name, content.slice(equals + 1), depth);
}

/**
 * True when a name can be written again in the string form, as it must be for clients and scripts:
 * not empty, no newline, NUL or `=`, and not like a type in parentheses.
 */
export function isFieldName(name: string): boolean {
  return name.length > 0 && name[0] !== '(' && !/[\n\0=]/.test(name);
}

function typedField(digit: string, name: string, value: string, depth: number): Field | Malformed {
  switch (digit) {
    case '0':
      return value.includes('\0') ? 'field' : { name, type: 'string', value };
    case '1':
      return { name, type: 'binary', value: bytesOf(value) };
    case '3': {
      const list = decodeList(value);
      if (list === undefined || value.includes('\0')) return 'field';
      return { name, type: 'list', value: list };
    }
    case '4':
      return { name, type: 'compressed', value: bytesOf(value) };
    case '2':
    case '5': {
      if (depth >= DEPTH_MAX) return 'depth';
      const { decoded } = decodeAtDepth(value, depth + 1);
      if (!decoded.ok) return decoded.malformed;
      return { name, type: digit === '2' ? 'struct' : 'uncompressed', value: decoded.message };
    }
    default:
      return 'field';
  }
}
