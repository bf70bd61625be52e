/** Servers for tests that have said all they will ever say: conversations without a network. */
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { Conversation, TalkError } from './conversation.js';
import type { LineLimits } from './linebuffer.js';
import type { Finding } from './probe.js';

type Talk = (server: Conversation) => Promise<Finding>;

/** Small, so that limits are met. */
const LIMITS: LineLimits = { line: 60, lines: 20, total: 300 };

/** A connection on which these pieces come, and then the end. What is said to it is lost. */
export class Said extends Duplex {
  readonly #pieces: Buffer[];

  constructor(pieces: readonly Buffer[]) {
    super();
    this.#pieces = [...pieces];
  }

  override _read(): void {
    this.push(this.#pieces.shift() ?? null);
  }

  override _write(_: unknown, __: unknown, done: () => void): void {
    done();
  }
}

/** What it comes to: the finding, or the text of the error that means down. */
async function outcome(pieces: readonly Buffer[], talk: Talk): Promise<Finding | string> {
  const server = new Conversation(new Said(pieces), LIMITS);
  try {
    return await talk(server);
  } catch (error) {
    if (error instanceof TalkError) return error.message;
    throw error;
  } finally {
    server.close();
  }
}

/** Bytes cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1))), bytes.length];
  ends.sort((one, other) => one - other);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter((b) => b.length);
}

/**
 * Whatever a server says, a conversation ends in a finding or a `TalkError`, and in the same one
 * however the bytes are cut. `phrases` make it likely to get far.
 */
export async function sameHoweverCut(phrases: readonly string[], talk: Talk): Promise<void> {
  const noise = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'));
  const phrase = fc.constantFrom(...phrases);
  const text = fc
    .array(fc.oneof({ weight: 5, arbitrary: phrase }, { weight: 1, arbitrary: noise }))
    .map((parts) => Buffer.from(parts.join(''), 'latin1'));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat()), async (bytes, places) => {
      const whole = await outcome(bytes.length > 0 ? [bytes] : [], talk);
      const single = [...bytes].map((byte) => Buffer.of(byte));
      assert.deepEqual(await outcome(cut(bytes, places), talk), whole);
      assert.deepEqual(await outcome(single, talk), whole);
    }),
    { numRuns: 200 },
  );
}
