/** Hosts and ports as a configuration writes them, turned into numbers with the machine's help. */
import { canonicalAddress } from './address.js';
import type { Family, Protocol } from './config.js';
import type { Machine } from './machine.js';

const PORT_MAX = 65_535;

/**
 * The numeric address of a host. Brackets are taken off; an address that is numeric already asks
 * nothing of the machine.
 */
export function resolveAddress(machine: Machine, host: string, family: Family): string | undefined {
  const name = /\[(.*)\]/s.exec(host)?.[1] ?? host;
  return canonicalAddress(name, family) ?? machine.resolveHost(name, family);
}

/** A port by number or service name; undefined when it is out of range or unknown. */
export function resolvePort(
  machine: Machine,
  port: string,
  protocol?: Protocol,
): number | undefined {
  if (/^\d+$/.test(port)) {
    const number = Number(port);
    return number <= PORT_MAX ? number : undefined;
  }
  return protocol === 'tcp' || protocol === 'udp'
    ? machine.resolveService(port, protocol)
    : machine.resolveService(port);
}
