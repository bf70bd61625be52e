/**
 * The string form of a message (`msgfmt classic`), spoken by every version of heartbeat:
 *
 *     >>>
 *     name=value            string
 *     (1)name=base64        binary
 *     (2)name=…             nested message, its newlines replaced
 *     (3)name=3:abc,4:defg, list of strings
 *     <<<
 */
import { decodeBase64, encodeBase64 } from './base64.js';
import type { Decoded, Malformed } from './decoded.js';
import { DEPTH_MAX, FIELDS_MAX, MESSAGE_BYTES_MAX } from './limits.js';
import { decodeList, encodeList } from './list.js';
import { FIELD_TYPES, type Field, Message } from './message.js';

export const CLASSIC_START = '>>>\n';
export const CLASSIC_END = '<<<\n';

/** Stands for a newline inside a string value (heartbeat 2.1). */
const NEWLINE_IN_STRING = '\x13';

/** Stands for a newline of a message nested at that depth; not NUL, newline, CR or 0x13. */
const NEWLINE_AT_DEPTH = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 15, 16, 17, 18].map(
  (code) => String.fromCharCode(code),
);

/** The message between its markers, as text whose characters are the bytes. Unsigned. */
export function encodeClassic(message: Message): string {
  return CLASSIC_START + encodeClassicLines(message) + CLASSIC_END;
}

/**
 * The lines of a message without the markers: what authentication covers when the field `auth` is
 * left out.
 *
 * @throws RangeError when messages are nested deeper than any decoder would follow.
 */
export function encodeClassicLines(message: Message, depth = 0): string {
  let text = '';
  for (const field of message.fields) text += encodeLine(field, depth);
  return text;
}

function encodeLine(field: Field, depth: number): string {
  switch (field.type) {
    case 'string':
      return `${field.name}=${withoutNewlines(field.value)}\n`;
    case 'binary':
    case 'compressed':
      return `(${FIELD_TYPES[field.type]})${field.name}=${encodeBase64(field.value)}\n`;
    case 'list':
      return `(3)${field.name}=${withoutNewlines(encodeList(field.value))}\n`;
    case 'struct':
    case 'uncompressed': {
      const newline = NEWLINE_AT_DEPTH[depth];
      if (newline === undefined) throw new RangeError('messages are nested too deeply');
      const lines = encodeClassicLines(field.value, depth + 1);
      const nested = CLASSIC_START + lines + CLASSIC_END;
      return `(${FIELD_TYPES[field.type]})${field.name}=${nested.replaceAll('\n', newline)}\n`;
    }
  }
}

function withoutNewlines(value: string): string {
  return value.includes('\n') ? value.replaceAll('\n', NEWLINE_IN_STRING) : value;
}

function withNewlines(value: string): string {
  return value.includes(NEWLINE_IN_STRING) ? value.replaceAll(NEWLINE_IN_STRING, '\n') : value;
}

/**
 * Reads a message from the start of the text up to its end marker; what follows is not looked at.
 * Empty lines are passed over, and a line without `=` spoils the message (heartbeat 3.0.6). A NUL
 * ends the text. Nothing is authenticated here.
 */
export function decodeClassic(text: string): Decoded {
  const nul = text.indexOf('\0');
  return decodeAtDepth(nul < 0 ? text : text.slice(0, nul), 0);
}

function decodeAtDepth(text: string, depth: number): Decoded {
  if (!text.startsWith(CLASSIC_START)) return malformed('start');
  const fields: Field[] = [];
  let position = CLASSIC_START.length;
  while (!text.startsWith(CLASSIC_END, position)) {
    const newline = text.indexOf('\n', position);
    if (newline < 0) return malformed('end');
    if (newline >= MESSAGE_BYTES_MAX) return malformed('size');
    if (newline > position) {
      if (fields.length >= FIELDS_MAX) return malformed('size');
      const field = decodeLine(text.slice(position, newline), depth);
      if (typeof field === 'string') return malformed(field);
      fields.push(field);
    }
    position = newline + 1;
  }
  return { ok: true, message: new Message(fields) };
}

function malformed(reason: Malformed): Decoded {
  return { ok: false, malformed: reason };
}

function decodeLine(line: string, depth: number): Field | Malformed {
  const typed = line[0] === '(';
  if (typed && line[2] !== ')') return 'field';
  const start = typed ? 3 : 0;
  const equals = line.indexOf('=', start);
  if (equals <= start) return 'field';
  const name = line.slice(start, equals);
  const value = line.slice(equals + 1);
  if (!typed) return { name, type: 'string', value: withNewlines(value) };
  switch (line[1]) {
    case '1':
      return decodeBytes(name, 'binary', value);
    case '2':
      return decodeNested(name, 'struct', value, depth);
    case '3': {
      const list = decodeList(withNewlines(value));
      return list === undefined ? 'field' : { name, type: 'list', value: list };
    }
    case '4':
      return decodeBytes(name, 'compressed', value);
    case '5':
      return decodeNested(name, 'uncompressed', value, depth);
    default:
      return 'field';
  }
}

function decodeBytes(name: string, type: 'binary' | 'compressed', text: string): Field | Malformed {
  const value = decodeBase64(text);
  return value === undefined ? 'field' : { name, type, value };
}

function decodeNested(
  name: string,
  type: 'struct' | 'uncompressed',
  text: string,
  depth: number,
): Field | Malformed {
  const newline = NEWLINE_AT_DEPTH[depth];
  if (newline === undefined || depth >= DEPTH_MAX) return 'depth';
  const nested = decodeAtDepth(text.replaceAll(newline, '\n'), depth + 1);
  return nested.ok ? { name, type, value: nested.message } : nested.malformed;
}
