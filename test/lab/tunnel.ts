/** tunl0 where the kernel has no tunnels: a device that takes the role scripts' addresses. */

import type { Site } from './site.js';

const TUNNEL = ['ip', 'link', 'add', 'tunl0', 'type', 'veth', 'peer', 'name', 'tunl0-peer'];

/** Gives a host the device, until its next boot. Nothing comes through it. */
export async function standInTunnel(site: Site, host: string): Promise<void> {
  const { code, stderr } = await site.run(host, TUNNEL);
  if (code !== 0) throw new Error(`no tunl0 on ${host}: ${stderr}`);
}
