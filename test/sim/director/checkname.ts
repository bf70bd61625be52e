/** One name for a check that is made and for what a file asks for: from outside they are matched. */
import type { CheckSpec } from 'ts-ldirectord/checks/check';
import {
  type FilePlan,
  inBrackets,
  intervalOf,
  probeOf,
  type RealPlan,
  serverAddress,
  type VirtualPlan,
  virtualAddress,
} from './plan.js';

/** A check is asked for with the same object each time. */
const names = new WeakMap<CheckSpec, string>();

export function nameOfSpec(spec: CheckSpec): string {
  let name = names.get(spec);
  if (name === undefined) {
    name = spellOut(spec);
    names.set(spec, name);
  }
  return name;
}

function spellOut(spec: CheckSpec): string {
  switch (spec.kind) {
    case 'negotiate':
      return `${spec.service} ${spec.protocol} ${spec.address} ${spec.port} ${spec.timeout}`;
    case 'connect':
      return `connect ${spec.address} ${spec.port} ${spec.timeout}`;
    case 'ping':
      return `ping ${spec.address} ${spec.count} ${spec.timeout}`;
    case 'external':
      return `external ${spec.args.join(' ')} ${spec.timeout}`;
  }
}

/** The checks that a file asks for of a real; two of them for a combined one. */
export function namesOfReal(
  file: FilePlan,
  virtual: VirtualPlan,
  real: RealPlan,
): readonly string[] {
  const address = serverAddress(real.server, virtual.family);
  const check = 1000 * (virtual.checkTimeout ?? file.checkTimeout);
  const other = virtual.checkTimeout ?? file.negotiateTimeout ?? file.checkTimeout;
  const { service, protocol } = virtual;
  const negotiate = `${service} ${protocol} ${address} ${real.port} ${1000 * other}`;
  const connect = `connect ${address} ${real.port} ${check}`;
  switch (probeOf(virtual)) {
    case 'none':
      return [];
    case 'ping':
      return [`ping ${address} ${virtual.checkCount ?? 1} ${check}`];
    case 'connect':
      return [connect];
    case 'external':
      return [`external ${target(virtual)} ${inBrackets(address)} ${real.port} ${check}`];
    case 'negotiate':
      return virtual.checkType === 'combined' && protocol !== 'udp'
        ? [negotiate, connect]
        : [negotiate];
  }
}

function target(virtual: VirtualPlan): string {
  if (virtual.protocol === 'fwm') return `${virtual.number} 0`;
  return `${inBrackets(virtualAddress(virtual))} ${virtual.port}`;
}

/** A real as a check sees it. */
export interface Checked {
  readonly virtual: VirtualPlan;
  readonly real: RealPlan;
  readonly intervalMs: number;
}

/** What a file wants of the checks of one name. */
export interface Wanted {
  readonly reals: readonly Checked[];
  /** Several checks have this name, because their reals differ in what is not in it. */
  readonly several: boolean;
  /** Part of a combined check: not made in every round. */
  readonly partial: boolean;
}

/** Every check that a file asks for, by name. */
export function checksOf(file: FilePlan): ReadonlyMap<string, Wanted> {
  const found = new Map<string, { reals: Checked[]; kinds: Set<string>; partial: boolean }>();
  for (const virtual of file.virtuals) {
    for (const real of virtual.reals) {
      const intervalMs = intervalOf(file, virtual);
      const names = namesOfReal(file, virtual, real);
      for (const name of names) {
        const entry = found.get(name) ?? { reals: [], kinds: new Set(), partial: false };
        const { weight, forwarding, port } = real;
        const { protocol, checkType, connects, service } = virtual;
        const kind = [weight, forwarding, port, protocol, checkType, connects, service, intervalMs];
        entry.kinds.add(kind.join(' '));
        entry.reals.push({ virtual, real, intervalMs });
        entry.partial ||= names.length > 1;
        found.set(name, entry);
      }
    }
  }
  return new Map(
    [...found].map(([name, { reals, kinds, partial }]) => [
      name,
      { reals, several: kinds.size > 1, partial },
    ]),
  );
}
