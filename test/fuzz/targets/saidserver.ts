/** Servers that say what the input says, in the place of all that a check would connect to. */
import net from 'node:net';
import { Duplex } from 'node:stream';
import type { TlsRules } from 'ts-ldirectord/checks/tls';
import { latin1 } from '../target.js';

/** Between two things that a server says; the second comes when the check has spoken. */
export const TURN = '|||';
/** More turns than any check waits for. */
const TURNS_MAX = 12;

/** Changes what a server says to fit what was said to it. */
export type Fit = (said: Buffer, answer: Buffer) => void;

/**
 * One connection. A turn comes when the check has written something, or waits; then the next one;
 * at last the connection ends.
 */
export class SaidServer extends Duplex {
  readonly localAddress = '127.0.0.1';
  readonly localPort = 40_000;
  readonly #turns: string[];
  readonly #fit: Fit | undefined;
  #said: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Immediate | undefined;

  constructor(turns: readonly string[], fit?: Fit) {
    super({ allowHalfOpen: false });
    this.#turns = [...turns];
    this.#fit = fit;
    process.nextTick(() => {
      if (this.destroyed) return;
      this.emit('connect');
      this.#next();
    });
  }

  // What client libraries ask of a socket.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #next(): void {
    this.#timer = undefined;
    if (this.destroyed || this.readableEnded) return;
    const turn = this.#turns.shift();
    if (turn === undefined) {
      this.push(null);
      return;
    }
    const bytes = Buffer.from(turn, 'latin1');
    this.#fit?.(this.#said, bytes);
    if (bytes.length > 0) this.push(bytes);
    this.#timer = setImmediate(() => this.#next());
  }

  override _read(): void {
    // Turns come by themselves.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#said = chunk;
    done();
    if (this.#timer === undefined) return;
    clearImmediate(this.#timer);
    this.#timer = undefined;
    // Never within the call: no socket is answered before whoever writes has returned.
    process.nextTick(() => this.#next());
  }

  override _final(done: () => void): void {
    done();
    if (!this.destroyed) this.push(null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearImmediate(this.#timer);
    done(error);
  }
}

let current: () => Duplex = () => new SaidServer([]);
let opened = 0;

function connect(): net.Socket {
  return current() as net.Socket;
}

/** TLS that leads to the same servers: nothing is encrypted. */
export const PLAIN_RULES = {
  verifies: false,
  options: () => undefined,
  connect: () => {
    const server = connect();
    server.once('connect', () => server.emit('secureConnect'));
    return server;
  },
} as unknown as TlsRules;

/** How many connections were opened since it was last said what servers say. */
export function connectionsOpened(): number {
  return opened;
}

/**
 * From now on whatever this thread connects to says this. The first connection says all, further
 * ones the last turn.
 */
export function letServersSay(bytes: Uint8Array, fit?: Fit): void {
  net.Socket.prototype.connect = connect;
  const turns = latin1(bytes).split(TURN, TURNS_MAX);
  opened = 0;
  current = () => {
    opened += 1;
    return new SaidServer(opened === 1 ? turns : turns.slice(-1), fit);
  };
}
