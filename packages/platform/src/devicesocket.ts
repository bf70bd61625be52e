/** UDP sockets that hear and use one network device only (SO_BINDTODEVICE). */
import { closeSync } from 'node:fs';
import { AF_INET, inetAddress } from './inet.js';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

export interface DeviceSocketOptions {
  /** Interface name; absent: any interface. */
  readonly device?: string;
  /** Local address; absent: any. */
  readonly address?: string;
  readonly port: number;
  /** Let others bind the same port, as heartbeat's media do. */
  readonly reuse?: boolean;
  readonly broadcast?: boolean;
}

const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_BINDTODEVICE = 25;

const ON = Buffer.from([1, 0, 0, 0]);

function problem(what: string, result: number): Error {
  const code = errnoName(result);
  return Object.assign(new Error(`${what}: ${code}`), { code });
}

/**
 * Makes a bound UDP socket and returns its descriptor, for `bind({ fd })` of a dgram socket, which
 * then owns it. Register the `listening` listener before that `bind`: the event comes at once.
 *
 * Throws an Error with `code` (`ENODEV`, `EADDRINUSE`, `EPERM`, …; `ENOSYS` where system calls are
 * not to be had: then bind an ordinary socket to the interface's broadcast address instead).
 */
export function deviceSocket(options: DeviceSocketOptions, native: Libc | null = libc()): number {
  if (native === null) {
    throw Object.assign(new Error(nativeFailure() ?? 'no system calls'), { code: 'ENOSYS' });
  }
  const fd = native.socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) throw problem('socket', fd);
  const { device, address = '0.0.0.0', port, reuse = false, broadcast = false } = options;
  const need = (what: string, result: number): void => {
    if (result < 0) throw problem(what, result);
  };
  try {
    if (reuse) need('SO_REUSEADDR', native.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, ON));
    if (broadcast) need('SO_BROADCAST', native.setsockopt(fd, SOL_SOCKET, SO_BROADCAST, ON));
    if (device !== undefined) {
      const name = Buffer.from(`${device}\0`);
      need(`bind to ${device}`, native.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name));
    }
    need(`bind to ${address}:${port}`, native.bind(fd, inetAddress(address, port)));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
