/**
 * The kernel's IPVS table as values: what a service or a destination *is* (its identity) apart from
 * what it *holds* (its contents), so that comparing wanted and present is plain equality.
 */
import type { Forwarding, VirtualTarget } from '../config/config.js';
import { canonical, withPort } from './address.js';

/** Everything of a service that can be edited without creating it anew. */
export interface ServiceContents {
  readonly scheduler: string;
  /** `-b`, as written or as the kernel names them. */
  readonly schedulerFlags?: string;
  /** Seconds, `-p`. */
  readonly persistence?: number;
  /** `-M`; without meaning where there is no persistence. */
  readonly netmask?: string;
  /** One-packet scheduling, `-o`. */
  readonly ops: boolean;
  /** `--pe`: set by an operator, never by us. */
  readonly engine?: string;
}

export interface DestinationId {
  /** Numeric, without brackets. */
  readonly address: string;
  readonly port: number;
}

export interface DestinationContents {
  /** `local` is what kernels before 2.6.37 say of an address of their own, whatever was asked. */
  readonly forwarding: Forwarding | 'local';
  readonly weight: number;
  /** Connection thresholds, 0 for none; absent: not known, or of no interest. */
  readonly upperThreshold?: number;
  readonly lowerThreshold?: number;
}

export interface Destination extends DestinationId {
  readonly contents: DestinationContents;
}

export interface Service {
  readonly target: VirtualTarget;
  readonly contents: ServiceContents;
  /** By `destinationKey`. */
  readonly destinations: ReadonlyMap<string, Destination>;
}

/** By `serviceKey`. */
export type Table = ReadonlyMap<string, Service>;

export const EMPTY_TABLE: Table = new Map();

/** Equal for two targets exactly when the kernel takes them for one service. */
export function serviceKey(target: VirtualTarget): string {
  if (target.kind === 'mark') return `fwm ${target.mark} ${target.family}`;
  return `${target.protocol} ${destinationKey(target)}`;
}

/** Equal for two destinations of one service exactly when the kernel takes them for one. */
export function destinationKey(destination: DestinationId): string {
  return withPort(canonical(destination.address) ?? destination.address, destination.port);
}

/**
 * The port the kernel gives a destination: for `gate` and `ipip` always that of the service, unless
 * the service is a mark (ipvsadm 1.31 does so before the kernel sees it).
 */
export function kernelPort(
  target: VirtualTarget,
  forwarding: Forwarding,
  configuredPort: number,
): number {
  if (target.kind === 'mark' || forwarding === 'masq') return configuredPort;
  return target.port;
}

/** True when editing `present` into `wanted` would change nothing. */
export function sameService(wanted: ServiceContents, present: ServiceContents): boolean {
  return (
    wanted.scheduler === present.scheduler &&
    flagNumbers(wanted.schedulerFlags) === flagNumbers(present.schedulerFlags) &&
    wanted.persistence === present.persistence &&
    effectiveMask(wanted) === effectiveMask(present) &&
    wanted.ops === present.ops &&
    wanted.engine === present.engine
  );
}

/** True when editing `present` into `wanted` would change nothing that either side knows. */
export function sameDestination(
  wanted: DestinationContents,
  present: DestinationContents,
): boolean {
  return (
    wanted.weight === present.weight &&
    (wanted.forwarding === present.forwarding ||
      wanted.forwarding === 'local' ||
      present.forwarding === 'local') &&
    sameThreshold(wanted.upperThreshold, present.upperThreshold) &&
    sameThreshold(wanted.lowerThreshold, present.lowerThreshold)
  );
}

function sameThreshold(wanted: number | undefined, present: number | undefined): boolean {
  return wanted === undefined || present === undefined || wanted === present;
}

/** A mask of all ones is the kernel's default and is not printed. */
function effectiveMask(contents: ServiceContents): string | undefined {
  if (contents.persistence === undefined) return undefined;
  const { netmask } = contents;
  return netmask === '255.255.255.255' || netmask === '128' ? undefined : netmask;
}

/** ipvsadm 1.31 knows three flags, of which sh and mh have names of their own for two. */
const FLAG_NUMBER: ReadonlyMap<string, string> = new Map([
  ['sh-fallback', 'flag-1'],
  ['mh-fallback', 'flag-1'],
  ['sh-port', 'flag-2'],
  ['mh-port', 'flag-2'],
]);

function flagNumbers(flags: string | undefined): string {
  const names = (flags ?? '').split(',').filter((name) => name !== '');
  return [...new Set(names.map((name) => FLAG_NUMBER.get(name) ?? name))].sort().join(',');
}
