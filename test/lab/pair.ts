/** The quick lab: two directors and a client as namespaces on this machine, and pty cables. */

import { ADDRESSES, BAUD, DIRECTORS, type Director, hostSpec, type Lab } from './lab.js';
import { LocalSite } from './localsite.js';
import { expectPrepared } from './notprepared.js';
import { PtyCable } from './ptycable.js';
import type { HostSpec } from './site.js';
import type { Stack } from './stack.js';

/** The directors' programs: the same on both, or a stack for each. */
export type Stacks = Stack | Readonly<Record<Director, Stack>>;

export interface PairOptions {
  /** Other hosts of the tutorial; they have the first director's programs. */
  readonly others?: readonly string[];
  /** Serial cables between the directors: /dev/ttyS0 and on. Default 1. */
  readonly cables?: number;
  /** The directors also have an eth1 on a second network, 192.168.137.0/24. */
  readonly secondNetwork?: boolean;
}

/** A pair: a lab of this machine's namespaces, whose hosts can be given other programs. */
export interface Pair extends Lab {
  readonly site: LocalSite;
  /** Installs other programs on a director that is off. What it has written itself stays. */
  refit(director: Director, stack: Stack): Promise<void>;
}

/** The network in which every IPv4 address of a pair has an IPv6 one of the same last number. */
const IPV6_NETWORK = '2001:db8:136::';

/**
 * Builds the lab in about 0.2 s, with other hosts of the tutorial where they are named; no daemon
 * runs yet. Throws `NotPrepared` where something is missing. All of it ends with `close`, and with
 * the test's process, however that ends.
 */
export async function openPair(stacks: Stacks, options: PairOptions = {}): Promise<Pair> {
  expectPrepared();
  const { others = [], cables: count = 1, secondNetwork = false } = options;
  const cables: PtyCable[] = [];
  const closeCables = async (): Promise<void> => {
    await Promise.all(cables.map((cable) => cable.close()));
  };
  const site = await LocalSite.open();
  const close = async (): Promise<void> => {
    await site.close();
    await closeCables();
  };
  const specOf = (name: string, stack: Stack): HostSpec => {
    const spec = hostSpec(
      name,
      stack,
      isDirector(name) ? cables.map((cable) => cable.device(name)) : [],
    );
    const addresses = [...spec.addresses, ...spec.addresses.map(inIpv6)];
    if (!secondNetwork || !isDirector(name)) return { ...spec, addresses };
    const second = spec.addresses.map((address) => address.replace('.136.', '.137.'));
    return { ...spec, addresses, secondAddresses: second };
  };
  try {
    while (cables.length < count) cables.push(await PtyCable.open(DIRECTORS, BAUD));
    for (const name of DIRECTORS) await site.addHost(specOf(name, stackOf(stacks, name)));
    for (const name of ['client', ...others]) {
      await site.addHost(specOf(name, stackOf(stacks, DIRECTORS[0])));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [serial, ...furtherSerial] = cables;
  if (serial === undefined) throw new Error('a pair has at least one serial cable');
  const refit = (director: Director, stack: Stack): Promise<void> =>
    site.refit(specOf(director, stack));
  return { site, serial, furtherSerial, balances: false, close, refit };
}

function isDirector(name: string): name is Director {
  return DIRECTORS.some((director) => director === name);
}

function stackOf(stacks: Stacks, director: Director): Stack {
  return isOne(stacks) ? stacks : stacks[director];
}

function isOne(stacks: Stacks): stacks is Stack {
  return 'layers' in stacks;
}

function inIpv6(address: string): string {
  return `${IPV6_NETWORK}${/\.(\d+)\//.exec(address)?.[1] ?? ''}/64`;
}

/** A host's address in IPv6, without its prefix length. */
export function ipv6Of(host: string): string {
  return inIpv6(ADDRESSES[host]?.[0] ?? '').replace(/\/.*/, '');
}
