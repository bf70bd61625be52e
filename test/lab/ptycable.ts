/** A serial cable between two pseudo terminals that carries bytes no faster than a real one. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { SerialCable } from './site.js';
import { temporaryDirectory } from './temporary.js';

/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;

/** The line is served this often; at 19200 baud that is 19 bytes a time. */
const TICK_MS = 10;

/** What a sender's driver keeps for a slow line; beyond it bytes are lost, as in an overrun. */
const LINE_LENGTH_MAX = 4096;

const OPEN_TIMEOUT_MS = 5000;

/** One end: the terminal a host opens, and the program that holds its other side. */
interface End {
  readonly device: string;
  readonly program: ChildProcessByStdio<Writable, Readable, null>;
  /** Kept open, so that the terminal does not hang up when a daemon closes it. */
  readonly holder: number;
  /** Bytes on their way to the other end. */
  outgoing: Buffer;
  /** Some bytes went out in the last tick. */
  sending: boolean;
}

export class PtyCable implements SerialCable {
  readonly hitsFrames = true;
  readonly #ends: ReadonlyMap<string, End>;
  readonly #directory: string;
  readonly #timer: NodeJS.Timeout;
  readonly #bytesPerMs: number;
  #servedAt = performance.now();
  #whole = true;
  #closing: Promise<void> | undefined;

  private constructor(ends: ReadonlyMap<string, End>, directory: string, baud: number) {
    this.#ends = ends;
    this.#directory = directory;
    this.#bytesPerMs = baud / BITS_PER_BYTE / 1000;
    const [a, b] = [...ends.values()];
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      from?.program.stdout.on('data', (bytes: Buffer) => this.#take(from, bytes));
      to?.program.stdin.on('error', () => {});
    }
    this.#timer = setInterval(() => this.#serve(), TICK_MS);
  }

  /** A cable between two hosts. Rejects when `socat` is missing. */
  static async open(hosts: readonly [string, string], baud: number): Promise<PtyCable> {
    const directory = temporaryDirectory('cable');
    const ends = new Map<string, End>();
    for (const host of hosts) {
      const link = join(directory, host);
      const program = spawn(
        'setpriv',
        ['--pdeathsig', 'KILL', '--', 'socat', `pty,raw,echo=0,link=${link}`, '-'],
        { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
      );
      const device = await appears(link, program);
      const holder = openSync(device, constants.O_RDWR | constants.O_NOCTTY);
      ends.set(host, { device, program, holder, outgoing: Buffer.alloc(0), sending: false });
    }
    return new PtyCable(ends, directory, baud);
  }

  get whole(): boolean {
    return this.#whole;
  }

  /** The terminal that is /dev/ttyS0 of a host. */
  device(host: string): string {
    return this.#end(host).device;
  }

  async cut(): Promise<void> {
    this.#whole = false;
    for (const end of this.#ends.values()) end.outgoing = Buffer.alloc(0);
  }

  async join(): Promise<void> {
    this.#whole = true;
  }

  async noise(from: string, bytes: string, inside = false): Promise<void> {
    const end = this.#end(from);
    const noise = Buffer.from(bytes, 'latin1');
    if (!inside) return this.#take(end, noise);
    // A part of what was written is on its way, the rest waits: between them is inside.
    while (!(end.sending && end.outgoing.length > 0)) await pause(TICK_MS / 2);
    end.outgoing = Buffer.concat([noise, end.outgoing]);
  }

  /** Ends the cable; a second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#takeApart();
    return this.#closing;
  }

  async #takeApart(): Promise<void> {
    clearInterval(this.#timer);
    for (const end of this.#ends.values()) {
      const ended = new Promise((resolve) => end.program.once('exit', resolve));
      end.program.kill('SIGKILL');
      await ended;
      closeSync(end.holder);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  #end(host: string): End {
    const end = this.#ends.get(host);
    if (end === undefined) throw new Error(`no cable at ${host}`);
    return end;
  }

  #take(end: End, bytes: Buffer): void {
    if (!this.#whole) return;
    const room = Math.max(0, LINE_LENGTH_MAX - end.outgoing.length);
    end.outgoing = Buffer.concat([end.outgoing, bytes.subarray(0, room)]);
  }

  #serve(): void {
    const now = performance.now();
    const budget = Math.floor((now - this.#servedAt) * this.#bytesPerMs);
    if (budget === 0) return;
    this.#servedAt = now;
    const [a, b] = [...this.#ends.values()];
    if (a === undefined || b === undefined) return;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const bytes = from.outgoing.subarray(0, budget);
      from.outgoing = from.outgoing.subarray(bytes.length);
      from.sending = bytes.length > 0;
      // Nobody reads at the other end: the bytes fall on the floor, as on a wire.
      if (bytes.length > 0 && !to.program.stdin.writableNeedDrain) to.program.stdin.write(bytes);
    }
  }
}

/** Waits until socat has made the terminal; says where it really is. */
async function appears(
  link: string,
  program: ChildProcessByStdio<Writable, Readable, null>,
): Promise<string> {
  let failed: string | undefined;
  program.on('error', (error) => {
    failed = error.message;
  });
  program.on('exit', (code) => {
    failed = `socat ended with ${code}: is it installed?`;
  });
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  while (performance.now() < deadline && failed === undefined) {
    try {
      return realpathSync(link);
    } catch {
      await pause(TICK_MS);
    }
  }
  throw new Error(`no pseudo terminal: ${failed ?? 'socat does not answer'}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
