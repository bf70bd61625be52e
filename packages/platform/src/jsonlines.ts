/** One JSON value a line over a Unix socket: how our own processes talk to each other. */
import { unlinkSync } from 'node:fs';
import net from 'node:net';

/** A line longer than this is not ours; the largest reply lists the groups of a haresources file. */
export const LINE_BYTES_MAX = 256 * 1024;
/** A peer that leaves this much unread is hung: drop it rather than grow. */
export const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines. `push` returns the lines that are now whole, or undefined when a
 * line grows over the limit: the stream is then of no more use.
 */
export class LineCutter {
  readonly #lengthMax: number;
  #begun: Buffer[] = [];
  #begunBytes = 0;

  constructor(lengthMax: number = LINE_BYTES_MAX) {
    this.#lengthMax = lengthMax;
  }

  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#add(chunk.subarray(from, end))) return undefined;
      lines.push(Buffer.concat(this.#begun).toString());
      this.#begun = [];
      this.#begunBytes = 0;
      from = end + 1;
    }
    return this.#add(chunk.subarray(from)) ? lines : undefined;
  }

  #add(part: Buffer): boolean {
    this.#begunBytes += part.length;
    if (this.#begunBytes > this.#lengthMax) return false;
    if (part.length > 0) this.#begun.push(part);
    return true;
  }
}

/** One end of a conversation. */
export interface JsonPeer {
  /** Sends a value; false when the peer is gone or was dropped because it does not read. */
  send(value: unknown): boolean;
  /** Ends the conversation after what was sent is delivered. `closed` still comes. */
  end(): void;
  /** Ends it now. `closed` still comes. */
  destroy(): void;
  /** The socket below, for `peerCredentials`. */
  readonly socket: net.Socket;
}

/** What the owner of a peer is told. Neither may throw. */
export interface JsonListener {
  /** A line came in: any JSON value, unchecked. */
  message(value: unknown): void;
  /** The conversation is over; comes exactly once. `reason` is empty for an orderly end. */
  closed(reason: string): void;
}

/** Speaks JSON lines over a connected socket. Call in the same turn in which the socket came. */
export function speakJson(socket: net.Socket, listener: JsonListener): JsonPeer {
  const cutter = new LineCutter();
  let reason = '';
  let over = false;
  const fail = (why: string): void => {
    if (reason === '') reason = why;
    socket.destroy();
  };
  socket.on('data', (chunk: Buffer) => {
    const lines = cutter.push(chunk);
    if (lines === undefined) fail(`a line of more than ${LINE_BYTES_MAX} bytes`);
    for (const line of lines ?? []) {
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        fail('a line that is not JSON');
        return;
      }
      if (over || socket.destroyed) return;
      listener.message(value);
    }
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    over = true;
    listener.closed(reason);
  });
  return {
    socket,
    send: (value) => {
      if (over || socket.destroyed || socket.writableEnded) return false;
      if (socket.writableLength > BACKLOG_BYTES_MAX) {
        fail('it does not read');
        return false;
      }
      socket.write(`${JSON.stringify(value)}\n`);
      return true;
    },
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  };
}

/** Connects to a server of JSON lines; rejects with the system's error when there is none. */
export function connectJson(path: string, listener: JsonListener): Promise<JsonPeer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(speakJson(socket, listener));
    });
  });
}

export interface JsonServer {
  /** Listens no more and removes the socket; conversations go on. */
  close(): void;
}

function bind(path: string, mode: number, server: net.Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    // The socket must have its mode from its first moment; Node binds within this call.
    const before = process.umask(0o777 & ~mode);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
}

/** True when somebody accepts connections at that path. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Listens on a Unix socket of that mode. A socket that a dead process left behind is replaced; one
 * that is served rejects with EADDRINUSE.
 */
export async function listenJson(
  path: string,
  mode: number,
  accepted: (socket: net.Socket) => void,
): Promise<JsonServer> {
  const server = net.createServer(accepted);
  try {
    await bind(path, mode, server);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'EADDRINUSE' || (await isServed(path))) throw error;
    unlinkSync(path);
    await bind(path, mode, server);
  }
  server.on('error', () => undefined);
  return { close: () => void server.close() };
}
