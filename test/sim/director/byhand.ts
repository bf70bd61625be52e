/** What operators do to the kernel's table by hand, behind the daemon's back. */
import type { VirtualTarget } from 'ts-ldirectord/config/config';
import type { Change } from 'ts-ldirectord/ipvs/change';
import { destinationKey, serviceKey } from 'ts-ldirectord/ipvs/table';
import type { Random } from '../random.js';
import type { Kernel } from './kernel.js';
import {
  type FilePlan,
  placeKey,
  serverAddress,
  type VirtualPlan,
  virtualAddress,
  virtualKey,
} from './plan.js';
import { type Deed, ITSELF, type Situation } from './situation.js';

/** Virtuals and a server that no file names. */
const FOREIGN_NUMBERS = [200, 201] as const;
const STRANGER = 240;

export function targetOf(virtual: VirtualPlan): VirtualTarget {
  const { protocol, family, number, port } = virtual;
  if (protocol === 'fwm') return { kind: 'mark', protocol, family, mark: number };
  return { kind: 'address', protocol, family, address: virtualAddress(virtual), port };
}

const FOREIGN: readonly VirtualTarget[] = [
  ...FOREIGN_NUMBERS.map(
    (number) =>
      ({
        kind: 'address',
        protocol: 'tcp',
        family: 'ipv4',
        address: `10.255.0.${number}`,
        port: 80,
      }) as const,
  ),
  { kind: 'mark', protocol: 'fwm', family: 'ipv4', mark: 77 },
];

/** Somebody else's virtuals. */
export function addForeign(kernel: Kernel): void {
  const destination = { address: '10.0.0.1', port: 80 };
  for (const target of FOREIGN) {
    const contents = { scheduler: 'rr', ops: false };
    kernel.byHand({ kind: 'addService', target, contents });
    const held = { forwarding: 'gate', weight: 3, upperThreshold: 0, lowerThreshold: 0 } as const;
    kernel.byHand({ kind: 'addDestination', target, destination, contents: held });
  }
}

/** What an earlier daemon, or a script, has left of the file's virtuals. */
export function addLeftovers(random: Random, kernel: Kernel, file: FilePlan): void {
  for (const virtual of file.virtuals) {
    if (random.chance(0.3)) continue;
    const target = targetOf(virtual);
    const scheduler = random.chance(0.8) ? virtual.scheduler : 'lc';
    kernel.byHand({ kind: 'addService', target, contents: { scheduler, ops: false } });
    for (const real of [...virtual.reals, { server: STRANGER, port: virtual.port, weight: 1 }]) {
      if (random.chance(0.4)) continue;
      const address = serverAddress(real.server, virtual.family);
      const weight = random.pick([0, real.weight, real.weight, 7]);
      const forwarding = 'forwarding' in real ? real.forwarding : 'gate';
      const contents = { forwarding, weight, upperThreshold: 0, lowerThreshold: 0 };
      const destination = { address, port: real.port };
      kernel.byHand({ kind: 'addDestination', target, destination, contents });
    }
  }
}

/** Something is done by hand; returns what, in a word. */
export function meddle(random: Random, situation: Situation, file: FilePlan): string {
  const { kernel } = situation;
  if (random.chance(0.05)) {
    kernel.clear();
    for (const virtual of file.virtuals) situation.did(virtualKey(virtual), ITSELF, 'delete');
    return 'clear';
  }
  if (random.chance(0.1)) {
    const target = FOREIGN[random.whole(0, FOREIGN.length - 1)];
    if (target === undefined) return 'nothing';
    const contents = { scheduler: random.pick(['rr', 'wlc']), ops: false };
    const kind = kernel.table.has(serviceKey(target)) ? 'editService' : 'addService';
    kernel.byHand({ kind, target, contents });
    return 'foreign';
  }
  const virtual = file.virtuals[random.whole(0, file.virtuals.length - 1)];
  if (virtual === undefined) return 'nothing';
  const [change, deed] = draw(random, virtual);
  if (!kernel.byHand(change)) return 'refused';
  const place = 'destination' in change ? destinationKey(change.destination) : ITSELF;
  const weight =
    'contents' in change && 'weight' in change.contents ? change.contents.weight : undefined;
  situation.did(virtualKey(virtual), place, deed, weight);
  return change.kind;
}

function draw(random: Random, virtual: VirtualPlan): readonly [Change, Deed['kind']] {
  const target = targetOf(virtual);
  const places = [...virtual.reals, ...(virtual.fallback === undefined ? [] : [virtual.fallback])];
  const { forwarding, ...place } = places[random.whole(0, places.length - 1)] ?? {
    server: STRANGER,
    port: virtual.port,
    forwarding: 'gate' as const,
  };
  const destination = inKernel(virtual, { forwarding, ...place });
  const weight = random.pick([0, 0, 1, 3]);
  const contents = { forwarding, weight, upperThreshold: 0, lowerThreshold: 0 };
  switch (random.pick(['delete', 'delete', 'weight', 'weight', 'stranger', 'edit', 'service'])) {
    case 'delete':
      return [{ kind: 'deleteDestination', target, destination }, 'delete'];
    case 'weight':
      return [{ kind: 'editDestination', target, destination, contents }, 'weight'];
    case 'stranger': {
      const stranger = { server: STRANGER, port: virtual.port, forwarding };
      const added = inKernel(virtual, stranger);
      return [{ kind: 'addDestination', target, destination: added, contents }, 'add'];
    }
    case 'edit':
      return [{ kind: 'editService', target, contents: { scheduler: 'lc', ops: false } }, 'edit'];
    default:
      return [{ kind: 'deleteService', target }, 'delete'];
  }
}

/** The place as an operator sees it listed. */
function inKernel(
  virtual: VirtualPlan,
  place: Parameters<typeof placeKey>[1],
): { readonly address: string; readonly port: number } {
  const port = Number(/:(\d+)$/.exec(placeKey(virtual, place))?.[1]);
  return { address: serverAddress(place.server, virtual.family), port };
}
