/** What is fuzzed: a function over bytes that throws where a promise of the product is broken. */
import { isDeepStrictEqual } from 'node:util';

export interface Target {
  readonly name: string;
  /** Words of the format that stand in no literal of the code. */
  readonly tokens?: readonly string[];
  /** Beginnings: whole inputs as they are in real life, all from the repository. */
  seeds(): Iterable<Uint8Array | string>;
  /**
   * Takes one input; throws, or rejects, when what must always hold does not. The bytes are only
   * lent: they are changed after it has returned.
   */
  run(bytes: Uint8Array): void | Promise<void>;
}

/** Something that must always hold did not. */
export class Broken extends Error {}

/** Throws unless it holds; `what` says what was expected. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Throws unless both are the same, through and through. */
export function claimSame(one: unknown, other: unknown, what: string): void {
  if (one === other || isDeepStrictEqual(one, other)) return;
  throw new Broken(`${what}: ${excerpt(one)} and ${excerpt(other)}`);
}

/** Enough to see what differs. */
const EXCERPT_LENGTH = 300;

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, EXCERPT_LENGTH);
}

/** The bytes as text, one character each, however many. */
export function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/** The same bytes as a Buffer; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The bytes in pieces of sizes that depend on nothing but the bytes: mostly small ones, so that
 * every boundary of a format is met.
 */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let state = bytes.length;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state ^ (bytes[at] ?? 0), 0x9e3779b1) + 1) >>> 0;
    const size = state >>> 30 === 0 ? 1 : 1 + (state >>> 24);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
