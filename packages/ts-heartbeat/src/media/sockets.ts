/** Makes the sockets of the UDP media, and takes them all back when one fails. */
import { type DeviceSocketOptions, deviceSocket } from '@ts-heartbeat/platform/devicesocket';
import { libc } from '@ts-heartbeat/platform/native';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';

const IPPROTO_IP = 0;
const IP_TOS = 1;
const IP_MULTICAST_ALL = 49;
const SOL_SOCKET = 1;
const SO_DONTROUTE = 5;

/** Sockets that belong together. */
export class Sockets {
  readonly #made: SocketAsPromised[] = [];

  /** An ordinary socket, bound there. Port 0: any. */
  async bound(type: 'udp4' | 'udp6', port: number, address?: string): Promise<SocketAsPromised> {
    const socket = DgramAsPromised.createSocket({ type, reuseAddr: port !== 0 });
    this.#made.push(socket);
    const where = address === undefined ? {} : { address };
    await socket.bind({ port, ...where, exclusive: true });
    return socket;
  }

  /**
   * A socket bound to a multicast group, which hears the group on the interface it joins and on no
   * other. An ordinary one hears what any socket of the machine has joined, so that a second
   * segment would seem alive while its cable is cut.
   */
  async onGroup(port: number, group: string): Promise<SocketAsPromised> {
    const fd = deviceSocket({ address: group, port, reuse: true });
    libc()?.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, number(0));
    return this.#adopt(fd);
  }

  /** A socket that uses one device only. */
  async onDevice(options: DeviceSocketOptions, extra: SocketExtra = {}): Promise<SocketAsPromised> {
    const fd = deviceSocket(options);
    const native = libc();
    // Neither matters enough to do without the medium.
    if (extra.lowDelay === true) native?.setsockopt(fd, IPPROTO_IP, IP_TOS, number(0x10));
    if (extra.dontRoute === true) native?.setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, number(1));
    return this.#adopt(fd);
  }

  async #adopt(fd: number): Promise<SocketAsPromised> {
    const socket = DgramAsPromised.createSocket({ type: 'udp4' });
    this.#made.push(socket);
    await socket.bind({ fd });
    return socket;
  }

  /** Closes everything that was made. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#made.map((socket) => socket.close()));
  }
}

/** Options that the genuine media set on the sockets they send with. */
export interface SocketExtra {
  /** IP_TOS 0x10 (ucast). */
  readonly lowDelay?: boolean;
  /** SO_DONTROUTE (bcast). */
  readonly dontRoute?: boolean;
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

/** True where sockets cannot be bound to a device because there are no system calls. */
export function withoutSystemCalls(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSYS';
}
