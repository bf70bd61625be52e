/**
 * Stands between a connection and the client library that listens to it: what comes is counted and
 * looked at before the library sees it, and what the library throws does not get any further.
 */
import type { Duplex } from 'node:stream';

export interface Bounds {
  /** How much the server may send before the check has ended. */
  readonly bytesMax: number;
  /** Looks at what comes, before the library does; throws to keep it from the library. */
  readonly inspect?: (chunk: Buffer) => void;
}

/** The server has sent more than we look at. */
export class Flood extends Error {}

/**
 * Guards a stream. `fail` is told of a flood, of what `inspect` and the listeners of the stream
 * throw; from then on the listeners get no more data. It is for the caller to close the stream.
 */
export function guardStream(stream: Duplex, bounds: Bounds, fail: (error: unknown) => void): void {
  const emit = stream.emit;
  let left = bounds.bytesMax;
  let failed = false;
  const guarded = (name: string | symbol, ...words: unknown[]): boolean => {
    try {
      if (name === 'data') {
        if (failed) return true;
        const chunk = words[0] as Buffer;
        left -= chunk.length;
        if (left < 0) throw new Flood(`more than ${bounds.bytesMax} bytes`);
        bounds.inspect?.(chunk);
      }
      return Reflect.apply(emit, stream, [name, ...words]) as boolean;
    } catch (error) {
      failed = true;
      fail(error);
      return true;
    }
  };
  stream.emit = guarded;
}
