/** The destinations we want of a virtual, given what is known of its reals. */
import type { Virtual } from '../config/config.js';
import {
  type DestinationContents,
  type DestinationId,
  destinationKey,
  kernelPort,
  type ServiceContents,
} from '../ipvs/table.js';
import type { RealState, VirtualState } from './state.js';

/** What we want of one destination of the kernel's table. */
export interface Wish {
  /** What it is for us. A place that is both a real's and the fallback's is the fallback's. */
  readonly role: 'real' | 'fallback';
  readonly place: DestinationId;
  /** As the configuration names it; the kernel's port may differ. */
  readonly name: string;
  /** Absent: it shall not be there. */
  readonly contents?: DestinationContents;
  /** Whether to add it where it is not there, and whether that is the first time. */
  readonly add: 'never' | 'yes' | 'again';
}

export interface DesiredOptions {
  /** At a start or reload, a quiescent real that is missing is added with weight 0. */
  readonly whole: boolean;
  /** `readdquiescent=yes`: it is added at any time. */
  readonly readdQuiescent: boolean;
}

/** The service itself, as the configuration wants it. */
export function desiredService(virtual: Virtual): ServiceContents {
  const { scheduler, schedulerFlags, persistence, netmask, target } = virtual;
  return {
    scheduler,
    ...(schedulerFlags === undefined ? {} : { schedulerFlags }),
    ...(persistence === undefined ? {} : { persistence }),
    ...(persistence === undefined || netmask === undefined ? {} : { netmask }),
    ops: virtual.ops && target.protocol === 'udp',
  };
}

/** True while a real of the virtual is in service. */
export function isServing(state: VirtualState): boolean {
  const { reals } = state;
  const up = reals.filter((real) => real.status === 'up');
  if (up.length === 0 || up.length === reals.length) return up.length > 0;
  const out = new Set(reals.filter((real) => real.status !== 'up').map(({ key }) => key));
  return up.some(({ key }) => !out.has(key));
}

/** The place of the virtual's fallback in the kernel's table; none for checktype=off. */
export function fallbackPlace(virtual: Virtual): DestinationId | undefined {
  const { fallback, target } = virtual;
  if (fallback === undefined || virtual.check.type === 'off') return undefined;
  const port = kernelPort(target, fallback.forwarding, fallback.port);
  return { address: fallback.address, port };
}

/**
 * What we want of every destination that the virtual names, by `destinationKey`: reals that are up
 * with their weight; the others with weight 0 (quiescent) or not at all; the fallback exactly while
 * no real is up. Of two reals in one place of the kernel's table one that is not up counts, else
 * the last: the server has to pass every check that the file asks of it.
 */
export function desiredDestinations(
  state: VirtualState,
  options: DesiredOptions,
): ReadonlyMap<string, Wish> {
  const wishes = new Map<string, Wish>();
  const out = new Set<string>();
  for (const real of state.reals) {
    if (real.status !== 'up') out.add(real.key);
    else if (out.has(real.key)) continue;
    wishes.set(real.key, wishForReal(state.virtual, real, options));
  }
  const { fallback } = state.virtual;
  const place = fallbackPlace(state.virtual);
  if (fallback === undefined || place === undefined) return wishes;
  const key = destinationKey(place);
  const common = { role: 'fallback', place, name: fallback.name } as const;
  if (!isServing(state)) {
    const { forwarding } = fallback;
    const contents = { forwarding, weight: 1, upperThreshold: 0, lowerThreshold: 0 };
    wishes.set(key, { ...common, contents, add: 'yes' });
  } else if (wishes.get(key)?.contents === undefined) {
    wishes.set(key, { ...common, add: 'never' });
  }
  return wishes;
}

function wishForReal(virtual: Virtual, state: RealState, options: DesiredOptions): Wish {
  const { real, place } = state;
  const common = { role: 'real', place, name: real.name } as const;
  if (state.status === 'up') {
    const { forwarding, weight, upperThreshold, lowerThreshold } = real;
    const contents = { forwarding, weight, upperThreshold, lowerThreshold };
    return { ...common, contents, add: 'yes' };
  }
  // Thresholds are not restored before the weight is.
  const quiet = { ...common, contents: { forwarding: real.forwarding, weight: 0 } };
  if (virtual.quiescent) {
    if (options.readdQuiescent) return { ...quiet, add: 'again' };
    return { ...quiet, add: options.whole ? 'yes' : 'never' };
  }
  // What is not checked yet may be deleted a moment later, or not at all.
  if (state.status === 'unchecked') return { ...quiet, add: 'never' };
  return { ...common, add: 'never' };
}
