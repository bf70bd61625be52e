/** Base64 as binary fields use it in the string form: standard alphabet, padded, on one line. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Encodes bytes; the result's length is a multiple of four. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const group =
      ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += ALPHABET[(group >> 18) & 63] ?? '';
    text += ALPHABET[(group >> 12) & 63] ?? '';
    text += left > 1 ? (ALPHABET[(group >> 6) & 63] ?? '') : '=';
    text += left > 2 ? (ALPHABET[group & 63] ?? '') : '=';
  }
  return text;
}

/** Decodes exactly what `encodeBase64` can produce; undefined for any other text. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const digits = text.length - padding;
  let bits = 0;
  let held = 0;
  let place = 0;
  for (let index = 0; index < digits; index++) {
    const value = VALUES.get(text[index] ?? '');
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[place++] = (bits >> held) & 0xff;
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}
