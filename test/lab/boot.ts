/** What the tutorial's servers start at boot, before heartbeat: their role, and a web server. */

import { ADDRESSES, type Lab } from './lab.js';
import { startWebServer } from './webserver.js';

/** Every server of the tutorial, the two directors included: five in all. */
export const SERVERS: readonly string[] = Object.keys(ADDRESSES).filter((n) => n !== 'client');

/** `/etc/init.d/tunl start`: the virtual address on tunl0, unknown to the network; then the web. */
export async function bootServer(lab: Lab, host: string): Promise<void> {
  if (lab.balances) {
    const outcome = await lab.site.run(host, ['/etc/init.d/tunl', 'start']);
    if (outcome.code !== 0) {
      throw new Error(`/etc/init.d/tunl start on ${host}: ${outcome.stdout} ${outcome.stderr}`);
    }
  }
  await startWebServer(lab.site, host);
}
