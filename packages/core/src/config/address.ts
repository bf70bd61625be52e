/** Internet addresses in ha.cf, read as the C library reads them for heartbeat 3.0.6. */

/** A part of an address as `inet_aton` has it: decimal, octal with a leading 0, or hexadecimal. */
function partOf(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  if (/^[1-9][0-9]*$/.test(text)) return Number.parseInt(text, 10);
  return undefined;
}

/**
 * An IPv4 address in one to four parts (`10.1` is 10.0.0.1), as an unsigned number; undefined where
 * it is none (inet_aton).
 */
export function looseIpv4(text: string): number | undefined {
  const words = text.split('.', 5);
  if (words.length > 4) return undefined;
  let value = 0;
  for (const [index, word] of words.entries()) {
    const part = partOf(word);
    if (part === undefined) return undefined;
    const isLast = index === words.length - 1;
    const limit = isLast ? 256 ** (4 - index) : 256;
    if (part >= limit) return undefined;
    value += isLast ? part : part * 256 ** (3 - index);
  }
  return value;
}

/** True for four decimal parts without leading zeros (inet_pton). */
export function isStrictIpv4(text: string): boolean {
  const words = text.split('.', 5);
  return words.length === 4 && words.every((w) => /^(0|[1-9]\d{0,2})$/.test(w) && Number(w) < 256);
}

/** True for 224.0.0.0/4. */
export function isMulticastIpv4(address: number): boolean {
  return address >= 0xe0000000 && address <= 0xefffffff;
}

/** What a name lookup takes for an address rather than a name: digits and dots only. */
export function isNumericHost(text: string): boolean {
  return /^[0-9.]+$/.test(text) && looseIpv4(text) !== undefined;
}

/** The longest text of an IPv6 address, with four decimal parts at its end. */
const IPV6_LENGTH_MAX = 45;

/** The eight 16 bit words of an IPv6 address without scope; undefined where it is none (inet_pton). */
export function ipv6Words(text: string): readonly number[] | undefined {
  if (text.length > IPV6_LENGTH_MAX) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const front = wordsOf(head, tail === undefined);
  const back = tail === undefined ? [] : wordsOf(tail, true);
  if (front === undefined || back === undefined) return undefined;
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...front, ...Array.from({ length: missing }, () => 0), ...back];
}

function wordsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const words: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else if (mayEndInIpv4 && index === parts.length - 1 && isStrictIpv4(part)) {
      const address = looseIpv4(part) ?? 0;
      words.push(Math.floor(address / 65536), address % 65536);
    } else return undefined;
  }
  return words;
}

/** True for `::` and `::1`. */
export function isUnspecifiedOrLoopback(words: readonly number[]): boolean {
  return words.slice(0, 7).every((word) => word === 0) && (words[7] ?? 0) <= 1;
}

/** True for fe80::/10. */
export function isLinkLocal(words: readonly number[]): boolean {
  return ((words[0] ?? 0) & 0xffc0) === 0xfe80;
}

/** True for ff00::/8. */
export function isMulticastIpv6(words: readonly number[]): boolean {
  return (words[0] ?? 0) >>> 8 === 0xff;
}

/** What mcast6 of heartbeat 3.0.6 accepts: well known or transient, scope link to organisation. */
const MCAST6_PREFIXES = [0xff02, 0xff04, 0xff05, 0xff08, 0xff12, 0xff14, 0xff15, 0xff18];

/** True for a group that mcast6 may use (measured, 3.0.6). */
export function isHeartbeatGroup(words: readonly number[]): boolean {
  return MCAST6_PREFIXES.includes(words[0] ?? 0) && words.slice(1).some((word) => word !== 0);
}
