/** Configurations of the two directors: the tutorial's own, and the variants of the tests. */

import { readFileSync } from 'node:fs';
import { ADDRESSES, DIRECTORS } from './lab.js';
import { labFile } from './place.js';

/** A file of a director, by its full path. */
export type ClusterFiles = Readonly<
  Record<string, { readonly text: string; readonly mode: number }>
>;

/** The four timers of ha.cf, as they are written there. */
export interface Timers {
  readonly keepalive: string;
  readonly deadtime: string;
  readonly warntime: string;
  readonly initdead: string;
}

/** The tutorial's cluster, with everything shortened that makes a viewer wait. */
export const SHORT: Timers = { keepalive: '1', deadtime: '3', warntime: '2', initdead: '10' };

function tutorial(name: string): string {
  return readFileSync(labFile('tutorial', name), 'utf8');
}

/** ha.cf with other timers and every other byte as it was. */
export function withTimers(text: string, timers: Timers): string {
  return Object.entries(timers).reduce(
    (so, [word, value]) => so.replace(new RegExp(`^${word} .*$`, 'm'), `${word} ${value}`),
    text,
  );
}

/** The directors' names, as the tutorial's /etc/hosts has them. */
function hosts(): string {
  const lines = DIRECTORS.map((name) => `${ADDRESSES[name]?.[0]?.replace(/\/.*/, '')} ${name}\n`);
  return `127.0.0.1 localhost.localdomain localhost\n${lines.join('')}`;
}

/** The tutorial's files in their places; `null` for its own timers. */
export function tutorialFiles(timers: Timers | null): ClusterFiles {
  const hacf = tutorial('ha.cf');
  return {
    '/etc/hosts': { text: hosts(), mode: 0o644 },
    '/etc/ha.d/ha.cf': { text: timers === null ? hacf : withTimers(hacf, timers), mode: 0o644 },
    '/etc/ha.d/haresources': { text: tutorial('haresources'), mode: 0o644 },
    '/etc/ha.d/authkeys': { text: tutorial('authkeys'), mode: 0o600 },
    '/etc/ha.d/ldirectord.cf': { text: tutorial('ldirectord.cf'), mode: 0o644 },
    '/etc/sysconfig/ipvsadm': { text: tutorial('ipvsadm'), mode: 0o644 },
  };
}

function recorder(name: string): { readonly text: string; readonly mode: number } {
  return { text: readFileSync(labFile('recorder', name), 'utf8'), mode: 0o755 };
}

/** Scripts that only note that they were called, in place of those that need a kernel with IPVS. */
export function recordingScripts(): ClusterFiles {
  const script = recorder('script.sh');
  return {
    '/etc/ha.d/resource.d/lvs': script,
    '/etc/ha.d/resource.d/ipvsadm': script,
    '/etc/ha.d/resource.d/ldirectord': script,
  };
}

/** A recorded table in place of the kernel's; only `lvs`, which needs tunl0, cannot run then. */
export function recordedTable(): ClusterFiles {
  return {
    '/usr/sbin/ipvsadm': recorder('ipvsadm.sh'),
    '/etc/ha.d/resource.d/lvs': recorder('script.sh'),
  };
}

/** The tutorial's files, but the serial line is the only medium, and so nothing can be pinged. */
export function serialOnly(files: ClusterFiles): ClusterFiles {
  const path = '/etc/ha.d/ha.cf';
  const text = (files[path]?.text ?? '').replace(
    /^(mcast|udpport|ping_group|respawn|apiauth) .*\n/gm,
    '',
  );
  return { ...files, [path]: { text, mode: 0o644 } };
}
