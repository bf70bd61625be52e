/** Hands log lines to a small program that writes them, so that no log disk can hold us up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, realpathSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { FileOwner } from './appendfile.js';

/** Lines kept while the disk stands still and the pipe is full: some takeovers at debug level. */
export const BACKLOG_MAX = 2000;
/** A writer that has not answered for this long is held up by its disk. */
const STANDSTILL_MS = 3000;
/** While lines come, the writer is asked this often whether they are written. */
const ASK_MS = 1000;
/** And while none come, whether it could write one: others write to that file too. */
const ASK_IDLE_MS = 5000;
/** How long the last lines may take at the end of the process. */
const FLUSH_MS = 500;
/** When the process ends without a word, a full pipe is tried again this often, for as long. */
const LAST_PAUSE_MS = 5;
/** A writer that lived for less is started again after the pause, not at once. */
const GOOD_LIFE_MS = 5000;
const RESTART_PAUSE_MS = 1000;

/** No log line can be this one: control characters become question marks before. */
const QUESTION = '\x01';

/** The place of the file could not be written, or can be again. */
export type LogTrouble =
  | { readonly kind: 'failing' | 'standing' | 'moving' }
  /** So many lines are not in the file. */
  | { readonly kind: 'missing'; readonly lines: number }
  /** The writer is gone; another one follows. */
  | { readonly kind: 'ended'; readonly how: string };

export interface LogWriterOptions {
  /** Empty: each line to write is two, the first of which names the file of the second. */
  readonly path: string;
  /** The script `logwriter`. */
  readonly program: string;
  /** Whom the file is given to when it has to be made. */
  readonly owner?: FileOwner;
  readonly troubled: (trouble: LogTrouble) => void;
}

/**
 * The script `logwriter` of the installed tree around the running program; undefined where there is
 * none, as in a unit test.
 */
