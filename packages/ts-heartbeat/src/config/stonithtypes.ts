/**
 * The fencing drivers that cluster-glue installs, with how many parameters each must be given, and
 * the agents of fence-agents.
 */
import { readdirSync } from 'node:fs';
import type { StonithType } from '@ts-heartbeat/core/config/machine';
import { AGENT, AGENT_DIRECTORY } from '../fencing/device.js';

/** Where cluster-glue keeps them: Debian and 32 bit, then 64 bit Red Hat systems. */
const DIRECTORIES = ['/usr/lib/stonith/plugins', '/usr/lib64/stonith/plugins'];

/** As `stonith -t TYPE -n` of cluster-glue 1.0.12 lists them. */
const PARAMETERS: Readonly<Record<string, number>> = {
  apcmaster: 3,
  apcmastersnmp: 3,
  apcsmart: 2,
  baytech: 3,
  bladehpi: 1,
  cyclades: 3,
  drac3: 3,
  ibmhmc: 1,
  ipmilan: 8,
  meatware: 1,
  null: 1,
  nw_rpc100s: 2,
  rcd_serial: 4,
  rps10: 1,
  ssh: 1,
  suicide: 0,
  wti_mpc: 4,
  wti_nps: 2,
};

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * The drivers of this machine by name; those that are scripts are called `external/NAME`, agents
 * `fence_NAME`.
 */
export function systemStonithTypes(root = ''): ReadonlyMap<string, StonithType> {
  const types = new Map<string, StonithType>();
  for (const directory of DIRECTORIES) {
    for (const file of names(`${root}${directory}/stonith2`)) {
      const [, name] = /^(.+)\.so$/.exec(file) ?? [];
      // `external` is what runs the scripts.
      if (name === undefined || name === 'external') continue;
      const parameters = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
      types.set(name, parameters === undefined ? {} : { parameters });
    }
    for (const script of names(`${root}${directory}/external`)) {
      // Their own count is known only to them; every one of them wants something.
      types.set(`external/${script}`, { parameters: 1 });
    }
  }
  for (const agent of names(`${root}${AGENT_DIRECTORY}`)) {
    if (AGENT.test(agent)) types.set(agent, { named: true });
  }
  return types;
}
