/** Who is at the other end of a Unix socket, as the kernel vouches for it. */
import type { Socket } from 'node:net';
import { type Libc, libc } from './native.js';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** The descriptor below a connected socket. Node has no public way to it. */
function descriptor(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

/**
 * The process that connected, with its effective uid and gid at that moment (SO_PEERCRED).
 * Undefined when the socket is closed or system calls are not to be had: then nobody is known, and
 * whoever asks must refuse what needs a name.
 */
export function peerCredentials(
  socket: Socket,
  native: Libc | null = libc(),
): PeerCredentials | undefined {
  const fd = descriptor(socket);
  if (fd === undefined || native === null) return undefined;
  const value = Buffer.alloc(12);
  if (native.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value) !== value.length) return undefined;
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}
