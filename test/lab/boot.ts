/** What the tutorial's servers start at boot, before heartbeat: their role, and a web server. */

import { ADDRESSES, type Lab, VIRTUAL_ADDRESS } from './lab.js';
import { startWebServer } from './webserver.js';

/** Every server of the tutorial, the two directors included: five in all. */
export const SERVERS: readonly string[] = Object.keys(ADDRESSES).filter((n) => n !== 'client');

/**
 * The tutorial's init script, where it has the user put it. It is one of the resource scripts,
 * which finds the address in its settings file: a real server has no haresources.
 */
const TUNL = `
printf 'VIP="${VIRTUAL_ADDRESS}"\\n' >/etc/sysconfig/tunl
[ -e /etc/init.d/tunl ] || ln -s /etc/ha.d/resource.d/tunl /etc/init.d/tunl
exec /etc/init.d/tunl start`;

/** `/etc/init.d/tunl start`: the virtual address on tunl0, unknown to the network; then the web. */
export async function bootServer(lab: Lab, host: string): Promise<void> {
  if (lab.balances) {
    const outcome = await lab.site.run(host, ['sh', '-c', `mkdir -p /etc/sysconfig${TUNL}`]);
    if (outcome.code !== 0) {
      throw new Error(`/etc/init.d/tunl start on ${host}: ${outcome.stdout} ${outcome.stderr}`);
    }
  }
  await startWebServer(lab.site, host);
}
