/** Numeric addresses: reading them, and the one way each is written (glibc's inet_ntop). */
import type { Family } from './config.js';

const QUAD = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUPS = 8;

/** The 32 bits of a dotted quad, or undefined. Leading zeros are left to the resolver (octal). */
export function ipv4ToNumber(text: string): number | undefined {
  const match = QUAD.exec(text);
  if (!match) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (octet > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** A dotted quad from 32 bits. */
export function numberToIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** The eight groups of an IPv6 address, or undefined. No zone, no brackets. */
function parseIpv6(text: string): number[] | undefined {
  const quad = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (quad) {
    const low = ipv4ToNumber(quad[2] ?? '');
    if (low === undefined) return undefined;
    plain = `${quad[1]}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - (head?.length ?? 0) - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const zeros: string[] = Array(tail ? missing : 0).fill('0');
  const groups = [...(head ?? []), ...zeros, ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** Start and length of the longest run of two or more zero groups, the first one of equals. */
function zeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}

function printIpv6(groups: readonly number[]): string {
  const run = zeroRun(groups);
  const mapped = run.start === 0 && run.length === 5 && groups[5] === 0xffff;
  const compatible = run.start === 0 && run.length === 6;
  if (mapped || compatible) {
    const low = (groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0);
    return `${mapped ? '::ffff:' : '::'}${numberToIpv4(low)}`;
  }
  const hex = groups.map((group) => group.toString(16));
  if (run.start < 0) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

/**
 * A numeric address of that family in its canonical form, or undefined when the text is a name,
 * an address of the other family, or one of the odd forms only a resolver understands (`10.1`).
 */
export function canonicalAddress(text: string, family: Family): string | undefined {
  if (family === 'ipv4') return ipv4ToNumber(text) === undefined ? undefined : text;
  const groups = parseIpv6(text);
  return groups && printIpv6(groups);
}

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function hostPort(address: string, port: number): string {
  return `${bracketed(address)}:${port}`;
}

/** An address as it stands before a colon and a port. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
