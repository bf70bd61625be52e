/** Sends log lines to the system's syslog daemon, without ever waiting for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import Transport from 'winston-transport';
import type { LineFormat, LogEntry } from './logline.js';
import { errnoName, type Libc, libc } from './native.js';
import { SEVERITY_NUMBER, type Severity } from './severity.js';

/** The facilities of `logfacility` and their numbers (RFC 3164). */
export const FACILITY_NUMBER: ReadonlyMap<string, number> = new Map([
  ['kern', 0],
  ['user', 1],
  ['mail', 2],
  ['daemon', 3],
  ['auth', 4],
  ['syslog', 5],
  ['lpr', 6],
  ['news', 7],
  ['uucp', 8],
  ['cron', 9],
  ['authpriv', 10],
  ['ftp', 11],
  ['local0', 16],
  ['local1', 17],
  ['local2', 18],
  ['local3', 19],
  ['local4', 20],
  ['local5', 21],
  ['local6', 22],
  ['local7', 23],
]);

/** The priority number that stands in front of a packet. */
export function priorityOf(facility: string, severity: Severity): number {
  const user = 1;
  return (FACILITY_NUMBER.get(facility) ?? user) * 8 + SEVERITY_NUMBER[severity];
}

/** How one packet goes out. */
export interface PacketSender {
  /** `retry`: cannot take it now, try again soon; `absent`: nobody listens; `never`: unsendable. */
  send(packet: string): 'sent' | 'retry' | 'absent' | 'never';
  close(): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;

/** The path of a Unix socket as `struct sockaddr_un`. */
export function unixAddress(path: string): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, Buffer.from(`${path}\0`)]);
}

/** Sends datagrams to a Unix socket; undefined where no socket can be had. */
export function datagramSender(path: string, native: Libc | null): PacketSender | undefined {
  if (native === null) return undefined;
  const fd = native.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const address = unixAddress(path);
  return {
    send: (packet) => {
      const result = native.sendto(fd, Buffer.from(packet), address);
      if (result >= 0) return 'sent';
      const name = errnoName(result);
      if (name === 'EAGAIN' || name === 'ENOBUFS' || name === 'EINTR') return 'retry';
      return name === 'EMSGSIZE' ? 'never' : 'absent';
    },
    close: () => closeSync(fd),
  };
}

/** More than this waiting for the `logger` program means that it is stuck: a few hundred lines. */
const LOGGER_BACKLOG_MAX = 64 * 1024;

/** The way without system calls: one long-lived `logger` program that is told each priority. */
export function loggerSender(tag: string, command = 'logger'): PacketSender {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const started = spawn(command, ['--prio-prefix', '-t', tag], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const gone = (): void => {
      if (child === started) child = undefined;
    };
    started.on('error', gone).on('exit', gone);
    started.stdin?.on('error', gone);
    started.unref();
    return started;
  };
  return {
    send: (packet) => {
      child ??= start();
      const input = child.stdin;
      if (input === null || input.destroyed) return 'absent';
      if (input.writableLength > LOGGER_BACKLOG_MAX) return 'retry';
      // The program puts its own stamp and tag before what we give it: drop ours.
      const [, priority = '', text = ''] = /^(<\d+>).{15} \S+?:? ?(\[.*)$/s.exec(packet) ?? [];
      input.write(`${priority}${text.replaceAll('\n', ' ')}\n`);
      return 'sent';
    },
    close: () => child?.stdin?.end(),
  };
}

/** Lines kept while syslog is slow or away: a burst of a takeover at debug level fits. */
const QUEUE_MAX = 1000;
/** The kernel's queue of /dev/log holds about ten packets: try again soon. */
const RETRY_MS = 20;
/** While nobody listens (syslog is being restarted). */
const ABSENT_RETRY_MS = 1000;
/** How long `flushed` waits at the end of the process. */
const FLUSH_MS = 500;

export interface SyslogOptions {
  readonly facility: string;
  readonly least: Severity;
  readonly line: LineFormat;
  /** The level that a line is sent with; absent: its severity. */
  readonly level?: (severity: Severity) => Severity;
  readonly sender: PacketSender;
}

/** A winston transport that hands packets to syslog, with a bounded queue before it. */
export class Syslog extends Transport {
  /** Lines given up since the start. */
  lost = 0;
  /** Of these, the ones that nobody was told about. */
  #unreported = 0;
  readonly #options: SyslogOptions;
  readonly #queue: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: SyslogOptions) {
    super({ level: options.least });
    this.#options = options;
  }

  override log(info: { readonly entry: LogEntry }, next: () => void): void {
    if (this.#queue.length >= QUEUE_MAX) {
      this.lost += 1;
      this.#unreported += 1;
    } else this.#queue.push(this.#packet(info.entry));
    if (this.#timer === undefined) this.#drain();
    next();
  }

  #packet(entry: LogEntry): string {
    const { facility, line, level } = this.#options;
    const priority = priorityOf(facility, level?.(entry.severity) ?? entry.severity);
    return `<${priority}>${line(entry)}`;
  }

  /** Resolves when the queue is empty, or after half a second. */
  flushed(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, FLUSH_MS);
      this.#timer?.ref();
      this.#whenEmpty = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  override close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.lost += this.#queue.length;
    this.#queue.length = 0;
    this.#options.sender.close();
  }

  #report(): string {
    const text = `${this.#unreported} log lines could not be given to syslog`;
    this.#unreported = 0;
    return this.#packet({ severity: 'warn', text, at: new Date() });
  }

  #drain(): void {
    this.#timer = undefined;
    for (let packet = this.#queue[0]; packet !== undefined; packet = this.#queue[0]) {
      const outcome = this.#options.sender.send(packet);
      if (outcome === 'retry' || outcome === 'absent') {
        this.#timer = setTimeout(
          () => this.#drain(),
          outcome === 'retry' ? RETRY_MS : ABSENT_RETRY_MS,
        );
        if (this.#whenEmpty === undefined) this.#timer.unref();
        return;
      }
      if (outcome === 'never') this.lost += 1;
      this.#queue.shift();
      if (this.#queue.length === 0 && this.#unreported > 0) this.#queue.push(this.#report());
    }
    this.#whenEmpty?.();
    this.#whenEmpty = undefined;
  }
}

/** The best sender this machine offers. */
export function syslogSender(tag: string, path = '/dev/log'): PacketSender {
  return datagramSender(path, libc()) ?? loggerSender(tag);
}
