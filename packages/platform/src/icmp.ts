/** ICMP echo without a process per probe: any payload goes out, the raw reply comes back. */
import dgram from 'node:dgram';
import { closeSync } from 'node:fs';
import { AF_INET, addressOf, inetAddress } from './inet.js';
import { errnoName, type Libc, libc, nativeFailure } from './native.js';

export interface EchoOptions {
  /** The 16 bit ICMP id of what we send, as the number that stands in the packet's two bytes. */
  readonly id: number;
}

/** A socket for echo requests to any number of hosts. */
export interface Echo {
  /** How it was opened; `datagram` sockets are filtered by the kernel, `raw` ones by us. */
  readonly way: 'datagram' | 'raw';
  /** Sends a request to an IPv4 address; false when the kernel would not take it. */
  send(address: string, seq: number, payload: Uint8Array): boolean;
  close(): void;
}

/** An echo reply to our id: from where, its sequence number, its payload (a copy, ours to keep). */
export type ReplyListener = (address: string, seq: number, payload: Buffer) => void;

const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
const HEADER_BYTES = 8;

const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const IPPROTO_ICMP = 1;
const SOL_RAW = 255;
const ICMP_FILTER = 1;

/** The Internet checksum (RFC 1071) of bytes whose checksum field is zero. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request, complete with its checksum. */
export function echoRequest(id: number, seq: number, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + payload.length);
  packet.writeUInt8(ECHO_REQUEST, 0);
  packet.writeUInt16BE(id & 0xffff, 4);
  packet.writeUInt16BE(seq & 0xffff, 6);
  packet.set(payload, HEADER_BYTES);
  packet.writeUInt16BE(internetChecksum(packet), 2);
  return packet;
}

export interface EchoReply {
  readonly id: number;
  readonly seq: number;
  readonly payload: Buffer;
}

/** Reads an ICMP message (no IP header); undefined when it is no echo reply. */
export function echoReply(message: Buffer): EchoReply | undefined {
  if (message.length < HEADER_BYTES || message[0] !== ECHO_REPLY || message[1] !== 0) {
    return undefined;
  }
  return {
    id: message.readUInt16BE(4),
    seq: message.readUInt16BE(6),
    payload: Buffer.from(message.subarray(HEADER_BYTES)),
  };
}

/** What follows the IPv4 header of a packet; empty when the packet is shorter than its header. */
export function afterIpv4Header(packet: Buffer): Buffer {
  const headerBytes = ((packet[0] ?? 0) & 0x0f) * 4;
  return packet.subarray(Math.min(headerBytes, packet.length));
}

function openDatagram(native: Libc, id: number, onReply: ReplyListener): Echo | undefined {
  const fd = native.socket(AF_INET, SOCK_DGRAM | NONBLOCK_CLOEXEC, IPPROTO_ICMP);
  if (fd < 0) return undefined;
  // The kernel takes the "port" of such a socket as the id, and gives us the replies to it alone.
  if (native.bind(fd, inetAddress('0.0.0.0', id)) < 0) {
    closeSync(fd);
    return undefined;
  }
  const socket = dgram.createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (message, { address }) => {
    const reply = echoReply(message);
    if (reply?.id === id) onReply(address, reply.seq, reply.payload);
  });
  socket.bind({ fd });
  return {
    way: 'datagram',
    send: (address, seq, payload) =>
      native.sendto(fd, echoRequest(id, seq, payload), inetAddress(address, 0)) >= 0,
    close: () => socket.close(),
  };
}

/** Node cannot watch a raw socket: we look after a probe this often, soon at first. */
const LOOK_AFTER_MS = [1, 2, 5, 10, 20, 50];
const LOOK_EVERY_MS = 100;
/** A reply that takes longer than this is not waited for. */
const WAIT_MS = 10_000;
/** Packets taken in one go: others must have their turn while somebody floods us. */
const PACKETS_PER_LOOK = 64;
/** The largest IPv4 packet. */
const PACKET_BYTES_MAX = 65_535;

function openRaw(native: Libc, id: number, onReply: ReplyListener): Echo {
  const fd = native.socket(AF_INET, SOCK_RAW | NONBLOCK_CLOEXEC, IPPROTO_ICMP);
  if (fd < 0) {
    const code = errnoName(fd);
    throw Object.assign(new Error(`Can't open ICMP socket: ${code}`), { code });
  }
  const onlyReplies = Buffer.alloc(4);
  onlyReplies.writeInt32LE(~(1 << ECHO_REPLY));
  native.setsockopt(fd, SOL_RAW, ICMP_FILTER, onlyReplies);

  const packet = Buffer.alloc(PACKET_BYTES_MAX);
  const sender = Buffer.alloc(16);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let looks = 0;
  let waitUntil = 0;
  const now = (): number => Number(process.hrtime.bigint() / 1_000_000n);

  const look = (): void => {
    timer = undefined;
    for (let taken = 0; taken < PACKETS_PER_LOOK && !closed; taken += 1) {
      const length = native.recvfrom(fd, packet, sender);
      if (length < 0) break;
      const reply = echoReply(afterIpv4Header(packet.subarray(0, length)));
      if (reply?.id === id) onReply(addressOf(sender), reply.seq, reply.payload);
    }
    if (!closed && now() < waitUntil) lookLater();
  };
  const lookLater = (): void => {
    timer ??= setTimeout(look, LOOK_AFTER_MS[looks] ?? LOOK_EVERY_MS);
    timer.unref();
    looks += 1;
  };
  return {
    way: 'raw',
    send: (address, seq, payload) => {
      if (closed) return false;
      const sent = native.sendto(fd, echoRequest(id, seq, payload), inetAddress(address, 0));
      waitUntil = now() + WAIT_MS;
      looks = 0;
      clearTimeout(timer);
      timer = undefined;
      lookLater();
      return sent >= 0;
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
 * permits one (net.ipv4.ping_group_range), else a raw socket. Use one for all hosts of a daemon, as
 * the genuine one does with its single id. IPv4 only.
 *
 * Throws an Error with `code` when neither is permitted; `ENOSYS` where system calls are not to be
 * had.
 */
export function openEcho(
  { id }: EchoOptions,
  onReply: ReplyListener,
  native: Libc | null = libc(),
): Echo {
  if (native === null) {
    throw Object.assign(new Error(nativeFailure() ?? 'no system calls'), { code: 'ENOSYS' });
  }
  return openDatagram(native, id, onReply) ?? openRaw(native, id, onReply);
}
