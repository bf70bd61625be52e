/**
 * What a daemon tells the service manager that started it: the datagrams of sd_notify(3) to the
 * socket that NOTIFY_SOCKET names. Without that variable every call does nothing.
 */
import { closeSync } from 'node:fs';
import os from 'node:os';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

/** The service manager's end of the conversation, as its variables describe it. */
export interface ServicePlace {
  /** A path, or `@` and a name in the abstract namespace. */
  readonly socket: string;
  /** Silence longer than this is taken for a hang; absent: nobody watches. */
  readonly watchdogMs?: number;
}

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;

/** sockaddr_un has room for a path of this length (unix(7)). */
const PATH_LENGTH_MAX = 107;

/** A sign of life comes four times before it is missed: a busy machine may delay one or two. */
const SIGNS_IN_WATCHDOG = 4;

/** Lines that could not be sent and wait; a service manager that takes none is not there. */
const UNSENT_MAX = 8;

const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * Takes the variables of the service manager out of an environment, so that no child speaks in our
 * name. WATCHDOG_PID is not heeded: the process that has it is the shell that started us.
 */
export function takeServicePlace(environment: NodeJS.ProcessEnv): ServicePlace | undefined {
  const place = servicePlace(environment);
  for (const name of VARIABLES) delete environment[name];
  return place;
}

function servicePlace(environment: NodeJS.ProcessEnv): ServicePlace | undefined {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: period = '' } = environment;
  if (!/^[/@]./.test(socket) || Buffer.byteLength(socket) > PATH_LENGTH_MAX) return undefined;
  const watchdogMs = /^\d{1,15}$/.test(period) ? Number(period) / 1000 : 0;
  return watchdogMs > 0 ? { socket, watchdogMs } : { socket };
}

/** The variables again, for the process that takes this one's place. */
export function placeEnvironment(place: ServicePlace | undefined): Record<string, string> {
  if (place === undefined) return {};
  const { socket, watchdogMs } = place;
  const period = watchdogMs === undefined ? {} : { WATCHDOG_USEC: String(watchdogMs * 1000) };
  return { NOTIFY_SOCKET: socket, ...period };
}

function socketAddress(socket: string): Uint8Array {
  const path = Buffer.from(socket);
  if (socket.startsWith('@')) path[0] = 0;
  const family = os.endianness() === 'LE' ? [AF_UNIX, 0] : [0, AF_UNIX];
  return Buffer.concat([Buffer.from(family), path]);
}

export class ServiceNotice {
  readonly #place: ServicePlace | undefined;
  readonly #native: () => Libc | null;
  readonly #unsent: string[] = [];
  #fd: number | undefined;
  #status: string | undefined;
  #lastSign = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;

  constructor(place: ServicePlace | undefined, native: () => Libc | null = libc) {
    this.#place = place;
    this.#native = native;
  }

  /** Why the service manager could not be told something, the first time; else undefined. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The start, or the reload, is done. `mainPid`: the process that is the service from now on. */
  ready(mainPid?: number): void {
    const main = mainPid === undefined ? [] : [`MAINPID=${mainPid}`];
    this.#say([...main, 'READY=1']);
  }

  /** Configuration is being read again; `ready` ends that. */
  reloading(): void {
    this.#say(['RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`]);
  }

  stopping(): void {
    this.#say(['STOPPING=1']);
  }

  /** What `systemctl status` shows; said when it is another text than before. */
  status(text: string): void {
    if (text === this.#status) return;
    this.#status = text;
    this.#say([`STATUS=${text.replaceAll('\n', ' ')}`]);
  }

  /** To be called from the main loop, as often as it likes; `at`: monotonic milliseconds. */
  alive(at: number): void {
    const { watchdogMs } = this.#place ?? {};
    if (watchdogMs === undefined) return;
    if (at - this.#lastSign < watchdogMs / SIGNS_IN_WATCHDOG) return;
    this.#lastSign = at;
    this.#say(['WATCHDOG=1']);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #say(lines: readonly string[]): void {
    if (this.#place === undefined) return;
    const native = this.#native();
    if (native === null) {
      this.#failure ??= nativeFailure() ?? 'no system calls';
      return;
    }
    const text = [...this.#unsent, ...lines].map((line) => `${line}\n`).join('');
    const result = this.#send(native, this.#place.socket, Buffer.from(text));
    if (result >= 0) {
      this.#unsent.length = 0;
      return;
    }
    this.#failure ??= errnoName(result);
    this.#unsent.push(...lines.filter((line) => line !== 'WATCHDOG=1'));
    this.#unsent.splice(0, this.#unsent.length - UNSENT_MAX);
  }

  #send(native: Libc, socket: string, data: Uint8Array): number {
    if (this.#fd === undefined) {
      const fd = native.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
      if (fd < 0) return fd;
      this.#fd = fd;
    }
    return native.sendto(this.#fd, data, socketAddress(socket));
  }
}
