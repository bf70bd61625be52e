/** A lab of one program: a host for each daemon, and one for the peers that speak to them. */
import { LocalSite } from '../lab/localsite.js';
import { type StackName, stack } from '../lab/stack.js';
import { Agent } from './agentlink.js';
import { AGENT_HOST, addresses } from './places.js';

export interface BenchLab {
  readonly site: LocalSite;
  readonly stack: StackName;
  readonly agent: Agent;
}

/** Builds a lab with hosts of these names, uses it, and takes it down. */
export async function withBenchLab<T>(
  name: StackName,
  hosts: readonly string[],
  use: (lab: BenchLab) => Promise<T>,
): Promise<T> {
  const programs = stack(name);
  const { layers, hidden } = programs;
  const site = await LocalSite.open();
  try {
    await site.addHost({ name: AGENT_HOST, ...addresses(1) });
    for (const [place, host] of hosts.entries()) {
      await site.addHost({ name: host, ...addresses(11 + place), layers, hidden });
    }
    return await use({ site, stack: name, agent: await Agent.open(site) });
  } finally {
    await site.close();
    programs.dispose();
  }
}
