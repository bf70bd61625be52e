/** Writes monitor files, all of them by one log writer, so that no disk can hold up a check. */
import { appendFileSync } from 'node:fs';
import { ctimeStamp } from '@ts-heartbeat/platform/logline';
import { troubleText } from '@ts-heartbeat/platform/logtrouble';
import { installedLogWriter, LogWriter } from '@ts-heartbeat/platform/logwriter';
import { fileName, readable } from '../command/bytes.js';

/** A line holds the page of a server that answered wrongly: its beginning is enough. */
export const MONITOR_TEXT_MAX = 4096;

export class MonitorFiles {
  readonly #log: (text: string) => void;
  readonly #program: string | undefined;
  #writer: LogWriter | undefined;

  /** @param program the script `logwriter`; without it the files are written at once */
  constructor(log: (text: string) => void, program = installedLogWriter()) {
    this.#log = log;
    this.#program = program;
  }

  /** The process that writes. */
  get pid(): number | undefined {
    return this.#writer?.pid;
  }

  /** Appends `[ctime] [pid] TEXT` (ldirectord 4.12). Never throws, never waits. */
  append(file: string, text: string): void {
    const short = text.slice(0, MONITOR_TEXT_MAX);
    const line = `[${ctimeStamp(new Date())}] [${process.pid}] ${short}`;
    if (this.#program === undefined) appendNow(file, line);
    else {
      this.#writer ??= this.#open(this.#program);
      // Two lines: the file, and what is to be written to it.
      this.#writer.write(`${readable(file)}\n${readable(line).replace(/\p{Cc}/gu, '?')}`);
    }
  }

  /** Writes the last lines, half a second at most. */
  async close(): Promise<void> {
    await this.#writer?.close();
  }

  #open(program: string): LogWriter {
    return new LogWriter({
      path: '',
      program,
      troubled: (trouble) => this.#log(troubleText('a monitor file', trouble)),
    });
  }
}

/** A file that is gone or full costs the line, no more. */
function appendNow(file: string, line: string): void {
  try {
    appendFileSync(fileName(file), `${line}\n`, 'latin1');
  } catch {
    // It was writable when the configuration was read; the log tells of the change anyway.
  }
}
