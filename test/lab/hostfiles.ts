/** What a host of the lab consists of on disk: its mounts, devices and first files. */

import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { REPOSITORY, REPOSITORY_IN_HOST } from './place.js';
import type { Device, HostSpec } from './site.js';

/** Device files every program may expect. */
const DEVICES = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty'];

/** Programs that would take the machine down; in a host they end its processes and leave a note. */
const POWER_PROGRAMS = ['reboot', 'halt', 'poweroff', 'shutdown'];
const POWER_SCRIPT = `#!/bin/sh
echo "$0 $*" >>/var/log/reboot-called
kill -9 -1
`;

/** The accounts of a heartbeat package, for a machine that has none installed. */
const ACCOUNT = 'hacluster:x:694:694:heartbeat:/var/lib/heartbeat:/usr/sbin/nologin\n';
const GROUP = 'haclient:x:694:\n';

/** Blanks are written as octal in a table of mounts. */
function word(path: string): string {
  return path.replace(/[\\ \t]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Files that are on another file system than `/` and yet needed in a host: where Node is. */
function reach(): string[] {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return statSync(prefix).dev === statSync('/').dev ? [] : [prefix];
}

/** The table of mounts that makes a host's file tree under `directory`/root, out of `layers`. */
export function mountTable(spec: HostSpec, directory: string, layers: readonly string[]): string {
  const root = join(directory, 'root');
  const lower = [...layers, '/'];
  const lines: string[] = [];
  const add = (source: string, target: string, type: string, options: string): void => {
    lines.push(`${word(source)} ${word(join(root, target))} ${type} ${word(options)} 0 0`);
  };
  const bind = (source: string, target: string): void => add(source, target, 'none', 'bind');
  const disk = join(directory, 'disk');
  add(
    'overlay',
    '/',
    'overlay',
    `lowerdir=${lower.join(':')},upperdir=${disk},workdir=${directory}/work`,
  );
  bind(join(directory, 'dev'), '/dev');
  for (const device of [...DEVICES, ...(spec.devices ?? [])]) bind(device, device);
  for (const [n, port] of (spec.serial ?? []).entries()) bind(realpathSync(port), `/dev/ttyS${n}`);
  add('devpts', '/dev/pts', 'devpts', 'newinstance,ptmxmode=0666,mode=620,gid=5');
  add('shm', '/dev/shm', 'tmpfs', 'mode=1777');
  add('proc', '/proc', 'proc', 'defaults');
  // Only the settings of its own network may be changed from inside a host.
  bind(join(root, 'proc/sys/net'), '/proc/sys/net');
  add(join(root, 'proc/sys'), '/proc/sys', 'none', 'rbind,ro');
  if (existsSync('/proc/sysrq-trigger')) bind('/dev/null', '/proc/sysrq-trigger');
  add('sysfs', '/sys', 'sysfs', 'ro');
  add('run', '/run', 'tmpfs', 'mode=755');
  if (!lstatSync('/var/run').isSymbolicLink()) bind(join(root, 'run'), '/var/run');
  add('tmp', '/tmp', 'tmpfs', 'mode=1777');
  bind(join(directory, 'log'), '/var/log');
  for (const path of reach()) add(path, path, 'none', 'rbind,ro');
  add(REPOSITORY, REPOSITORY_IN_HOST, 'none', 'rbind,ro,X-mount.mkdir');
  return `${lines.join('\n')}\n`;
}

/** The `ip -batch` lines a host runs on its own network at each boot. */
export function networkBatch(spec: HostSpec): string {
  const add = (device: string) => (address: string) => {
    // An IPv6 address would be on trial for a second before it can be used.
    const manner = address.includes(':') ? 'nodad' : 'brd +';
    return `addr add ${address} ${manner} dev ${device}\n`;
  };
  const addresses = spec.addresses.map(add('eth0'));
  if (spec.secondAddresses !== undefined) {
    addresses.push(...spec.secondAddresses.map(add('eth1')), 'link set eth1 up\n');
  }
  const gateway = GATEWAY.replace(/\/.*/, '');
  const own = spec.addresses.some((address) => address === GATEWAY);
  const route = own ? '' : `route add default via ${gateway}\n`;
  return `link set lo up\n${addresses.join('')}link set eth0 up\n${route}`;
}

/** The client's address is every other host's way out. */
const GATEWAY = '192.168.136.1/24';

/** A fixed hardware address per device, so that a neighbour's table can be read. */
export function hardwareAddress(spec: HostSpec, device: Device): string {
  const last = Number(/\.(\d+)\//.exec(spec.addresses[0] ?? '')?.[1] ?? '0');
  const network = device === 'eth0' ? '88' : '89';
  return `02:00:c0:a8:${network}:${last.toString(16).padStart(2, '0')}`;
}

/** Where a path of the machine really is (`/sbin` may be a link), for writing it in a layer. */
export function realPlace(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) ? join(realpathSync(parent), path.slice(parent.length)) : path;
}

/** Lays out the directory of a host: devices to bind over, log, disk with its first files. */
export async function layOut(spec: HostSpec, at: string, hosts: string): Promise<void> {
  for (const name of ['root', 'work', 'disk', 'log', 'dev', 'dev/pts', 'dev/shm']) {
    await mkdir(join(at, name), { recursive: true, mode: 0o755 });
  }
  const ports = (spec.serial ?? []).map((_port, n) => `/dev/ttyS${n}`);
  const devices = [...DEVICES, ...(spec.devices ?? []), ...ports];
  for (const device of devices) await writeFile(join(at, device), '');
  await symlink('pts/ptmx', join(at, 'dev/ptmx'));
  await symlink('/proc/self/fd', join(at, 'dev/fd'));
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    await symlink(`/proc/self/fd/${fd}`, join(at, 'dev', name));
  }
  const disk = join(at, 'disk');
  const put = async (path: string, text: string, mode: number): Promise<void> => {
    const target = join(disk, realPlace(path));
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, text, { mode });
    await chmod(target, mode);
  };
  await put('/etc/hostname', `${spec.name}\n`, 0o644);
  await put('/etc/hosts', hosts, 0o644);
  await put('/etc/resolv.conf', '', 0o644);
  for (const program of POWER_PROGRAMS) await put(`/sbin/${program}`, POWER_SCRIPT, 0o755);
  const passwd = await readFile('/etc/passwd', 'utf8');
  const group = await readFile('/etc/group', 'utf8');
  if (!/^haclient:/m.test(group)) await put('/etc/group', group + GROUP, 0o644);
  if (!/^hacluster:/m.test(passwd)) await put('/etc/passwd', passwd + ACCOUNT, 0o644);
}
