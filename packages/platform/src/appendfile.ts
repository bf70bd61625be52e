/** Appends log lines to a file, synchronously, so that no end of the process can lose one. */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import Transport from 'winston-transport';
import type { LineFormat, LogEntry } from './logline.js';
import type { Severity } from './severity.js';

/** How often a line makes us look whether the path still names our file (or can be opened now). */
const LOOK_AGAIN_MS = 1000;

/** Not to wait for the reader of a FIFO, nor to make a terminal ours. */
const OPEN_FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Whom a file belongs to. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

export interface AppendFileOptions {
  readonly path: string;
  /** The least severe entries that still go to this file. */
  readonly least: Severity;
  readonly line: LineFormat;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Whom the file is given to when we are the one that creates it. */
  readonly owner?: FileOwner;
}

/**
 * A winston transport that writes each line at once with one write call.
 *
 * It never throws and never creates a directory. A line that cannot be written (full disk, missing
 * directory) is counted; when writing works again, one line says how many were lost. A file that
 * was renamed or removed is opened anew within a second or at `reopen`.
 */
export class AppendFile extends Transport {
  /** Lines that could not be written since the start. */
  lost = 0;
  readonly #options: AppendFileOptions;
  #fd: number | undefined;
  #lookedAt: number;
  #unreported = 0;
  /** A line was cut short by a full disk: the next one must begin on a line of its own. */
  #torn = false;

  constructor(options: AppendFileOptions) {
    super({ level: options.least });
    this.#options = options;
    this.#lookedAt = options.clock();
    this.reopen();
  }

  /** Closes the file and opens what its path names now. */
  reopen(): void {
    this.close();
    try {
      this.#fd = this.#open();
    } catch {
      this.#fd = undefined;
    }
  }

  #open(): number {
    const { path, owner } = this.#options;
    try {
      return openSync(path, OPEN_FLAGS);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    const created = openSync(path, OPEN_FLAGS | constants.O_CREAT, 0o644);
    try {
      if (owner !== undefined) fchownSync(created, owner.uid, owner.gid);
    } catch {
      // Who may not give files away writes to one of its own.
    }
    return created;
  }

  override close(): void {
    if (this.#fd === undefined) return;
    try {
      closeSync(this.#fd);
    } catch {
      // The descriptor is gone either way.
    }
    this.#fd = undefined;
  }

  override log(info: { readonly entry: LogEntry }, next: () => void): void {
    this.#lookAgain();
    if (this.#unreported > 0) this.#reportLost(info.entry.at);
    if (!this.#write(`${this.#options.line(info.entry)}\n`)) {
      this.lost += 1;
      this.#unreported += 1;
    }
    next();
  }

  #reportLost(at: Date): void {
    const text = `${this.#unreported} log lines could not be written to this file`;
    if (this.#write(`${this.#options.line({ severity: 'warn', text, at })}\n`)) {
      this.#unreported = 0;
    }
  }

  #write(line: string): boolean {
    if (this.#fd === undefined) return false;
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    try {
      const written = writeSync(this.#fd, bytes);
      this.#torn = written < bytes.length;
      return !this.#torn;
    } catch {
      return false;
    }
  }

  /** Once a second at most: follow a rotation, or try again to open. */
  #lookAgain(): void {
    const now = this.#options.clock();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now;
    if (this.#fd === undefined || !this.#isCurrent(this.#fd)) this.reopen();
  }

  #isCurrent(fd: number): boolean {
    try {
      const ours = fstatSync(fd);
      const named = statSync(this.#options.path);
      return ours.ino === named.ino && ours.dev === named.dev;
    } catch {
      return false;
    }
  }
}
