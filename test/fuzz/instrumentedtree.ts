/** A copy of the compiled packages and of this folder in which every branch is counted. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrument } from './instrument.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGES = join(HERE, '../../../packages');

/** The names under which the packages are imported, by their folders. */
const NAMES: Readonly<Record<string, string>> = {
  core: '@ts-heartbeat/core',
  platform: '@ts-heartbeat/platform',
  'ts-heartbeat': 'ts-heartbeat',
  'ts-ldirectord': 'ts-ldirectord',
  'ts-resource-runner': 'ts-resource-runner',
};

/** Beside this folder, so that everything is found from the copy as it is from here. */
export function treePath(): string {
  return `${HERE}ing-${process.pid}`;
}

/** Where the same is without counters. */
export const PLAIN_TREE = HERE;

/** Makes the copy; only the packages have counters in it. `removeTree` takes it away. */
export function instrumentTree(tree: string): void {
  cpSync(HERE, tree, {
    recursive: true,
    filter: (from) => !/\.(?:map|d\.ts|test\.js)$/.test(from),
  });
  for (const [folder, name] of Object.entries(NAMES)) {
    const to = join(tree, 'node_modules', name);
    mkdirSync(to, { recursive: true });
    cpSync(join(PACKAGES, folder, 'package.json'), join(to, 'package.json'));
    instrumentFolder(join(PACKAGES, folder, 'dist'), join(to, 'dist'));
  }
}

export function removeTree(tree: string): void {
  rmSync(tree, { recursive: true, force: true });
}

function instrumentFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) instrumentFolder(source, copy);
    else if (/\.fixture\.js$/.test(entry.name)) cpSync(source, copy);
    else if (/^(?!.*\.test\.js$).*\.js$/.test(entry.name) && !from.endsWith('/bin')) {
      writeFileSync(copy, instrument(readFileSync(source, 'utf8')));
    }
  }
}
