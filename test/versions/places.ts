/** The configuration of the pairs that run as programs of their own: for both nodes the same. */
import { readFileSync } from 'node:fs';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { GROUPS } from '@ts-heartbeat/core/scripts.fixture';
import { labFile } from '../lab/place.js';
import type { OldTiming } from './oldnode.js';

export { GROUPS };

export const MULTICAST = '225.0.0.1';
export const PORT = 694;

/** The times of `haCf`. */
export const TIMING: OldTiming = { keepalive: 200, deadtime: 2000, initdead: 5000 };

const KEY = 'any_password';

export const KEYRING: Keyring = {
  signing: 1,
  keys: new Map([[1, { method: 'sha1', key: KEY }]]),
};

function haCf(mode: string): string {
  return [
    'logfile /var/log/ha-log',
    'keepalive 200ms',
    'deadtime 2',
    'warntime 1',
    'initdead 5',
    `mcast eth0 ${MULTICAST} ${PORT} 1 0`,
    `auto_failback ${mode}`,
    'node loadbalancer',
    'node backup',
    '',
  ].join('\n');
}

/** The files of a host by their paths, with scripts that only note what is asked of them. */
export function filesOf(mode: string): Readonly<Record<string, { text: string; mode: number }>> {
  const script = { text: readFileSync(labFile('recorder', 'script.sh'), 'utf8'), mode: 0o755 };
  const haresources = GROUPS.map(({ node, key }) => `${node} ${key}\n`).join('');
  return {
    '/etc/ha.d/ha.cf': { text: haCf(mode), mode: 0o644 },
    '/etc/ha.d/haresources': { text: haresources, mode: 0o644 },
    '/etc/ha.d/authkeys': { text: `auth 1\n1 sha1 ${KEY}\n`, mode: 0o600 },
    '/etc/ha.d/resource.d/lvs': script,
    '/etc/ha.d/resource.d/mail': script,
  };
}
