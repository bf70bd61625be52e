/**
 * `real=RIP[->RIP2][:PORT] gate|masq|ipip [WEIGHT] ["REQUEST"[, ]"RECEIVE"] [l:N] [u:N]`.
 *
 * As in ldirectord 4.12 each part is looked for anywhere in what the part before it left over, and
 * what it skips on the way is dropped; only text left at the very end is an error.
 */
import { ipv4ToNumber, numberToIpv4 } from './address.js';
import type { Family, Forwarding } from './config.js';
import type { RealDraft } from './draft.js';
import { forwardingOf } from './fallback.js';
import type { Machine } from './machine.js';
import type { Place, ProblemList } from './problem.js';
import { resolveAddress, resolvePort } from './resolve.js';

/** More reals than one file can list by single lines; a mistyped range must not fill the memory. */
export const REALS_MAX = 65_536;

const WS = '[ \\t\\v\\f\\r]';
/* A name is only tried from its first character: the same matches, in linear time. */
const HOST = '((?<![A-Za-z0-9.-])[A-Za-z0-9.-]+|\\[[0-9A-fa-f:]+\\])';
const REAL = new RegExp(`${HOST}(?:->${HOST})?(?::([\\w-]+))?${WS}+(.*)`, 's');
const WEIGHT = new RegExp(`^(.*?)${WS}(\\d+)(.*)$`, 's');
const STRINGS = new RegExp(`^(.*?)${WS}"(.*)"[, ]${WS}*"(.*)"(.*)$`, 's');
const LOWER = new RegExp(`^(.*?)${WS}l:(\\d+)(.*)$`, 's');
const UPPER = new RegExp(`^(.*?)${WS}u:(\\d+)(.*)$`, 's');

/** What stands after the address: equal for every real of a range. */
export interface RealFlags {
  readonly forwarding: Forwarding;
  readonly weight: number;
  readonly lowerThreshold: number;
  readonly upperThreshold: number;
  /** Both strings as written, without quotes; the receive may be empty. */
  readonly strings?: { readonly request: string; readonly receive: string };
}

/** Takes one optional part out of the flags and warns of text that was skipped to find it. */
class FlagReader {
  #rest: string;
  readonly #skipped: string[] = [];

  constructor(rest: string) {
    this.#rest = rest;
  }

  /** The groups of the pattern between the skipped text and the rest, or undefined. */
  take(pattern: RegExp): readonly string[] | undefined {
    const match = pattern.exec(this.#rest);
    if (!match) return undefined;
    const groups = match.slice(1);
    if (groups[0]?.trim()) this.#skipped.push(groups[0].trim());
    this.#rest = groups.at(-1) ?? '';
    return groups.slice(1, -1);
  }

  get rest(): string {
    return this.#rest;
  }

  get skipped(): readonly string[] {
    return this.#skipped;
  }
}

/** Reads what follows the address; undefined after an error, which is in the list. */
export function parseRealFlags(
  text: string,
  place: Place,
  problems: ProblemList,
): RealFlags | undefined {
  const word = /(\w+)(.*)/s.exec(text);
  const forwarding = forwardingOf(word?.[1] ?? '');
  if (!forwarding) {
    problems.error(place, 'BAD_REAL', 'forward method must be gate, masq or ipip');
    return undefined;
  }
  const flags = new FlagReader(word?.[2] ?? '');
  const [weight] = flags.take(WEIGHT) ?? [];
  const [request, receive] = flags.take(STRINGS) ?? [];
  const [lower] = flags.take(LOWER) ?? [];
  const [upper] = flags.take(UPPER) ?? [];
  if (/[^ \t\v\f\r]/.test(flags.rest)) {
    problems.error(place, 'BAD_REAL', `Invalid real server line, around "${flags.rest}"`);
    return undefined;
  }
  for (const skipped of flags.skipped) {
    problems.warning(place, 'IGNORED_SETTING', `ignored in real server line: ${skipped}`);
  }
  const number = (digits: string) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  return {
    forwarding,
    weight: number(weight ?? '1'),
    lowerThreshold: number(lower ?? '0'),
    upperThreshold: number(upper ?? '0'),
    ...(request !== undefined && receive !== undefined && { strings: { request, receive } }),
  };
}

function rangeOf(
  first: string,
  last: string,
  family: Family,
  place: Place,
  problems: ProblemList,
): readonly string[] | undefined {
  const fail = (text: string) => {
    problems.error(place, 'BAD_REAL', text);
    return undefined;
  };
  if (family === 'ipv6') return fail('Address range for IPv6 is not supported yet');
  const from = ipv4ToNumber(first);
  const to = ipv4ToNumber(last);
  if (from === undefined) return fail(`Invalid IP address: ${first}`);
  if (to === undefined) return fail(`Invalid IP address: ${last}`);
  if (from > to) {
    const rule = 'First value must be greater than or equal to the second value';
    return fail(`Invalid Range: ${first}-${last}: ${rule}`);
  }
  if (to - from >= REALS_MAX) return fail(`Invalid Range: ${first}-${last}: too many addresses`);
  return Array.from({ length: to - from + 1 }, (_, index) => numberToIpv4(from + index));
}

/** The addresses and the port of a real line, resolved, and the text of its flags. */
export interface RealAddresses {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly flags: string;
}

/** Reads and resolves the address part; undefined after an error, which is in the list. */
export function parseRealAddresses(
  value: string,
  place: Place,
  family: Family,
  machine: Machine,
  problems: ProblemList,
): RealAddresses | undefined {
  const fail = (text: string) => {
    problems.error(place, 'BAD_REAL', text);
    return undefined;
  };
  const match = REAL.exec(value);
  if (!match) return fail('invalid address for real server (wrong format)');
  const [, first = '', last, portText = '0', flags = ''] = match;
  const address = resolveAddress(machine, first, family);
  if (address === undefined) {
    return fail(`invalid address (${first}) for real server (could not resolve host)`);
  }
  const port = resolvePort(machine, portText);
  if (port === undefined) {
    return fail(`invalid port (${portText}) for real server (could not resolve port)`);
  }
  if (last === undefined) return { addresses: [address], port, flags };
  const end = resolveAddress(machine, last, family);
  if (end === undefined) {
    return fail(`invalid address (${last}) for real server (could not resolve end host)`);
  }
  const addresses = rangeOf(address, end, family, place, problems);
  return addresses && { addresses, port, flags };
}

/** The real of one address. */
export function realDraft(
  line: number,
  address: string,
  port: number,
  flags: RealFlags,
  own: RealDraft['own'],
): RealDraft {
  const { forwarding, weight, lowerThreshold, upperThreshold } = flags;
  const common = { line, address, port, forwarding, weight, lowerThreshold, upperThreshold };
  return own ? { ...common, own } : common;
}
