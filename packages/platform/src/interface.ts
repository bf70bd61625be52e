/** What a network interface has, even when it is down or has lost its carrier. */
import { closeSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { AF_INET, addressOf, ipv4Bytes, ipv4Text } from './inet.js';
import { type Libc, libc } from './native.js';

export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** The primary IPv4 address; undefined when it has none. */
  readonly address: string | undefined;
  /** Where broadcasts go; undefined when there is no address or the interface cannot broadcast. */
  readonly broadcast: string | undefined;
  /** Set up by the administrator (IFF_UP); says nothing of the cable. */
  readonly up: boolean;
}

const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFADDR = 0x8915;
const SIOCGIFBRDADDR = 0x8919;
const SIOCGIFINDEX = 0x8933;
const IFF_UP = 0x1;
const IFF_BROADCAST = 0x2;
/** IFNAMSIZ with the ending zero: no interface has a longer name. */
const NAME_BYTES = 16;
const IFREQ_BYTES = 40;

function request(native: Libc, fd: number, name: string, code: number): Buffer | undefined {
  const argument = Buffer.alloc(IFREQ_BYTES);
  argument.write(name, 0, NAME_BYTES - 1, 'latin1');
  return native.ioctl(fd, code, argument) < 0 ? undefined : argument.subarray(NAME_BYTES);
}

function ask(native: Libc, name: string): NetworkInterface | undefined {
  const fd = native.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    const index = request(native, fd, name, SIOCGIFINDEX)?.readInt32LE(0);
    if (index === undefined) return undefined;
    const flags = request(native, fd, name, SIOCGIFFLAGS)?.readUInt16LE(0) ?? 0;
    const address = request(native, fd, name, SIOCGIFADDR);
    const canBroadcast = address !== undefined && (flags & IFF_BROADCAST) !== 0;
    const broadcast = canBroadcast ? request(native, fd, name, SIOCGIFBRDADDR) : undefined;
    return {
      name,
      index,
      address: address && addressOf(address),
      broadcast: broadcast && addressOf(broadcast),
      up: (flags & IFF_UP) !== 0,
    };
  } finally {
    closeSync(fd);
  }
}

/** The last address of a network. */
export function broadcastOf(address: string, netmask: string): string {
  const mask = ipv4Bytes(netmask);
  return ipv4Text(ipv4Bytes(address).map((byte, i) => byte | (~(mask[i] ?? 0) & 0xff)));
}

/** Without system calls: Node's list, which leaves out addresses of interfaces without a carrier. */
function lookUp(name: string): NetworkInterface | undefined {
  const attribute = (file: string): number =>
    Number(readFileSync(`/sys/class/net/${name}/${file}`, 'latin1'));
  try {
    const index = attribute('ifindex');
    const flags = attribute('flags');
    const found = os.networkInterfaces()[name]?.find(({ family }) => family === 'IPv4');
    const canBroadcast = found !== undefined && (flags & IFF_BROADCAST) !== 0;
    return {
      name,
      index,
      address: found?.address,
      broadcast: canBroadcast ? broadcastOf(found.address, found.netmask) : undefined,
      up: (flags & IFF_UP) !== 0,
    };
  } catch {
    return undefined;
  }
}

/** What the interface of that name has; undefined when there is no such interface. */
export function networkInterface(
  name: string,
  native: Libc | null = libc(),
): NetworkInterface | undefined {
  if (name === '' || Buffer.byteLength(name) >= NAME_BYTES || /[/\s\0]/.test(name)) {
    return undefined;
  }
  return native === null ? lookUp(name) : ask(native, name);
}
