/** What a machine must have installed to run a lab, and what to do where it has not. */

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Tells that this machine cannot run the lab as it is; the message says what to do. */
export class NotPrepared extends Error {}

/** Program and the Debian package it comes from. */
const PROGRAMS: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
  ping: 'iputils-ping',
  arping: 'iputils-arping',
  nft: 'nftables',
  socat: 'socat',
  busybox: 'busybox-static',
};

function installed(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Throws `NotPrepared` unless the namespace lab can be built and used here. */
export function expectPrepared(): void {
  if (process.getuid?.() !== 0) {
    throw new NotPrepared('The lab makes namespaces and bridges: it must run as root.');
  }
  const missing = Object.entries(PROGRAMS).filter(([program]) => !installed(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].sort().join(' ');
  throw new NotPrepared(
    'The lab needs packages that are not installed here. As root:\n' +
      `  apt-get update && apt-get install -y --no-install-recommends ${packages}`,
  );
}
