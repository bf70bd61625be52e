/** A lab: the tutorial's hosts on one network, and a serial cable between the two directors. */

import type { HostSpec, SerialCable, Site } from './site.js';
import type { Stack } from './stack.js';

export interface Lab {
  readonly site: Site;
  readonly serial: SerialCable;
  /** The cables after the first, at /dev/ttyS1 and so on. */
  readonly furtherSerial?: readonly SerialCable[];
  /** The kernel has IPVS and tunl0: the tutorial's own scripts can run. */
  readonly balances: boolean;
  /** Ends every host and program of the lab. */
  close(): Promise<void>;
}

/** The tutorial's two load balancers; the first is the home of the resources. */
export const DIRECTORS = ['loadbalancer', 'backup'] as const;

export type Director = (typeof DIRECTORS)[number];

/** The tutorial's addresses. The client is also the router: the two ping nodes. */
export const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  loadbalancer: ['192.168.136.11/24'],
  backup: ['192.168.136.12/24'],
  real1: ['192.168.136.101/24'],
  real2: ['192.168.136.102/24'],
  real3: ['192.168.136.103/24'],
  client: ['192.168.136.1/24', '192.168.136.2/24'],
};

/** The address the clients use. */
export const VIRTUAL_ADDRESS = '192.168.136.10';

/** Speed of the serial line in the tutorial. */
export const BAUD = 19200;

/** A host of the tutorial; directors have the stack's programs and the ends of serial cables. */
export function hostSpec(name: string, stack: Stack, serial: readonly string[]): HostSpec {
  const addresses = ADDRESSES[name] ?? [];
  // Every host has the role scripts: they are real servers too.
  return { name, addresses, layers: stack.layers, hidden: stack.hidden, serial };
}

/**
 * Cuts a director's power. What its serial port had not sent yet is lost with it: the kernel that
 * all hosts share would go on sending it, for seconds at this speed.
 */
export async function powerOff(lab: Lab, host: string): Promise<void> {
  const whole = [lab.serial, ...(lab.furtherSerial ?? [])].filter((cable) => cable.whole);
  for (const cable of whole) await cable.cut();
  await lab.site.powerOff(host);
  for (const cable of whole) await cable.join();
}
