/** A list of strings as one value: each element as `LENGTH:bytes,`. */
import { FIELDS_MAX } from './limits.js';
import { readNetstring } from './netstringpiece.js';

/** The elements one after the other, each as a netstring. */
export function encodeList(elements: readonly string[]): string {
  return elements.map((element) => `${element.length}:${element},`).join('');
}

/** The elements; undefined when the text is not exactly a run of netstrings, or too long a one. */
export function decodeList(text: string): readonly string[] | undefined {
  const elements: string[] = [];
  let position = 0;
  while (position < text.length) {
    const piece = readNetstring(text, position);
    if (piece === undefined || elements.length >= FIELDS_MAX) return undefined;
    elements.push(piece.content);
    position = piece.end;
  }
  return elements;
}
