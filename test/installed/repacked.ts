/** Debian's packages of the genuine programs as RPMs: the same files, Red Hat's places and scriptlets. */

import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { GENUINE_PLACES } from '../lab/stack.js';
import { AT_ONCE } from '../lab/wholemessages.js';
import { run, type Workplace } from '../packaging/built.js';
import { isConfiguration, serviceScriptlets } from '../packaging/toy.js';

/** Where files of the packages are that come by RPM here: hosts see nothing of the machine's own. */
export const PLACES: readonly string[] = [
  ...GENUINE_PLACES,
  ...['/usr/bin/cl_respawn', '/etc/logrotate.d/heartbeat', '/etc/logrotate.d/ldirectord'],
];

/** A package of Debian's that is installed here. */
export interface Repackable {
  readonly name: string;
  readonly version: string;
  /** Has an init script of its name. */
  readonly service: boolean;
}

/** Those that the product replaces. */
export const REPLACED: readonly Repackable[] = [
  { name: 'heartbeat', version: '3.0.6', service: true },
  { name: 'ldirectord', version: '4.12.0', service: true },
];

/** Those that stay. */
export const STAYING: readonly Repackable[] = [
  { name: 'resource-agents', version: '4.12.0', service: false },
  { name: 'cluster-glue', version: '1.0.12', service: false },
];

/** What every node has, from packages whose files are the machine's. */
const BASE = [
  ...['nodejs = 1:22', 'coreutils', 'gawk', 'grep', 'iproute', 'sed', 'util-linux'],
  ...['shadow-utils', 'ipvsadm', 'logrotate', '/bin/sh', '/sbin/chkconfig'],
];

/** On Red Hat's systems `/usr/lib/heartbeat` has it, and the tutorial's ha.cf says so. */
const IPFAIL = { place: '/usr/lib/heartbeat/ipfail', target: '../../libexec/heartbeat/ipfail' };

function head(name: string, version: string): string {
  return `
%global _binary_payload w1.gzdio
%global debug_package %{nil}
%global _build_id_links none
%global __os_install_post %{nil}
Name: ${name}
Version: ${version}
Release: 1
Summary: Stands for the distribution's package
License: Various
AutoReqProv: no
`;
}

/** Builds from a spec whose files are below `folder`/tree; returns the path of the RPM. */
function build(folder: string, name: string, version: string, spec: string): string {
  mkdirSync(path.join(folder, 'tree'), { recursive: true });
  const file = path.join(folder, 'package.spec');
  writeFileSync(file, spec);
  run('rpmbuild', '-bb', '--define', `_topdir ${folder}`, file);
  const arch = run('rpm', '--eval', '%{_arch}').trim();
  return path.join(folder, 'RPMS', arch, `${name}-${version}-1.${arch}.rpm`);
}

/** The package that stands for all that a node has besides. */
export function buildBase(workplace: Workplace): string {
  const provides = BASE.map((what) => `Provides: ${what}\n`).join('');
  const spec = `${head('base', '1')}${provides}%description\nBase.\n%files\n`;
  return build(workplace.next('base'), 'base', '1', spec);
}

/** Where Red Hat's packages have a file of Debian's. */
function redHatPlace(place: string): string {
  return place.replace(/^\/etc\/init\.d\//, '/etc/rc.d/init.d/');
}

/** A line of the list of files, with mode and owner as they are on this machine. */
function line(place: string, from: string, owner: string): string {
  const stat = lstatSync(from);
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  if (stat.isDirectory()) return `%dir %attr(${mode},${owner}) ${place}`;
  const kind = isConfiguration(place) ? '%config(noreplace) ' : '';
  return `${kind}${stat.isSymbolicLink() ? '' : `%attr(${mode},${owner}) `}${place}`;
}

/** Builds an RPM of it. */
export function repack(workplace: Workplace, { name, version, service }: Repackable): string {
  const folder = workplace.next(name);
  const owned = run('dpkg', '-L', name)
    .trim()
    .split('\n')
    .filter((place) => PLACES.some((top) => place === top || place.startsWith(`${top}/`)));
  const owners = run('stat', '-c', '%U,%G', ...owned).split('\n');
  const lines: string[] = [];
  for (const [index, from] of owned.entries()) {
    const place = redHatPlace(from);
    const to = path.join(folder, 'tree', place);
    const stat = lstatSync(from);
    mkdirSync(stat.isDirectory() ? to : path.dirname(to), { recursive: true });
    if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (stat.isFile()) copyFileSync(from, to);
    if (place === '/etc/ha.d/shellfuncs') writeFileSync(to, AT_ONCE, { flag: 'a' });
    lines.push(line(place, from, owners[index] ?? 'root,root'));
  }
  if (name === 'heartbeat') {
    symlinkSync(IPFAIL.target, path.join(folder, 'tree', IPFAIL.place));
    lines.push(IPFAIL.place);
  }
  const files = `%files\n${lines.join('\n')}\n`;
  const install = '%description\n%{summary}.\n%install\ncp -a %{_topdir}/tree/. %{buildroot}\n';
  const scriptlets = service ? serviceScriptlets(name) : '';
  return build(folder, name, version, `${head(name, version)}${install}${scriptlets}${files}`);
}
