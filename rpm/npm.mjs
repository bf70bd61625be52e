#!/usr/bin/env node
// Packs the commands for npm, for each architecture: `npm run tarball -- [--arch x64|arm64] [DIR]`.
//
// What is made is one package without dependencies: `npm install -g FILE` needs no network. It brings
// the commands, and the whole tree beside them; what a system has to be told (accounts, start at
// boot) only the RPM and the Debian package do.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, license, packages, run, sources, version } from './release.mjs';

/** The commands of a package: by their name on the PATH. */
const COMMANDS = {
  cl_status: 'usr/bin/cl_status',
  heartbeat: 'usr/lib/heartbeat/heartbeat',
  hb_standby: 'usr/share/heartbeat/hb_standby',
  hb_takeover: 'usr/share/heartbeat/hb_takeover',
  ipfail: 'usr/lib/heartbeat/ipfail',
  ldirectord: 'usr/sbin/ldirectord',
};

function description(arch) {
  const { engines } = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));
  return {
    name: `ts-heartbeat-linux-${arch}`,
    version,
    description: 'High availability for LVS clusters: heartbeat and ldirectord',
    license,
    engines,
    os: ['linux'],
    cpu: [arch],
    libc: ['glibc'],
    bin: COMMANDS,
    files: ['etc', 'usr'],
  };
}

await packages('tarball', ({ tree, architecture: { node: arch }, out }) => {
  // Links, which npm leaves out, and what is of use to a service manager alone.
  for (const place of ['usr/lib64', 'usr/libexec', 'usr/lib/systemd', 'etc/logrotate.d']) {
    rmSync(join(tree, place), { recursive: true });
  }
  writeFileSync(join(tree, 'package.json'), `${JSON.stringify(description(arch), null, 2)}\n`);
  const words = ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', out];
  const [{ filename }] = JSON.parse(run('npm', words, { cwd: tree, env: environment }));
  return join(out, filename);
});
