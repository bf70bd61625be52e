/** What ICMP echo over IPv4 and over IPv6 do differently. */

import {
  afterIpv4Header,
  ECHO4,
  ECHO6,
  type EchoTypes,
  echoRequest,
  echoRequest6,
} from './icmppacket.js';
import { AF_INET, addressOf, inetAddress } from './inet.js';
import { AF_INET6, address6Of, inet6Address } from './inet6.js';

export interface IcmpFamily {
  readonly domain: number;
  readonly protocol: number;
  readonly udp: 'udp4' | 'udp6';
  readonly types: EchoTypes;
  readonly any: string;
  /** The socket option that keeps all but echo replies off a raw socket. */
  readonly filter: { readonly level: number; readonly option: number; readonly value: Buffer };
  readonly request: (id: number, seq: number, payload: Uint8Array) => Buffer;
  /** The ICMP message in what a raw socket receives. */
  readonly message: (packet: Buffer) => Buffer;
  readonly socketAddress: (address: string, port: number) => Buffer;
  readonly addressOf: (socketAddress: Uint8Array) => string;
}

/** A filter of one bit for each type, set where the type is not wanted: `struct icmp_filter`. */
function onlyReplies4(): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeInt32LE(~(1 << ECHO4.reply));
  return bits;
}

/** The same for the 256 types of IPv6: `struct icmp6_filter`. */
function onlyReplies6(): Buffer {
  const bits = Buffer.alloc(32, 0xff);
  const at = ECHO6.reply >> 3;
  bits[at] = 0xff & ~(1 << (ECHO6.reply & 7));
  return bits;
}

const SOL_RAW = 255;
const ICMP_FILTER = 1;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const ICMPV6_FILTER = 1;

export const ICMP4: IcmpFamily = {
  domain: AF_INET,
  protocol: IPPROTO_ICMP,
  udp: 'udp4',
  types: ECHO4,
  any: '0.0.0.0',
  filter: { level: SOL_RAW, option: ICMP_FILTER, value: onlyReplies4() },
  request: echoRequest,
  message: afterIpv4Header,
  socketAddress: inetAddress,
  addressOf,
};

/**
 * Addresses have no scope: the routing table says which link an address of a link is on, as for
 * heartbeat 3.0.6 (measured with fe80::1).
 */
export const ICMP6: IcmpFamily = {
  domain: AF_INET6,
  protocol: IPPROTO_ICMPV6,
  udp: 'udp6',
  types: ECHO6,
  any: '::',
  filter: { level: IPPROTO_ICMPV6, option: ICMPV6_FILTER, value: onlyReplies6() },
  request: echoRequest6,
  message: (packet) => packet,
  socketAddress: inet6Address,
  addressOf: address6Of,
};
