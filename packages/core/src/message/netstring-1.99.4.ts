/**
 * The netstring form that only heartbeat 1.99.4 knows (its `msgfmt netstring`), read but never
 * sent: three netstrings per field, and the signature before the end marker.
 *
 *     ###
 *     LEN:name,1:T,LEN:value,   for each field
 *     LEN:N digest,
 *     %%%
 */
import type { Malformed } from './decoded.js';
import { bytesOf } from './latin1.js';
import { FIELDS_MAX } from './limits.js';
import { type Field, Message } from './message.js';
import { isFieldName, NETSTRING_END, NETSTRING_START, type NetstringParts } from './netstring.js';
import { readNetstring } from './netstringpiece.js';

/** True when the text is in this form rather than in that of the later versions. */
export function isNetstring1994(text: string): boolean {
  if (!text.startsWith(NETSTRING_START)) return false;
  const first = readNetstring(text, NETSTRING_START.length);
  return first !== undefined && first.content[0] !== '(';
}

/** Reads a message and its signature from the start of the text. Nothing is authenticated here. */
export function decodeNetstring1994(text: string): NetstringParts {
  if (!text.startsWith(NETSTRING_START)) return malformed('start');
  const fields: Field[] = [];
  let position = NETSTRING_START.length;
  for (;;) {
    const name = readNetstring(text, position);
    if (name === undefined) return malformed('end');
    if (text.startsWith(NETSTRING_END, name.end)) {
      // 1.99.4 signs what stands between the start marker and the signature.
      return {
        decoded: { ok: true, message: new Message(fields) },
        signed: text.slice(NETSTRING_START.length, position),
        trailer: name.content,
      };
    }
    const type = readNetstring(text, name.end);
    const value = type && readNetstring(text, type.end);
    if (type === undefined || value === undefined) return malformed('end');
    if (fields.length >= FIELDS_MAX) return malformed('size');
    const field = readField(name.content, type.content, value.content);
    if (field === undefined) return malformed('field');
    fields.push(field);
    position = value.end;
  }
}

function malformed(reason: Malformed): NetstringParts {
  return { decoded: { ok: false, malformed: reason }, signed: '', trailer: undefined };
}

/** The cluster's own messages have strings and binary values only. */
function readField(name: string, type: string, value: string): Field | undefined {
  if (!isFieldName(name)) return undefined;
  if (type === '1') return { name, type: 'binary', value: bytesOf(value) };
  if (type !== '0' || value.includes('\0')) return undefined;
  return { name, type: 'string', value };
}
