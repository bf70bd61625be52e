#!/usr/bin/env node
// Builds the RPM of each architecture: `npm run rpm -- [--arch x64|arm64] [DIR]`.
//
// Needs rpmbuild, and no network; a build on a machine of one architecture makes the other's too.
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { environment, epoch, here, pack, packages, run, version } from './release.mjs';

/** As a changelog of a spec has it: Mon Nov 30 2026. */
function changelogDate() {
  return run('date', ['-u', '-d', `@${epoch}`, '+%a %b %d %Y'], { env: environment }).trim();
}

await packages('rpm', ({ tree, architecture: { rpm: target }, work, out }) => {
  const sourceFolder = join(work, 'SOURCES');
  mkdirSync(sourceFolder);
  pack(tree, join(sourceFolder, `ts-heartbeat-${version}-${target}.tar.gz`));
  const macros = {
    _topdir: work,
    product_version: version,
    product_date: changelogDate(),
    scriptlets: join(here, 'scriptlets'),
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => [
    '--define',
    `${name} ${value}`,
  ]);
  const spec = join(here, 'ts-heartbeat.spec');
  // Where the machine's own packages are not RPMs, none would be found.
  const words = ['-bb', '--nodeps', '--target', target, ...defines, spec];
  run('rpmbuild', words, { env: environment });
  const made = join(work, 'RPMS', target, `ts-heartbeat-${version}-1.${target}.rpm`);
  copyFileSync(made, join(out, basename(made)));
  return join(out, basename(made));
});
