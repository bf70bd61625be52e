/** ICMP echo without a process per probe: any payload goes out, the raw reply comes back. */
import dgram from 'node:dgram';
import { closeSync } from 'node:fs';
import { ICMP4, ICMP6, type IcmpFamily } from './icmpfamily.js';
import { echoReply } from './icmppacket.js';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

export interface EchoOptions {
  /** The 16 bit ICMP id of what we send, as the number that stands in the packet's two bytes. */
  readonly id: number;
  /** Absent: IPv4. */
  readonly family?: 4 | 6;
}

/** A socket for echo requests to any number of hosts. */
export interface Echo {
  /** How it was opened; `datagram` sockets are filtered by the kernel, `raw` ones by us. */
  readonly way: 'datagram' | 'raw';
  /**
   * Sends a request to a literal address of the family, without a scope.
   *
   * @returns undefined, or why the kernel would not take it (`ENETUNREACH`, …).
   */
  send(address: string, seq: number, payload: Uint8Array): string | undefined;
  close(): void;
}

/**
 * An echo reply to our id: from where (for IPv6 in the shortest form, without a scope), its
 * sequence number, its payload (a copy, ours to keep).
 */
export type ReplyListener = (address: string, seq: number, payload: Buffer) => void;

const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

interface Opening {
  readonly native: Libc;
  readonly family: IcmpFamily;
  readonly id: number;
  readonly onReply: ReplyListener;
}

function sender({ native, family, id }: Opening, fd: number): Echo['send'] {
  return (address, seq, payload) => {
    const packet = family.request(id, seq, payload);
    const sent = native.sendto(fd, packet, family.socketAddress(address, 0));
    return sent < 0 ? errnoName(sent) : undefined;
  };
}

/** What may wait in a socket: 100 ms of ten thousand replies a second. */
const RECEIVE_BYTES = 1024 * 1024;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;

/** By default a socket has room for some 250 replies. Who may not make more does with that. */
function makeRoom(native: Libc, fd: number): void {
  const room = Buffer.alloc(4);
  room.writeInt32LE(RECEIVE_BYTES);
  native.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, room);
}

function openDatagram(opening: Opening): Echo | undefined {
  const { native, family, id, onReply } = opening;
  // As the "port" of such a socket 0 stands for any.
  if (id === 0) return undefined;
  const fd = native.socket(family.domain, SOCK_DGRAM | NONBLOCK_CLOEXEC, family.protocol);
  if (fd < 0) return undefined;
  // The kernel takes the "port" of such a socket as the id, and gives us the replies to it alone.
  if (native.bind(fd, family.socketAddress(family.any, id)) < 0) {
    closeSync(fd);
    return undefined;
  }
  makeRoom(native, fd);
  const socket = dgram.createSocket(family.udp);
  socket.on('error', () => undefined);
  socket.on('message', (message, { address }) => {
    const reply = echoReply(message, family.types);
    if (reply?.id !== id) return;
    const [host = ''] = address.split('%', 1);
    onReply(host, reply.seq, reply.payload);
  });
  socket.bind({ fd });
  let closed = false;
  const send = sender(opening, fd);
  return {
    way: 'datagram',
    send: (address, seq, payload) => (closed ? 'EBADF' : send(address, seq, payload)),
    close: () => {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
}

/** Node cannot watch a raw socket: we look after a probe this often, soon at first. */
const LOOK_AFTER_MS = [1, 2, 5, 10, 20, 50];
const LOOK_EVERY_MS = 100;
/** A reply that takes longer than this is not waited for. */
const WAIT_MS = 10_000;
/** Packets taken in one go: others must have their turn while somebody floods us. */
const PACKETS_PER_LOOK = 64;
/** The largest packet of either family. */
const PACKET_BYTES_MAX = 65_535;
/** `struct sockaddr_in6`, the longer of the two. */
const SOCKADDR_BYTES_MAX = 28;

function openRaw(opening: Opening): Echo {
  const { native, family, id, onReply } = opening;
  const fd = native.socket(family.domain, SOCK_RAW | NONBLOCK_CLOEXEC, family.protocol);
  if (fd < 0) {
    const code = errnoName(fd);
    throw Object.assign(new Error(`Can't open ICMP socket: ${code}`), { code });
  }
  const { level, option, value } = family.filter;
  native.setsockopt(fd, level, option, value);
  makeRoom(native, fd);

  const packet = Buffer.alloc(PACKET_BYTES_MAX);
  const from = Buffer.alloc(SOCKADDR_BYTES_MAX);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let looks = 0;
  let waitUntil = 0;
  const now = (): number => Number(process.hrtime.bigint() / 1_000_000n);

  const look = (): void => {
    timer = undefined;
    let taken = 0;
    for (; taken < PACKETS_PER_LOOK && !closed; taken += 1) {
      const length = native.recvfrom(fd, packet, from);
      if (length < 0) break;
      const reply = echoReply(family.message(packet.subarray(0, length)), family.types);
      if (reply?.id === id) onReply(family.addressOf(from), reply.seq, reply.payload);
    }
    // Where something came, more may come: a flood must not fill the queue between two looks.
    if (taken > 0) looks = 0;
    if (!closed && now() < waitUntil) lookLater();
  };
  const lookLater = (): void => {
    timer ??= setTimeout(look, LOOK_AFTER_MS[looks] ?? LOOK_EVERY_MS);
    timer.unref();
    looks += 1;
  };
  const send = sender(opening, fd);
  return {
    way: 'raw',
    send: (address, seq, payload) => {
      if (closed) return 'EBADF';
      const trouble = send(address, seq, payload);
      waitUntil = now() + WAIT_MS;
      // The next look is not put off for ever by who sends all the time.
      if (timer !== undefined && looks === 1) return trouble;
      looks = 0;
      clearTimeout(timer);
      timer = undefined;
      lookLater();
      return trouble;
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      closeSync(fd);
    },
  };
}

/**
 * Opens a socket for echo requests under that id: an unprivileged ICMP socket where the kernel
 * permits one (net.ipv4.ping_group_range, for both families), else a raw socket. Use one for all
 * hosts of a family, as the genuine daemon does with its single id.
 *
 * Throws an Error with `code` when neither is permitted, or the kernel lacks the family; `ENOSYS`
 * where system calls are not to be had.
 */
export function openEcho(
  { id, family = 4 }: EchoOptions,
  onReply: ReplyListener,
  native: Libc | null = libc(),
): Echo {
  if (native === null) {
    throw Object.assign(new Error(nativeFailure() ?? 'no system calls'), { code: 'ENOSYS' });
  }
  const opening = { native, family: family === 6 ? ICMP6 : ICMP4, id, onReply };
  return openDatagram(opening) ?? openRaw(opening);
}
