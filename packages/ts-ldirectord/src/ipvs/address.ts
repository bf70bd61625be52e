/** IP addresses as text: one canonical form for comparing, and the forms that programs print. */

/** `10.0.0.1` for IPv4, `[2001:db8::1]` for IPv6: the form in which a port can follow. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function withPort(address: string, port: number): string {
  return `${bracketed(address)}:${port}`;
}

/**
 * A text that is equal for equal addresses: IPv4 without leading zeros, IPv6 as eight hexadecimal
 * groups. Undefined when it is no address.
 */
export function canonical(address: string): string | undefined {
  return address.includes(':') ? canonicalV6(address) : canonicalV4(address);
}

function canonicalV4(address: string): string | undefined {
  const parts = address.split('.');
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number).join('.');
}

function canonicalV6(address: string): string | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<string>(missing).fill('0'), ...tail].join(':');
}

/** The groups between the colons; a dotted quad is allowed as the last of the address. */
function groups(text: string, last: boolean): string[] | undefined {
  if (text === '') return [];
  const parts = text.toLowerCase().split(':');
  const found: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const quad = canonicalV4(part)?.split('.').map(Number);
      if (quad === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = quad;
      found.push((a * 256 + b).toString(16), (c * 256 + d).toString(16));
    } else if (/^[0-9a-f]{1,4}$/.test(part)) {
      found.push(Number.parseInt(part, 16).toString(16));
    } else {
      return undefined;
    }
  }
  return found;
}
