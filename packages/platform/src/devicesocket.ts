/** UDP sockets that hear and use one network device only (SO_BINDTODEVICE). */
import { closeSync } from 'node:fs';
import { AF_INET, inetAddress } from './inet.js';
import { AF_INET6, inet6Address } from './inet6.js';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

export interface DeviceSocketOptions {
  /** Absent: IPv4. A socket for IPv6 hears nothing of IPv4. */
  readonly family?: 4 | 6;
  /** Interface name; absent: any interface. */
  readonly device?: string;
  /** Local address; absent: any. */
  readonly address?: string;
  /** The index of the interface that a local address of one link belongs to (IPv6 only). */
  readonly scope?: number;
  readonly port: number;
  /** Let others bind the same port, as heartbeat's media do. */
  readonly reuse?: boolean;
  /** The same for sockets that all ask for it (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  readonly broadcast?: boolean;
}

const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_REUSEPORT = 15;
const SO_BINDTODEVICE = 25;
const SOL_IPV6 = 41;
const IPV6_V6ONLY = 26;

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
  const six = options.family === 6;
  const fd = native.socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) throw problem('socket', fd);
  try {
    setOptions(native, fd, options);
    const { address = six ? '::' : '0.0.0.0', port, scope = 0 } = options;
    const local = six ? inet6Address(address, port, scope) : inetAddress(address, port);
    const result = native.bind(fd, local);
    if (result < 0) throw problem(`bind to ${address}:${port}`, result);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function setOptions(native: Libc, fd: number, options: DeviceSocketOptions): void {
  const set = (what: string, level: number, option: number, value: Uint8Array): void => {
    const result = native.setsockopt(fd, level, option, value);
    if (result < 0) throw problem(what, result);
  };
  const { device, reuse = false, reusePort = false, broadcast = false } = options;
  if (options.family === 6) set('IPV6_V6ONLY', SOL_IPV6, IPV6_V6ONLY, ON);
  if (reuse) set('SO_REUSEADDR', SOL_SOCKET, SO_REUSEADDR, ON);
  if (reusePort) set('SO_REUSEPORT', SOL_SOCKET, SO_REUSEPORT, ON);
  if (broadcast) set('SO_BROADCAST', SOL_SOCKET, SO_BROADCAST, ON);
  if (device === undefined) return;
  set(`bind to ${device}`, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
}
