/**
 * A cluster message: an ordered list of named, typed fields.
 *
 * Order matters, because authentication covers the fields as they stand. A name that comes twice
 * is kept twice, and its first value counts (heartbeat 3.0.6). Strings hold bytes: one character is
 * one byte (latin1), so that whatever a peer sent can be sent again unchanged.
 */

/** The field types of the wire format, by their digit (heartbeat 3.0.6). */
export const FIELD_TYPES = {
  string: 0,
  binary: 1,
  struct: 2,
  list: 3,
  compressed: 4,
  uncompressed: 5,
} as const;

export type Field =
  | { readonly name: string; readonly type: 'string'; readonly value: string }
  | { readonly name: string; readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly name: string; readonly type: 'struct'; readonly value: Message }
  | { readonly name: string; readonly type: 'list'; readonly value: readonly string[] }
  | { readonly name: string; readonly type: 'compressed'; readonly value: Uint8Array }
  | { readonly name: string; readonly type: 'uncompressed'; readonly value: Message };

const HEXADECIMAL = /^[ \t\r]*\+?(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)/;

const DECIMAL = /^[ \t\r]*\+?([0-9]+)/;

/** An immutable message. Every change returns a new one. */
export class Message {
  readonly fields: readonly Field[];

  /** Takes fields in wire order; nobody may change the list afterwards. */
  constructor(fields: readonly Field[] = []) {
    this.fields = fields;
  }

  /** Builds a message of string fields, in the order of the object's keys. */
  static of(strings: Readonly<Record<string, string>>): Message {
    const fields: Field[] = [];
    for (const name in strings) fields.push({ name, type: 'string', value: strings[name] ?? '' });
    return new Message(fields);
  }

  /** The field of that name, whatever its type. */
  field(name: string): Field | undefined {
    return this.fields.find((field) => field.name === name);
  }

  /** The value of a string field; undefined when it is absent or of another type. */
  get(name: string): string | undefined {
    const field = this.field(name);
    return field?.type === 'string' ? field.value : undefined;
  }

  /** The bytes of a binary field; undefined when it is absent or of another type. */
  binary(name: string): Uint8Array | undefined {
    const field = this.field(name);
    return field?.type === 'binary' ? field.value : undefined;
  }

  /**
   * A string field read as an unsigned hexadecimal number (`seq hg ts dt ackseq`, and `firstseq` of
   * NS_nak_rexmit), as the genuine program scans it: blanks and `0x` may stand before it, and
   * anything behind it. Undefined when it is absent, not hexadecimal, negative, or above 2^53: what
   * the genuine program makes of the last two, the largest of all numbers, no clock or counter has.
   */
  hex(name: string): number | undefined {
    const word = this.get(name);
    if (word === undefined) return undefined;
    const plain = plainHexadecimal(word);
    if (plain !== undefined) return plain;
    const digits = HEXADECIMAL.exec(word)?.[1];
    if (digits === undefined) return undefined;
    const value = Number.parseInt(digits, 16);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** The same for a decimal number (`firstseq` and `lastseq` of NS_rexmit). */
  decimal(name: string): number | undefined {
    const digits = DECIMAL.exec(this.get(name) ?? '')?.[1];
    if (digits === undefined) return undefined;
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** The same message with a string field set: replaced in place, or appended. */
  with(name: string, value: string): Message {
    return this.withField({ name, type: 'string', value });
  }

  /** The same message with a field set: replaced in place, or appended. */
  withField(field: Field): Message {
    return this.withFields([field]);
  }

  /** The same message with several fields set, one after the other. */
  withFields(more: readonly Field[]): Message {
    const fields = [...this.fields];
    for (const field of more) {
      const place = fields.findIndex(({ name }) => name === field.name);
      if (place < 0) fields.push(field);
      else fields[place] = field;
    }
    return new Message(fields);
  }

  /** The same message without every field of that name. */
  without(name: string): Message {
    return new Message(this.fields.filter((field) => field.name !== name));
  }

  /** The string fields as an object, for scripts (`HA_<name>`) and traces. */
  strings(): Record<string, string> {
    const result: Record<string, string> = {};
    for (const field of this.fields) {
      if (field.type === 'string' && !(field.name in result)) result[field.name] = field.value;
    }
    return result;
  }
}

/** Longer ones may be above 2^53. */
const PLAIN_MAX = 13;
const [ZERO, NINE, LOWER_A, LOWER_F] = [0x30, 0x39, 0x61, 0x66];

/**
 * A hexadecimal number as it is nearly always written, in small letters and nothing else; undefined
 * for every other word. Numbers are read several times of every message: this is the short way.
 */
function plainHexadecimal(word: string): number | undefined {
  if (word === '' || word.length > PLAIN_MAX) return undefined;
  let value = 0;
  for (let place = 0; place < word.length; place += 1) {
    const code = word.charCodeAt(place);
    if (code >= ZERO && code <= NINE) value = value * 16 + (code - ZERO);
    else if (code >= LOWER_A && code <= LOWER_F) value = value * 16 + (code - LOWER_A + 10);
    else return undefined;
  }
  return value;
}
