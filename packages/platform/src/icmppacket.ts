/** ICMP echo messages of both families, as bytes. */

/** What tells the messages of a family apart. */
export interface EchoTypes {
  readonly request: number;
  readonly reply: number;
}

export const ECHO4: EchoTypes = { request: 8, reply: 0 };
export const ECHO6: EchoTypes = { request: 128, reply: 129 };

const HEADER_BYTES = 8;
const CHECKSUM_AT = 2;

/** The Internet checksum (RFC 1071) of bytes whose checksum field is zero. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function request(type: number, id: number, seq: number, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + payload.length);
  packet.writeUInt8(type, 0);
  packet.writeUInt16BE(id & 0xffff, 4);
  packet.writeUInt16BE(seq & 0xffff, 6);
  packet.set(payload, HEADER_BYTES);
  return packet;
}

/** An echo request over IPv4, complete with its checksum. */
export function echoRequest(id: number, seq: number, payload: Uint8Array): Buffer {
  const packet = request(ECHO4.request, id, seq, payload);
  packet.writeUInt16BE(internetChecksum(packet), CHECKSUM_AT);
  return packet;
}

/**
 * An echo request over IPv6. Its checksum covers the addresses as well, and is the kernel's to
 * write: it alone knows which address the packet leaves from.
 */
export function echoRequest6(id: number, seq: number, payload: Uint8Array): Buffer {
  return request(ECHO6.request, id, seq, payload);
}

export interface EchoReply {
  readonly id: number;
  readonly seq: number;
  readonly payload: Buffer;
}

/**
 * Reads an ICMP message (no IP header); undefined when it is no echo reply. The kernel has checked
 * the checksum, and for IPv4 it need not be checked again: a payload is signed.
 */
export function echoReply(message: Buffer, types: EchoTypes = ECHO4): EchoReply | undefined {
  if (message.length < HEADER_BYTES || message[0] !== types.reply || message[1] !== 0) {
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
