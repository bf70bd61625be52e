/** What a server sends in one go, a page or a file: kept up to a limit. */
import type { Readable } from 'node:stream';

/**
 * As much as is kept and searched. A thousand checks at once then need a gigabyte at the very
 * worst, and a server that sends for ever is seen to be alive.
 */
export const BODY_BYTES_MAX = 1024 * 1024;

export interface Body {
  /** Decoded as latin1. */
  readonly text: string;
  /** Why it is not complete, where it was broken off. */
  readonly error?: Error;
}

/** Resolves when all has come, when it is broken off, or when it is longer than we look at. */
export function bodyOf(stream: Readable): Promise<Body> {
  return new Promise((resolve) => {
    // Texts rather than buffers: a thousand pieces of a byte each must not cost a thousand buffers.
    const pieces: string[] = [];
    let bytes = 0;
    const done = (error?: Error): void => {
      resolve({ text: pieces.join(''), ...(error && { error }) });
    };
    stream.on('data', (chunk: Buffer) => {
      if (bytes >= BODY_BYTES_MAX) return;
      pieces.push(chunk.toString('latin1', 0, BODY_BYTES_MAX - bytes));
      bytes += chunk.length;
      if (bytes >= BODY_BYTES_MAX) done();
    });
    stream.on('end', () => done());
    stream.on('error', done);
    stream.on('close', () => done());
  });
}
