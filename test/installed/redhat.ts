/** What a Red Hat system has that a host of the lab has not: chkconfig, rc.d, rpm's database. */

import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { labFile } from '../lab/place.js';
import type { Site } from '../lab/site.js';
import type { Stack } from '../lab/stack.js';
import { CHKCONFIG } from '../packaging/bareroot.js';
import { ownArch, type Workplace } from '../packaging/built.js';
import { buildBase, PLACES, REPLACED, type Repackable, repack, STAYING } from './repacked.js';

/** Where an operator keeps the packages, on each node. */
export const FOLDER = '/root/migration';

/**
 * Runs a runlevel as Red Hat's does: what ends there, but only what has left its lock, then what
 * starts there; in the order of the names. In 0 and 6 both kinds are told to stop. Says each.
 */
const RC = `#!/bin/sh
for script in /etc/rc.d/rc$1.d/K??*; do
  name=\${script##*/K??}
  [ -e "$script" ] && [ -e "/var/lock/subsys/$name" ] || continue
  echo "\${script##*/} stop"
  "$script" stop
done
case $1 in 0 | 6) exit 0 ;; esac
for script in /etc/rc.d/rc$1.d/S??*; do
  name=\${script##*/S??}
  [ -e "$script" ] && [ ! -e "/var/lock/subsys/$name" ] || continue
  echo "\${script##*/} start"
  "$script" start
done
`;

/** The command that takes a node to a runlevel. */
export function runlevel(level: 0 | 3): readonly string[] {
  return ['/etc/rc.d/rc', String(level)];
}

/** The web server of the tutorial's real servers, where its package has the init script. */
const HTTPD = `#!/bin/sh
# chkconfig: - 85 15
# description: Web server
case $1 in
start)
  busybox httpd -p 80 -h /var/www/html || exit
  mkdir -p /var/lock/subsys
  : >/var/lock/subsys/httpd
  ;;
stop)
  busybox killall busybox
  rm -f /var/lock/subsys/httpd
  ;;
esac
`;

/** The packages of a node that comes from the genuine ones, and of the product. */
export interface Packages {
  readonly base: string;
  readonly staying: readonly string[];
  readonly replaced: readonly string[];
  readonly ours: string;
}

/** Those of a node that has the product alone. */
export function buildOurs(workplace: Workplace): Packages {
  const ours = workplace.build('rpm', ownArch());
  return { base: buildBase(workplace), staying: [], replaced: [], ours };
}

export function buildPackages(workplace: Workplace): Packages {
  const repacked = (one: Repackable): string => repack(workplace, one);
  return {
    ...buildOurs(workplace),
    staying: STAYING.map(repacked),
    replaced: REPLACED.map(repacked),
  };
}

/**
 * A node without any of the programs, which has those packages in `FOLDER`: `rpm` without further
 * options installs into the node's own root, and keeps its database there.
 */
export function redHat(workplace: Workplace, packages: Packages): Stack {
  const layer = workplace.next('redhat');
  const put = (place: string, text: string, mode: number): void => {
    const file = path.join(layer, place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  put('/usr/sbin/chkconfig', CHKCONFIG, 0o755);
  put('/etc/rpm/macros', '%_dbpath /var/lib/rpm\n', 0o644);
  put('/etc/rc.d/rc', RC, 0o755);
  put('/etc/rc.d/init.d/httpd', HTTPD, 0o755);
  symlinkSync('rc.d/init.d', path.join(layer, 'etc/init.d'));
  const folder = path.join(layer, FOLDER);
  mkdirSync(folder, { recursive: true });
  const files = [packages.base, ...packages.staying, ...packages.replaced, packages.ours];
  for (const file of files) copyFileSync(file, path.join(folder, path.basename(file)));
  return { name: 'ours', layers: [layer], hidden: PLACES, dispose: () => {} };
}

/** A real server: what the tutorial has a user write on it, and nothing of any package. */
export const REAL_SERVER: Stack = {
  name: 'genuine',
  layers: [labFile('genuine')],
  hidden: [],
  dispose: () => {},
};

/** Packages into a node, as its administrator does it; throws with what rpm says. */
export async function install(
  site: Site,
  node: string,
  packages: readonly string[],
): Promise<void> {
  const files = packages.map((file) => path.join(FOLDER, path.basename(file)));
  const argv = ['rpm', '-Uvh', ...files];
  const outcome = await site.run(node, argv, { timeoutMs: RPM_LIMIT_MS });
  const said = outcome.stdout + outcome.stderr;
  if (outcome.code !== 0 || /scriptlet failed|error:/.test(said)) {
    throw new Error(`${argv.join(' ')} on ${node}: exit ${outcome.code}: ${said}`);
  }
}

/** Stopping a service and moving its group is a part of it. */
const RPM_LIMIT_MS = 300_000;
