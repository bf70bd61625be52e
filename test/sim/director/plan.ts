/**
 * What a configuration file is to say, as plain data: the file's text is made of it, and the judge
 * works from it. What follows from it is worked out here simply, and not by the director's code.
 */

/** Times in seconds, as in the file. */
export interface FilePlan {
  readonly interval: number;
  readonly checkTimeout: number;
  readonly negotiateTimeout: number | undefined;
  readonly failureCount: number;
  readonly quiescent: boolean | undefined;
  readonly readdQuiescent: boolean;
  readonly cleanstop: boolean | undefined;
  readonly fork: boolean;
  readonly mail: MailPlan;
  readonly virtuals: readonly VirtualPlan[];
}

export interface MailPlan {
  readonly to: string;
  readonly frequency: number;
  /** As written; undefined: all of them. */
  readonly statuses: readonly string[] | undefined;
}

export type CheckType = 'negotiate' | 'connect' | 'ping' | 'external' | 'on' | 'off' | 'combined';

export type Forwarding = 'gate' | 'masq' | 'ipip';

export interface VirtualPlan {
  readonly protocol: 'tcp' | 'udp' | 'fwm';
  readonly family: 'ipv4' | 'ipv6';
  /** The last part of its address, and of a mark its number. */
  readonly number: number;
  readonly port: number;
  readonly reals: readonly RealPlan[];
  readonly fallback: PlacePlan | undefined;
  readonly fallbackCommand: string | undefined;
  readonly checkType: CheckType;
  readonly connects: number;
  readonly service: 'http' | 'smtp' | 'sip';
  readonly checkTimeout: number | undefined;
  readonly checkCount: number | undefined;
  readonly failureCount: number | undefined;
  /** Only with `fork=yes`. */
  readonly interval: number | undefined;
  readonly quiescent: boolean | undefined;
  readonly cleanstop: boolean | undefined;
  readonly scheduler: string;
  readonly persistence: number | undefined;
  readonly monitorFile: boolean;
}

export interface PlacePlan {
  readonly server: number;
  readonly port: number;
  readonly forwarding: Forwarding;
}

export interface RealPlan extends PlacePlan {
  readonly weight: number;
  readonly upper: number;
}

/** Where fallbacks are; servers are counted from 1. */
export const FALLBACK_SERVER = 250;

export function serverAddress(server: number, family: VirtualPlan['family']): string {
  return family === 'ipv4' ? `10.0.0.${server}` : `2001:db8::${server.toString(16)}`;
}

/** The number of the server at an address, with or without brackets. */
export function serverAt(address: string): number {
  const v4 = /^10\.0\.0\.(\d+)$/.exec(address)?.[1];
  if (v4 !== undefined) return Number(v4);
  return Number.parseInt(/^\[?2001:db8::([0-9a-f]+)\]?$/.exec(address)?.[1] ?? '', 16);
}

export function virtualAddress({ family, number }: VirtualPlan): string {
  return family === 'ipv4' ? `10.255.0.${number}` : `2001:db8:ff::${number.toString(16)}`;
}

/** As the log and mails name it. */
export function virtualName(virtual: VirtualPlan): string {
  if (virtual.protocol === 'fwm') return String(virtual.number);
  return named(virtualAddress(virtual), virtual.port);
}

/** Equal for two virtuals that the kernel takes for one. */
export function virtualKey(virtual: VirtualPlan): string {
  const { protocol, family, number, port } = virtual;
  if (protocol === 'fwm') return `fwm ${number} ${family}`;
  return `${protocol} ${spelled(virtualAddress(virtual), port)}`;
}

/** Where the kernel holds a server of a virtual: it forces the port of all that is not `masq`. */
export function placeKey(virtual: VirtualPlan, place: PlacePlan): string {
  const forced = virtual.protocol !== 'fwm' && place.forwarding !== 'masq';
  const port = forced ? virtual.port : place.port;
  return spelled(serverAddress(place.server, virtual.family), port);
}

export function named(address: string, port: number): string {
  return `${inBrackets(address)}:${port}`;
}

export function inBrackets(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

const spellings = new Map<string, string>();

/** With every group of an IPv6 address written out, as the keys of the kernel's table are. */
function spelled(address: string, port: number): string {
  const plain = named(address, port);
  let spelling = spellings.get(plain);
  if (spelling === undefined) {
    spelling = spellOut(address, port);
    spellings.set(plain, spelling);
  }
  return spelling;
}

function spellOut(address: string, port: number): string {
  const [head = '', tail] = address.split('::');
  if (tail === undefined) return named(address, port);
  const zeros = 8 - head.split(':').length - 1;
  return named([head, ...new Array<string>(zeros).fill('0'), tail].join(':'), port);
}

export function isQuiescent(file: FilePlan, virtual: VirtualPlan): boolean {
  return virtual.quiescent ?? file.quiescent ?? false;
}

export function isCleanstop(file: FilePlan, virtual: VirtualPlan): boolean {
  return virtual.cleanstop ?? file.cleanstop ?? true;
}

export function failureCountOf(file: FilePlan, virtual: VirtualPlan): number {
  return virtual.failureCount ?? file.failureCount;
}

/** In milliseconds. */
export function intervalOf(file: FilePlan, virtual: VirtualPlan): number {
  return 1000 * ((file.fork ? virtual.interval : undefined) ?? file.interval);
}

/** How a virtual's servers are asked; `none`: not at all. */
export type Probe = 'negotiate' | 'connect' | 'ping' | 'external' | 'none';

/** What decides whether a server is up, in the end. */
export function probeOf({ checkType, protocol }: VirtualPlan): Probe {
  if (checkType === 'on' || checkType === 'off') return 'none';
  if (checkType === 'combined') return 'negotiate';
  return checkType === 'connect' && protocol === 'udp' ? 'ping' : checkType;
}

/** The longest that one check of the virtual may take, in milliseconds. */
export function timeoutOf(file: FilePlan, virtual: VirtualPlan): number {
  const check = virtual.checkTimeout ?? file.checkTimeout;
  const negotiate = virtual.checkTimeout ?? file.negotiateTimeout ?? file.checkTimeout;
  switch (probeOf(virtual)) {
    case 'ping':
      return 1000 * check * (virtual.checkCount ?? 1);
    case 'negotiate':
      return 1000 * (virtual.checkType === 'combined' ? Math.max(check, negotiate) : negotiate);
    default:
      return 1000 * check;
  }
}
