/** System calls that Node.js does not offer: the only place that loads koffi. */
import { createRequire } from 'node:module';
import os from 'node:os';

/**
 * The calls of libc that we use. Each returns what the C function returns, or the negative errno
 * (as the kernel does), so that no error number can be read too late. None of them may wait: a call
 * stops the event loop for as long as it lasts.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array): number;
  /** Fills `value` from its beginning; returns how many bytes there are. */
  getsockopt(fd: number, level: number, option: number, value: Uint8Array): number;
  /** Sends without waiting; never raises SIGPIPE. */
  sendto(fd: number, data: Uint8Array, address: Uint8Array): number;
  /** Receives without waiting; fills `address` with the sender's; returns the length of the data. */
  recvfrom(fd: number, data: Uint8Array, address: Uint8Array): number;
  /** `argument` goes in and comes back in place. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Sets policy and static priority of a thread; 0: the calling one. */
  schedSetScheduler(thread: number, policy: number, priority: number): number;
  mlock2(address: bigint, length: number, flags: number): number;
}

interface Loaded {
  readonly libc?: Libc;
  /** Why there is none. */
  readonly reason?: string;
}

interface KoffiLibrary {
  func(prototype: string): (...words: unknown[]) => number;
}
interface Koffi {
  load(name: string): KoffiLibrary;
  errno(): number;
}

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

function declare(koffi: Koffi): Libc {
  const c = koffi.load('libc.so.6');
  const socket = c.func('int socket(int, int, int)');
  const bind = c.func('int bind(int, const uint8_t*, uint32_t)');
  const setsockopt = c.func('int setsockopt(int, int, int, const uint8_t*, uint32_t)');
  const getsockopt = c.func('int getsockopt(int, int, int, _Out_ uint8_t*, _Inout_ uint32_t*)');
  const sendto = c.func(
    'int64_t sendto(int, const uint8_t*, size_t, int, const uint8_t*, uint32_t)',
  );
  const recvfrom = c.func(
    'int64_t recvfrom(int, _Out_ uint8_t*, size_t, int, _Out_ uint8_t*, _Inout_ uint32_t*)',
  );
  const ioctl = c.func('int ioctl(int, unsigned long, _Inout_ uint8_t*)');
  const scheduler = c.func('int sched_setscheduler(int, int, const int32_t*)');
  const mlock2 = c.func('int mlock2(uint64_t, size_t, unsigned int)');
  const checked = (result: number): number => (result < 0 ? -koffi.errno() : Number(result));
  return {
    socket: (domain, type, protocol) => checked(socket(domain, type, protocol)),
    bind: (fd, address) => checked(bind(fd, address, address.length)),
    setsockopt: (fd, level, option, value) =>
      checked(setsockopt(fd, level, option, value, value.length)),
    getsockopt: (fd, level, option, value) => {
      const length = [value.length];
      const result = checked(getsockopt(fd, level, option, value, length));
      return result < 0 ? result : (length[0] ?? 0);
    },
    sendto: (fd, data, address) =>
      checked(sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)),
    recvfrom: (fd, data, address) =>
      checked(recvfrom(fd, data, data.length, MSG_DONTWAIT, address, [address.length])),
    ioctl: (fd, request, argument) => checked(ioctl(fd, request, argument)),
    schedSetScheduler: (thread, policy, priority) => checked(scheduler(thread, policy, [priority])),
    mlock2: (address, length, flags) => checked(mlock2(address, length, flags)),
  };
}

let loaded: Loaded | undefined;

function load(): Loaded {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return { libc: declare(koffi) };
  } catch (error) {
    return {
      reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    };
  }
}

/** The system calls, loaded once; null where koffi cannot be loaded. */
export function libc(): Libc | null {
  loaded ??= load();
  return loaded.libc ?? null;
}

/** Why `libc` returns null; undefined when it does not. */
export function nativeFailure(): string | undefined {
  loaded ??= load();
  return loaded.reason;
}

/** `EAGAIN` and the like for a negative result of a `Libc` function. */
export function errnoName(result: number): string {
  for (const [name, number] of Object.entries(os.constants.errno)) {
    if (number === -result) return name;
  }
  return `errno ${-result}`;
}
