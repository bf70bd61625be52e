#!/usr/bin/env node
// Adds to node_modules what packages for the other architectures need: `npm run rpm:prepare`.
//
// npm installs the native parts of this machine's architecture alone. Those of the others are
// fetched here, as package-lock.json names them, with its digests; afterwards nothing needs a network.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = dirname(dirname(fileURLToPath(import.meta.url)));
const ARCHITECTURES = ['x64', 'arm64'];

function run(program, ...words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}

/** Fetches one package and unpacks it to its place, if it is not there in this version. */
function fetchPackage(name, { version, integrity }) {
  const place = join(sources, 'node_modules', name);
  const description = join(place, 'package.json');
  if (existsSync(description)) {
    if (JSON.parse(readFileSync(description, 'utf8')).version === version) return;
    rmSync(place, { recursive: true });
  }
  const folder = mkdtempSync(join(tmpdir(), 'prepare-'));
  try {
    run('npm', 'pack', '--silent', '--pack-destination', folder, `${name}@${version}`);
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    const archive = readFileSync(join(folder, file));
    const digest = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    if (digest !== integrity) throw new Error(`${name}: not what package-lock.json says`);
    // Beside its place, so that it is there as a whole or not at all.
    const half = `${place}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    run('tar', '-xzf', join(folder, file), '-C', half, '--strip-components=1', '--no-same-owner');
    renameSync(half, place);
    console.log(`${name} ${version} added`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  const lock = JSON.parse(readFileSync(join(sources, 'package-lock.json'), 'utf8')).packages;
  for (const arch of ARCHITECTURES) {
    const name = `@koromix/koffi-linux-${arch}`;
    fetchPackage(name, lock[`node_modules/${name}`]);
  }
} catch (error) {
  console.error(`prepare: ${error.message}`);
  process.exit(1);
}
