/**
 * A conversation in lines with a server under check. It is bounded in bytes; the time is bounded by
 * the probe that it belongs to, which closes it whatever the server does.
 */
import type { Duplex } from 'node:stream';
import { LineBuffer, type LineLimits } from './linebuffer.js';
import { type Finding, messageOf, type Probe } from './probe.js';

/** Greetings with terms of use are a few kilobytes; lists of capabilities are much shorter. */
const LIMITS: LineLimits = { line: 16 * 1024, lines: 2000, total: 64 * 1024 };
/**
 * A server that we have taken leave of has so long to hang up by itself. Hanging up on its answer
 * would look to it like a broken connection.
 */
const LEAVE_MS = 500;

/** What a check that found its server well has to say. */
export const UP: Finding = { up: true, message: '' };

/** The server did not answer as a server that is well does, or cannot be asked. */
export class TalkError extends Error {
  /** The check cannot be made, whatever the server. */
  readonly impossible: boolean;

  constructor(message: string, impossible = false) {
    super(message);
    this.impossible = impossible;
  }
}

/** A text of the configuration that is part of a line; throws when it would end the line. */
export function spoken(text: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new TalkError('login, passwd or request holds the end of a line', true);
  }
  return text;
}

/**
 * A probe that opens a connection and talks. What `talk` resolves to is the finding; a `TalkError`
 * means down.
 */
export function conversationProbe<Stream extends Duplex>(
  open: () => Stream,
  talk: (server: Conversation, stream: Stream) => Promise<Finding>,
  limits = LIMITS,
): Probe {
  return (settle) => {
    const stream = open();
    const server = new Conversation(stream, limits);
    void talk(server, stream).then(settle, (error: unknown) => {
      if (!(error instanceof TalkError)) throw error;
      const { message, impossible } = error;
      settle({ up: false, message, ...(impossible && { impossible }) });
    });
    return () => server.close();
  };
}

/** One side of it: ours. Only one reader at a time. Texts are bytes, decoded as latin1. */
export class Conversation {
  readonly #stream: Duplex;
  readonly #buffer: LineBuffer;
  readonly #held: Duplex[] = [];
  #isOpen = false;
  #failure: string | undefined;
  #ended = false;
  #leaving = false;
  #wake: () => void = () => undefined;

  /** @param stream still connecting; it becomes the conversation's own */
  constructor(stream: Duplex, limits = LIMITS) {
    this.#stream = stream;
    this.#buffer = new LineBuffer(limits);
    stream.once('connect', () => {
      this.#isOpen = true;
      this.#wake();
    });
    stream.on('data', (chunk: Buffer) => {
      if (this.#leaving) return;
      // Nothing more is read before it is asked for: what a server can make us keep is bounded.
      stream.pause();
      this.#buffer.add(chunk);
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#failure ??= messageOf(error);
      this.#wake();
    });
    for (const event of ['end', 'close']) {
      stream.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
    stream.pause();
  }

  /** Resolves when the connection stands. */
  async opened(): Promise<void> {
    while (!this.#isOpen) {
      if (this.#isOver()) throw this.#broken();
      await this.#more();
    }
  }

  /** The next line with its end, or what was sent last without one; undefined at the end. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const line = this.#buffer.take();
      if (line !== undefined) return line;
      if (this.#buffer.excess !== undefined) throw new TalkError(this.#buffer.excess);
      if (this.#isOver()) return this.#buffer.rest();
      await this.#more();
    }
  }

  /** The next line without its end. */
  async line(): Promise<string> {
    const line = await this.next();
    if (line?.endsWith('\n') !== true) throw this.#broken();
    return line.replace(/\r?\n$/, '');
  }

  /** The first character that has not been read; undefined at the end. */
  async peek(): Promise<string | undefined> {
    for (;;) {
      const character = this.#buffer.peek();
      if (character !== undefined || this.#isOver()) return character;
      await this.#more();
    }
  }

  /** Sends one line. Throws where the text holds the end of a line: it would be two. */
  say(text: string): void {
    this.send(`${spoken(text)}\r\n`);
  }

  /** Sends bytes as they are. */
  send(text: string): void {
    this.#stream.write(text, 'latin1');
  }

  /** Tells the server that nothing more will be said. */
  endSaying(): void {
    this.#stream.end();
  }

  /** Says the last line. The answer is not waited for, but the server may hang up first. */
  leave(text: string): void {
    this.say(text);
    this.#leaving = true;
  }

  /** A further connection that ends with this conversation. */
  hold(stream: Duplex): void {
    this.#held.push(stream);
  }

  close(): void {
    for (const stream of this.#held) stream.destroy();
    if (!this.#leaving || this.#ended || this.#failure !== undefined) {
      this.#stream.destroy();
      return;
    }
    const limit = setTimeout(() => this.#stream.destroy(), LEAVE_MS);
    this.#stream.once('close', () => clearTimeout(limit));
    this.#stream.end();
    this.#stream.resume();
  }

  /** True at the end of what the server sends; throws where it was broken off. */
  #isOver(): boolean {
    if (this.#failure !== undefined) throw this.#broken();
    return this.#ended;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#stream.resume();
    });
  }

  #broken(): TalkError {
    return new TalkError(this.#failure ?? 'connection closed');
  }
}
