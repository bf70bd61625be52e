/**
 * Reads what ipvsadm prints: the rules of `-S -n`, and the columns of `-L -n --thresholds`. A line
 * or word that is not understood is passed over; nothing throws.
 */
import type { Family, Forwarding, VirtualTarget } from '../config/config.js';
import { canonical } from './address.js';
import {
  type Destination,
  type DestinationId,
  destinationKey,
  type Service,
  type ServiceContents,
  serviceKey,
  type Table,
} from './table.js';

/** A destination's thresholds, by service key and destination key. */
export type Thresholds = ReadonlyMap<
  string,
  ReadonlyMap<string, { readonly upper: number; readonly lower: number }>
>;

/** The largest port, and the largest weight and mark, that the kernel knows. */
const PORT_MAX = 65_535;
const NUMBER_MAX = 0xffff_ffff;
const MARK_STEP = 2 ** 32;

interface MutableService {
  readonly target: VirtualTarget;
  readonly contents: ServiceContents;
  readonly destinations: Map<string, Destination>;
}

/** The table in the rules that `ipvsadm -S -n` prints (ipvsadm 1.24 to 1.31). */
export function parseRules(text: string): Table {
  const table = new Map<string, MutableService>();
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const options = readOptions(words.slice(1));
    const target = readTarget(options);
    if (target === undefined) continue;
    const key = serviceKey(target);
    if (words[0] === '-A') {
      const contents = readServiceContents(options);
      const destinations = table.get(key)?.destinations ?? new Map<string, Destination>();
      if (contents !== undefined) table.set(key, { target, contents, destinations });
    } else if (words[0] === '-a') {
      const destination = readDestination(options);
      if (destination === undefined) continue;
      table.get(key)?.destinations.set(destinationKey(destination), destination);
    }
  }
  return table;
}

/** The thresholds in the columns that `ipvsadm -L -n --thresholds` prints. */
export function parseThresholds(text: string): Thresholds {
  const found = new Map<string, Map<string, { upper: number; lower: number }>>();
  let current: Map<string, { upper: number; lower: number }> | undefined;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [first = '', second = '', third = '', fourth = ''] = words;
    if (first !== '->') {
      // A service of a kind we do not have (SCTP) ends the one before as well.
      const family = third === 'IPv6' ? 'ipv6' : 'ipv4';
      const target = listedTarget(first, second, family);
      current = target === undefined ? undefined : new Map();
      if (target !== undefined && current !== undefined) found.set(serviceKey(target), current);
    } else {
      const destination = readAddress(second);
      const upper = readNumber(third, NUMBER_MAX);
      const lower = readNumber(fourth, NUMBER_MAX);
      if (destination === undefined || upper === undefined || lower === undefined) continue;
      current?.set(destinationKey(destination), { upper, lower });
    }
  }
  return found;
}

/** The table with the thresholds filled in where they are known. */
export function withThresholds(table: Table, thresholds: Thresholds): Table {
  const result = new Map<string, Service>();
  for (const [key, service] of table) {
    const known = thresholds.get(key);
    const destinations = new Map<string, Destination>();
    for (const [name, destination] of service.destinations) {
      const found = known?.get(name);
      destinations.set(
        name,
        found === undefined
          ? destination
          : {
              ...destination,
              contents: {
                ...destination.contents,
                upperThreshold: found.upper,
                lowerThreshold: found.lower,
              },
            },
      );
    }
    result.set(key, { ...service, destinations });
  }
  return result;
}

/** Options with a value; `-p` takes one only when it is a number. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-t',
  '-u',
  '-f',
  '-s',
  '-M',
  '-r',
  '-w',
  '-b',
  '-p',
  '-x',
  '-y',
  '--pe',
  '--tun-type',
  '--tun-port',
]);

/** Seconds that ipvsadm 1.31 takes for a `-p` without a value. */
const PERSISTENCE_DEFAULT = '360';

function readOptions(words: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    // Older versions print the persistence engine as `pe NAME`.
    const word = words[index] === 'pe' ? '--pe' : (words[index] ?? '');
    const value = words[index + 1];
    if (word === '-p' && (value === undefined || !/^\d+$/.test(value))) {
      options.set(word, PERSISTENCE_DEFAULT);
    } else if (WITH_VALUE.has(word) && value !== undefined) {
      options.set(word, value);
      index += 1;
    } else if (word.startsWith('-')) {
      options.set(word, '');
    }
  }
  return options;
}

function readTarget(options: ReadonlyMap<string, string>): VirtualTarget | undefined {
  const mark = options.get('-f');
  if (mark !== undefined) return markTarget(mark, options.has('-6') ? 'ipv6' : 'ipv4');
  const tcp = options.get('-t');
  return addressTarget(tcp === undefined ? 'udp' : 'tcp', tcp ?? options.get('-u') ?? '');
}

function listedTarget(kind: string, text: string, family: Family): VirtualTarget | undefined {
  if (kind === 'FWM') return markTarget(text, family);
  if (kind === 'TCP') return addressTarget('tcp', text);
  return kind === 'UDP' ? addressTarget('udp', text) : undefined;
}

/** ipvsadm prints a mark from 2^31 on as a negative number. */
function markTarget(text: string, family: Family): VirtualTarget | undefined {
  const negative = text.startsWith('-') ? readNumber(text.slice(1), MARK_STEP / 2) : undefined;
  const mark = negative === undefined ? readNumber(text, NUMBER_MAX) : MARK_STEP - negative;
  return mark === undefined ? undefined : { kind: 'mark', protocol: 'fwm', family, mark };
}

function addressTarget(protocol: 'tcp' | 'udp', text: string): VirtualTarget | undefined {
  const where = readAddress(text);
  if (where === undefined) return undefined;
  const family = where.address.includes(':') ? 'ipv6' : 'ipv4';
  return { kind: 'address', protocol, family, ...where };
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
function readAddress(text: string): DestinationId | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text);
  if (match === null) return undefined;
  const address = match[1] ?? match[2] ?? '';
  const port = readNumber(match[3] ?? '', PORT_MAX);
  if (port === undefined || canonical(address) === undefined) return undefined;
  return { address, port };
}

function readServiceContents(options: ReadonlyMap<string, string>): ServiceContents | undefined {
  const scheduler = options.get('-s');
  if (scheduler === undefined) return undefined;
  const flags = options.get('-b');
  const persistence = readNumber(options.get('-p') ?? '', NUMBER_MAX);
  const netmask = options.get('-M');
  const engine = options.get('--pe');
  return {
    scheduler,
    ...(flags === undefined ? {} : { schedulerFlags: flags }),
    ...(persistence === undefined ? {} : { persistence }),
    ...(netmask === undefined ? {} : { netmask }),
    ops: options.has('-o'),
    ...(engine === undefined ? {} : { engine }),
  };
}

function readDestination(options: ReadonlyMap<string, string>): Destination | undefined {
  const where = readAddress(options.get('-r') ?? '');
  const weight = readNumber(options.get('-w') ?? '1', NUMBER_MAX);
  if (where === undefined || weight === undefined) return undefined;
  let forwarding: Forwarding = 'gate';
  if (options.has('-i')) forwarding = 'ipip';
  if (options.has('-m')) forwarding = 'masq';
  return { ...where, contents: { forwarding, weight } };
}

function readNumber(text: string, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
