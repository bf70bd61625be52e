/** IPv4 addresses in the forms the kernel takes: four bytes, and `struct sockaddr_in`. */
import { isIPv4 } from 'node:net';

export const AF_INET = 2;
const SOCKADDR_IN_BYTES = 16;

/** The four bytes of a dotted address; throws a TypeError for anything else. */
export function ipv4Bytes(address: string): Buffer {
  if (!isIPv4(address)) throw new TypeError(`not an IPv4 address: ${address}`);
  return Buffer.from(address.split('.').map(Number));
}

/** The dotted form of four bytes. */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** `struct sockaddr_in`. */
export function inetAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_IN_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  ipv4Bytes(address).copy(bytes, 4);
  return bytes;
}

/** The address in a `struct sockaddr_in`. */
export function addressOf(socketAddress: Uint8Array): string {
  return ipv4Text(socketAddress.subarray(4, 8));
}
