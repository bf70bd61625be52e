/** Names and addresses of the lab in which the daemons are spoken to. */

export const PORT = 694;

/** Where the scripted peers are: on both networks of the daemons. */
export const AGENT_HOST = 'outside';
const AGENT_ADDRESSES = ['192.168.136.1', '192.168.137.1'] as const;

/** A multicast group of a bench: the third number tells the network. */
export function groupOf(bench: number, network: 0 | 1): string {
  return `225.0.${network}.${bench + 1}`;
}

/** The address from which the peers speak to a group, and at which they hear it. */
export function agentAddress(group: string): string {
  return group.startsWith('225.0.0.') ? AGENT_ADDRESSES[0] : AGENT_ADDRESSES[1];
}

/** Addresses with a prefix length for both interfaces of a host. */
export function addresses(last: number): { addresses: string[]; secondAddresses: string[] } {
  return {
    addresses: [`192.168.136.${last}/24`],
    secondAddresses: [`192.168.137.${last}/24`],
  };
}