export function installedLogWriter(script = process.argv[1] ?? ''): string | undefined {
  try {
    const program = resolve(dirname(realpathSync(script)), '../heartbeat/logwriter');
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A log file behind a pipe. `write` never waits and never throws. What it has taken is in the pipe
 * when it returns, and is written even if this process is then killed; only when the pipe is full
 * lines wait here, and when there are too many the newest are given up and counted.
 */
export class LogWriter {
  /** Lines given up here since the start; those the writer could not write come as trouble. */
  lost = 0;
  readonly #options: LogWriterOptions;
  readonly #queue: string[] = [];
  readonly #atExit = (): void => this.#writeLast();
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;
  #dropped = 0;
  /** What was written last: while the stream holds something back, it is the end of that. */
  #onTheWay = '';
  /** An answer is due: lines were written before the question. */
  #asked = false;
  /** Lines were written after it. */
  #dirty = false;
  #askTimer: NodeJS.Timeout | undefined;
  #askingSoon = false;
  #standstill: NodeJS.Timeout | undefined;
  #standing = false;
  #closed = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    process.on('exit', this.#atExit);
  }

  /** The process that writes now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The disk has held the writer up for seconds: who writes to the file now waits with it. */
  get standing(): boolean {
    return this.#standing;
  }

  /** Takes a line without its end. */
  write(line: string): void {
    if (this.#closed) return;
    if (this.#queue.length >= BACKLOG_MAX) {
      this.lost += 1;
      this.#dropped += 1;
      return;
    }
    this.#queue.push(line);
    if (this.#child === undefined && this.#restart === undefined) this.#start();
    this.#pump();
  }

  /** Ends the writer when it has written everything; waits half a second at most. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of [this.#restart, this.#askTimer, this.#standstill]) clearTimeout(timer);
    const child = this.#child;
    if (child !== undefined && !this.#standing) {
      await new Promise<void>((done) => {
        const limit = setTimeout(done, FLUSH_MS);
        // Its last answers have come then as well.
        child.once('close', () => {
          clearTimeout(limit);
          done();
        });
        for (const line of this.#queue.splice(0)) child.stdin?.write(withEnd(line));
        child.stdin?.end();
      });
    } else if (!this.#standing) this.#writeLast();
    child?.stdin?.destroy();
    process.off('exit', this.#atExit);
  }

  #start(): void {
    const { program, path, owner } = this.#options;
    const words = owner === undefined ? [] : [`${owner.uid}:${owner.gid}`];
    this.#restart = undefined;
    this.#startedAt = performance.now();
    let child: ChildProcess;
    try {
      child = spawn('/bin/sh', [program, path, ...words], {
        detached: true,
        cwd: '/',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    } catch {
      this.#writeHere();
      this.#startLater(RESTART_PAUSE_MS);
      return;
    }
    this.#child = child;
    // The log keeps no process alive.
    child.unref();
    for (const end of [child.stdin, child.stdout]) if (end instanceof Socket) end.unref();
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => this.#hear(chunk.toString()));
    child.stdout?.on('error', () => undefined);
    child.on('error', (error) => this.#ended(child, error.message));
    child.on('exit', (code, signal) => this.#ended(child, signal ?? `return code ${code}`));
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child || this.#closed) return;
    this.#child = undefined;
    this.#asked = false;
    clearTimeout(this.#standstill);
    const started = child.pid !== undefined;
    const long = performance.now() - this.#startedAt > GOOD_LIFE_MS;
    this.#startLater(started && long ? 0 : RESTART_PAUSE_MS);
    if (started) this.#options.troubled({ kind: 'ended', how });
    else this.#writeHere();
  }

  #startLater(pause: number): void {
    this.#restart = setTimeout(() => {
      this.#start();
      this.#pump();
    }, pause);
    this.#restart.unref();
  }

  /** Puts into the pipe what it takes. */
  #pump(): void {
    const stdin = this.#child?.stdin;
    if (stdin === null || stdin === undefined || stdin.destroyed) return;
    while (this.#queue.length > 0 && stdin.writableLength === 0) {
      const line = this.#queue.shift() ?? '';
      this.#onTheWay = withEnd(line);
      stdin.write(this.#onTheWay, () => this.#pump());
      if (line !== QUESTION) this.#dirty = true;
    }
    if (this.#queue.length === 0 && this.#dropped > 0) {
      const lines = this.#dropped;
      this.#dropped = 0;
      this.#options.troubled({ kind: 'missing', lines });
    }
    if (this.#dirty && !this.#asked && !this.#askingSoon) this.#askIn(0);
  }

  #askIn(pause: number): void {
    clearTimeout(this.#askTimer);
    this.#askingSoon = pause < ASK_IDLE_MS;
    this.#askTimer = setTimeout(() => {
      this.#askingSoon = false;
      this.#ask();
    }, pause);
    this.#askTimer.unref();
  }

  #ask(): void {
    const stdin = this.#child?.stdin;
    if (stdin === null || stdin === undefined || stdin.destroyed || this.#asked) return;
    this.#asked = true;
    this.#dirty = false;
    this.#queue.unshift(QUESTION);
    this.#pump();
    this.#standstill = setTimeout(() => {
      this.#standing = true;
      this.#options.troubled({ kind: 'standing' });
    }, STANDSTILL_MS);
    this.#standstill.unref();
  }

  #hear(text: string): void {
    for (const line of text.split('\n')) {
      const [word, count] = line.split(' ');
      if (word === 'done') this.#answered();
      else if (word === 'failing') this.#options.troubled({ kind: 'failing' });
      else if (word === 'again') {
        this.#options.troubled({ kind: 'missing', lines: Number(count) });
      }
    }
  }

  #answered(): void {
    clearTimeout(this.#standstill);
    this.#asked = false;
    if (this.#standing) {
      this.#standing = false;
      this.#options.troubled({ kind: 'moving' });
    }
    if (!this.#closed) this.#askIn(this.#dirty ? ASK_MS : ASK_IDLE_MS);
  }

  /** The process ends: what the pipe did not take is put into it, unless the disk stands still. */
  #writeLast(): void {
    const stdin = this.#child?.stdin;
    if (this.#standing) return;
    const handle = Object(Reflect.get(Object(stdin), '_handle'));
    const fd: unknown = Reflect.get(handle, 'fd');
    const pending: unknown = Reflect.get(handle, 'writeQueueSize');
    // The stream counts as held back what the system has taken until the loop comes round again.
    const heldBack = typeof pending === 'number' ? pending : 0;
    const begun = Buffer.from(this.#onTheWay);
    const rest = begun.subarray(begun.length - Math.min(heldBack, begun.length));
    if (rest.length === 0 && this.#queue.length === 0) return;
    if (typeof fd === 'number' && fd >= 0) this.#fill(fd, rest);
    else this.#writeHere();
  }

  /** Node's streams do nothing any more when a process ends; system calls do. */
  #fill(fd: number, begun: Buffer): void {
    const lines = this.#queue.splice(0).map(withEnd).join('');
    let rest = Buffer.concat([begun, Buffer.from(lines)]);
    const until = performance.now() + FLUSH_MS;
    while (rest.length > 0 && performance.now() < until) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        if (Reflect.get(Object(error), 'code') !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_PAUSE_MS);
      }
    }
  }

  /** Without a program: nothing else can be done than to write ourselves. */
  #writeHere(): void {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
    const lines = this.#queue.splice(0).filter((line) => line !== QUESTION);
    try {
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
      const fd = openSync(this.#options.path, flags, 0o644);
      try {
        writeSync(fd, lines.map(withEnd).join(''));
      } finally {
        closeSync(fd);
      }
    } catch {
      this.lost += lines.length;
    }
  }
}

function withEnd(line: string): string {
  return `${line}\n`;
}
