#!/usr/bin/env node
// Builds the Debian package of each architecture: `npm run deb -- [--arch x64|arm64] [DIR]`.
//
// Needs dpkg-deb, and no network. The tree is that of the RPM but for the places in which Debian's
// own packages of heartbeat and ldirectord have the same things.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { environment, here, packages, run, version } from './release.mjs';

/** Of the staged tree: where Debian has it. */
const MOVES = [
  // The genuine package's unit has this path; by the other one dpkg would remove ours with it.
  ['usr/lib/systemd', 'lib/systemd'],
  // resource-agents has a file of this name: see scriptlets/services.sh.
  ['etc/ha.d/shellfuncs', 'usr/lib/ts-heartbeat/shellfuncs'],
  ['etc/sysconfig', 'etc/default'],
];

/** Without it the init script of ldirectord does nothing on Debian. */
const CONFIGURATION = `
# What the init script starts it with.
CONFIG_FILE=/etc/ha.d/ldirectord.cf
`;

/** Files below a folder, relative to it, in the order of their names. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

function control(arch, kibibytes) {
  return `Package: ts-heartbeat
Version: ${version}
Architecture: ${arch}
Maintainer: ts-heartbeat
Installed-Size: ${kibibytes}
Depends: nodejs (>= 20), gawk | mawk, iproute2, passwd, util-linux
Recommends: ipvsadm, logrotate
Provides: heartbeat (= 1:3.0.6+ts${version}), ldirectord (= 1:4.12.0+ts${version})
Conflicts: heartbeat, ldirectord
Replaces: heartbeat, ldirectord
Section: admin
Priority: optional
Description: high availability for LVS clusters: heartbeat and ldirectord
 A drop-in replacement for Linux-HA heartbeat (with haresources), its resource
 scripts and ldirectord, on Node.js. It reads ha.cf, haresources, authkeys and
 ldirectord.cf as they are, and works in one cluster with a node that still
 runs heartbeat 3.0.6.
`;
}

/** What the maintainer scripts share stands in each of them. */
function maintainerScript(name) {
  const text = readFileSync(join(here, 'debian', name), 'utf8');
  return text.replace(/^#include (\S+)\n/gm, (_, file) =>
    readFileSync(join(here, 'scriptlets', file), 'utf8'),
  );
}

function compressManual(tree) {
  const folder = join(tree, 'usr/share/man');
  if (!existsSync(folder)) return;
  for (const name of filesBelow(folder)) {
    const file = join(folder, name);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
    rmSync(file);
  }
}

await packages('deb', ({ tree, architecture: { deb: arch }, out }) => {
  for (const [from, to] of MOVES) {
    mkdirSync(join(tree, to, '..'), { recursive: true });
    renameSync(join(tree, from), join(tree, to));
  }
  appendFileSync(join(tree, 'etc/default/ldirectord'), CONFIGURATION);
  rmSync(join(tree, 'usr/lib64'), { recursive: true });
  compressManual(tree);
  const files = filesBelow(tree);
  const texts = files.map((name) => readFileSync(join(tree, name)));
  const sums = files.map((name, i) => {
    return `${createHash('md5').update(texts[i]).digest('hex')}  ${name}\n`;
  });
  const size = texts.reduce((sum, text) => sum + Math.ceil(text.length / 1024), 0);
  const folder = join(tree, 'DEBIAN');
  mkdirSync(folder);
  writeFileSync(join(folder, 'control'), control(arch, size));
  writeFileSync(join(folder, 'md5sums'), sums.join(''));
  const configuration = files.filter((name) => name.startsWith('etc/'));
  writeFileSync(join(folder, 'conffiles'), configuration.map((name) => `/${name}\n`).join(''));
  for (const name of readdirSync(join(here, 'debian'))) {
    writeFileSync(join(folder, name), maintainerScript(name));
    chmodSync(join(folder, name), 0o755);
  }
  const file = join(out, `ts-heartbeat_${version}_${arch}.deb`);
  const words = ['--root-owner-group', '-Zgzip', '--build', tree, file];
  run('dpkg-deb', words, { env: environment });
  return file;
});
