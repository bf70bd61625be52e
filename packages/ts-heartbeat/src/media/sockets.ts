/** Makes the sockets of the UDP media, and takes them all back when one fails. */
import { type DeviceSocketOptions, deviceSocket } from '@ts-heartbeat/platform/devicesocket';
import { libc } from '@ts-heartbeat/platform/native';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';

const IPPROTO_IP = 0;
const IP_TOS = 1;
const IP_MULTICAST_ALL = 49;
const SOL_SOCKET = 1;
const SO_DONTROUTE = 5;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/**
 * What may wait to be received: half a second of ten thousand small datagrams a second, or some
 * dozens of the largest. The usual 208 kB are full after a stall of 30 ms in such a flood, and what
 * the kernel drops then are heartbeats.
 */
const RECEIVE_BYTES = 4 * 1024 * 1024;

/** Sockets that belong together. */
export class Sockets {
  readonly #made: SocketAsPromised[] = [];

  /** An ordinary socket, bound there. Port 0: any. One for IPv6 hears nothing of IPv4. */
  async bound(type: 'udp4' | 'udp6', port: number, address?: string): Promise<SocketAsPromised> {
    const reuseAddr = port !== 0;
    const ipv6Only = type === 'udp6';
    const socket = DgramAsPromised.createSocket({ type, reuseAddr, ipv6Only });
    this.#made.push(socket);
    const where = address === undefined ? {} : { address };
    await socket.bind({ port, ...where, exclusive: true });
    if (port !== 0) receiveMuch(socket);
    return socket;
  }

  /**
   * A socket bound to a multicast group, which hears the group on the interface it joins and on no
   * other. An ordinary one hears what any socket of the machine has joined, so that a second
   * segment would seem alive while its cable is cut.
   */
  async onGroup(port: number, group: string): Promise<SocketAsPromised> {
    const fd = deviceSocket({ address: group, port, reuse: true });
    receiveMuchMore(fd);
    libc()?.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, number(0));
    return this.#adopt(fd, 'udp4');
  }

  /** The same for IPv6, where only a socket bound to the device is deaf on all others. */
  async onGroup6(port: number, group: string, device: Scoped): Promise<SocketAsPromised> {
    const { name, index: scope } = device;
    const options = { family: 6, address: group, device: name, scope, port } as const;
    const fd = deviceSocket({ ...options, reuse: true });
    receiveMuchMore(fd);
    return this.#adopt(fd, 'udp6');
  }

  /** A socket that uses one device only. */
  async onDevice(options: DeviceSocketOptions, extra: SocketExtra = {}): Promise<SocketAsPromised> {
    const fd = deviceSocket(options);
    if (options.port !== 0) receiveMuchMore(fd);
    const native = libc();
    // Neither matters enough to do without the medium.
    if (extra.lowDelay === true) native?.setsockopt(fd, IPPROTO_IP, IP_TOS, number(0x10));
    if (extra.dontRoute === true) native?.setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, number(1));
    return this.#adopt(fd, options.family === 6 ? 'udp6' : 'udp4');
  }

  async #adopt(fd: number, type: 'udp4' | 'udp6'): Promise<SocketAsPromised> {
    const socket = DgramAsPromised.createSocket({ type });
    this.#made.push(socket);
    await socket.bind({ fd });
    return socket;
  }

  /** Closes everything that was made. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#made.map((socket) => socket.close()));
  }
}

/** An interface as IPv6 names it. */
interface Scoped {
  readonly name: string;
  readonly index: number;
}

/** Options that the genuine media set on the sockets they send with. */
export interface SocketExtra {
  /** IP_TOS 0x10 (ucast). */
  readonly lowDelay?: boolean;
  /** SO_DONTROUTE (bcast). */
  readonly dontRoute?: boolean;
}

/** As much as the machine permits anybody. */
function receiveMuch(socket: SocketAsPromised): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BYTES);
  } catch {
    // Then it has what every socket has.
  }
}

/** As much as we want where that is permitted, else as much as the machine permits anybody. */
function receiveMuchMore(fd: number): void {
  const native = libc();
  const bytes = number(RECEIVE_BYTES);
  const result = native?.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes) ?? 0;
  if (result < 0) native?.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Runs the making of sockets; when that fails, closes those already made. */
export async function withSockets<T>(make: (sockets: Sockets) => Promise<T>): Promise<T> {
  const sockets = new Sockets();
  try {
    return await make(sockets);
  } catch (error) {
    await sockets.discard();
    throw error;
  }
}

/**
 * Tries the first way; where there are no system calls to bind sockets to a device, the second,
 * with sockets of its own.
 */
export async function withOrWithoutSystemCalls<T>(
  first: (sockets: Sockets) => Promise<T>,
  second: (sockets: Sockets) => Promise<T>,
): Promise<T> {
  try {
    return await withSockets(first);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSYS') throw error;
    return await withSockets(second);
  }
}
