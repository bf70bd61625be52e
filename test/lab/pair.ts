/** The quick lab: two directors and a client as namespaces on this machine, and a pty cable. */

import { BAUD, DIRECTORS, hostSpec, type Lab } from './lab.js';
import { LocalSite } from './localsite.js';
import { expectPrepared } from './notprepared.js';
import { PtyCable } from './ptycable.js';
import type { Stack } from './stack.js';

/**
 * Builds the lab in about 0.2 s, with other hosts of the tutorial where they are named; no daemon
 * runs yet. Throws `NotPrepared` where something is missing. All of it ends with `close`, and with
 * the test's process, however that ends.
 */
export async function openPair(stack: Stack, others: readonly string[] = []): Promise<Lab> {
  expectPrepared();
  const cable = await PtyCable.open(DIRECTORS, BAUD);
  const site = await LocalSite.open().catch(async (error: unknown) => {
    await cable.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await site.close();
    await cable.close();
  };
  try {
    for (const name of DIRECTORS) await site.addHost(hostSpec(name, stack, cable.device(name)));
    for (const name of ['client', ...others]) {
      await site.addHost(hostSpec(name, stack, undefined));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { site, serial: cable, balances: false, close };
}
