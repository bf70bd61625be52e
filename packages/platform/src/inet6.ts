/** IPv6 addresses in the forms the kernel takes: sixteen bytes, and `struct sockaddr_in6`. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { ipv4Bytes } from './inet.js';

export const AF_INET6 = 10;
const SOCKADDR_IN6_BYTES = 28;
const ADDRESS_AT = 8;
const ADDRESS_BYTES = 16;
const SCOPE_AT = 24;

/** The sixteen bytes of an address without a scope; throws a TypeError for anything else. */
export function ipv6Bytes(address: string): Buffer {
  if (!isIPv6(address) || address.includes('%')) {
    throw new TypeError(`not an IPv6 address: ${address}`);
  }
  const [head = '', tail] = address.split('::');
  const front = bytesOf(head);
  const back = bytesOf(tail ?? '');
  const bytes = Buffer.alloc(ADDRESS_BYTES);
  bytes.set(front, 0);
  bytes.set(back, ADDRESS_BYTES - back.length);
  return bytes;
}

function bytesOf(words: string): number[] {
  if (words === '') return [];
  return words.split(':').flatMap((word) => {
    if (isIPv4(word)) return [...ipv4Bytes(word)];
    const value = Number.parseInt(word, 16);
    return [value >> 8, value & 0xff];
  });
}

/** The shortest text of sixteen bytes (RFC 5952), as the C library prints it. */
export function ipv6Text(bytes: Uint8Array): string {
  const words: string[] = [];
  for (let i = 0; i < ADDRESS_BYTES; i += 2) {
    words.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  }
  return new SocketAddress({ address: words.join(':'), family: 'ipv6' }).address;
}

/** `struct sockaddr_in6`. The scope is the index of an interface; 0: none. */
export function inet6Address(address: string, port: number, scope = 0): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_IN6_BYTES);
  bytes.writeUInt16LE(AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  ipv6Bytes(address).copy(bytes, ADDRESS_AT);
  bytes.writeUInt32LE(scope, SCOPE_AT);
  return bytes;
}

/** The address in a `struct sockaddr_in6`, without its scope. */
export function address6Of(socketAddress: Uint8Array): string {
  return ipv6Text(socketAddress.subarray(ADDRESS_AT, ADDRESS_AT + ADDRESS_BYTES));
}
