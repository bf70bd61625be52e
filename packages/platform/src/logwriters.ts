/** The log writers of a process: one for each file, however many names speak in it. */
import Transport from 'winston-transport';
import type { FileOwner } from './appendfile.js';
import type { LineFormat, LogEntry } from './logline.js';
import { type LogTrouble, LogWriter } from './logwriter.js';
import type { Severity } from './severity.js';

export interface WrittenFileOptions {
  readonly path: string;
  /** The script `logwriter`. */
  readonly program: string;
  readonly owner?: FileOwner;
  readonly least: Severity;
  readonly line: LineFormat;
}

export class LogWriters {
  readonly #writers = new Map<string, LogWriter>();
  /** Told what happens to a file. Whoever comes first listens. */
  troubled: ((path: string, trouble: LogTrouble) => void) | undefined;

  /** The writer of a file, started with its first line. */
  of({ path, program, owner }: WrittenFileOptions): LogWriter {
    const known = this.#writers.get(path);
    if (known !== undefined) return known;
    const writer = new LogWriter({
      path,
      program,
      troubled: (trouble) => this.troubled?.(path, trouble),
      ...(owner === undefined ? {} : { owner }),
    });
    this.#writers.set(path, writer);
    return writer;
  }

  /** Whether the disk of that file stands still. */
  isStanding(path: string | undefined): boolean {
    return path !== undefined && this.#writers.get(path)?.standing === true;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.close()));
  }
}

/** A winston transport that gives lines their form for one speaker, and to the file's writer. */
export class WrittenFile extends Transport {
  readonly path: string;
  readonly #line: LineFormat;
  readonly #writer: LogWriter;

  constructor(options: WrittenFileOptions, writers: LogWriters) {
    super({ level: options.least });
    this.path = options.path;
    this.#line = options.line;
    this.#writer = writers.of(options);
  }

  get lost(): number {
    return this.#writer.lost;
  }

  override log(info: { readonly entry: LogEntry }, next: () => void): void {
    this.#writer.write(this.#line(info.entry));
    next();
  }
}
