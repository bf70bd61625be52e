/** Bytes as text and back: one character is one byte, whatever the byte. */

/** Characters per call: well below what engines accept as arguments of one function call. */
const CHUNK = 8192;

/** The text whose character codes are the bytes. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return shortText(bytes);
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += shortText(bytes.subarray(start, start + CHUNK));
  }
  return text;
}

/** Ten times as fast as spreading the bytes, which would call their iterator for each (measured). */
function shortText(bytes: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, bytes);
}

/** The bytes of a text; only the low eight bits of a character are kept. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
