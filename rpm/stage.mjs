#!/usr/bin/env node
// Lays under a directory exactly what a package installs: `npm run stage -- DIR`.
//
// The tree works wherever it is copied, with nothing but Node.js 20 on PATH. Build before; a source
// that is missing makes this fail with one line that names it.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, onDemandFile } from './bundle.mjs';
import {
  BUNDLE_FOLDER,
  BUNDLES,
  COPIES,
  FOLDERS,
  LAUNCHERS,
  LINKS,
  ON_DEMAND,
  OPTIONAL_COPIES,
  PROMISED,
} from './layout.mjs';
import { layNative } from './native.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sources = dirname(here);

function put(file, text, mode) {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

/** Copies a file; of its mode only "may be executed" matters. */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  copyFileSync(from, to);
  chmodSync(to, (statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755);
}

/** Copies what the table says; returns the sources that are missing. */
function layCopies(root) {
  const missing = [];
  for (const [source, place] of COPIES) {
    const from = join(sources, source);
    if (!existsSync(from)) {
      if (!OPTIONAL_COPIES.has(source)) missing.push(source);
    } else if (statSync(from).isDirectory()) {
      for (const entry of readdirSync(from, { withFileTypes: true })) {
        const isScript = entry.isFile() && !entry.name.endsWith('.md');
        if (isScript) copy(join(from, entry.name), join(root, place, entry.name));
      }
    } else {
      copy(from, join(root, place));
    }
  }
  return missing;
}

/** Bundles every program; returns the entry points that are missing. */
async function layBundles(root) {
  const folder = join(root, BUNDLE_FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const missing = [];
  const present = Object.entries(BUNDLES).filter(([, entry]) => {
    const found = existsSync(join(sources, entry));
    if (!found) missing.push(entry);
    return found;
  });
  const programs = present.map(([name, entry]) => [`${name}.cjs`, join(sources, entry)]);
  const { resolve: find } = createRequire(join(sources, 'packages/ts-ldirectord/package.json'));
  const packages = ON_DEMAND.map((name) => [onDemandFile(name), find(name)]);
  await Promise.all(
    [...programs, ...packages].map(async ([name, entry]) => {
      try {
        const file = join(folder, name);
        await bundle(entry, file, ON_DEMAND);
        chmodSync(file, 0o644);
      } catch (error) {
        missing.push(`${entry} (${error.message.replaceAll('\n', ' ')})`);
      }
    }),
  );
  layNative(join(sources, 'node_modules'), folder, process.arch);
  copy(join(here, 'node20.cjs'), join(folder, 'node20.cjs'));
  return missing;
}

function layLaunchers(root) {
  for (const [place, { name, template: file }] of Object.entries(LAUNCHERS)) {
    const template = readFileSync(join(here, file), 'utf8');
    const lib = relative(dirname(place), BUNDLE_FOLDER);
    const text = template.replaceAll('@NAME@', name).replaceAll('@LIB@', lib);
    put(join(root, place), text, 0o755);
  }
}

function layLinks(root) {
  for (const [place, target] of Object.entries(LINKS)) {
    const link = join(root, place);
    mkdirSync(dirname(link), { recursive: true });
    if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory()) continue;
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
}

async function stage(root) {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  const missing = [...(await layBundles(root)), ...layCopies(root)];
  layLaunchers(root);
  layLinks(root);
  for (const place of PROMISED) if (!existsSync(join(root, place))) missing.push(place);
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
}

const [directory, ...more] = process.argv.slice(2);
if (directory === undefined || directory.startsWith('-') || more.length > 0) {
  console.error('usage: npm run stage -- DIR');
  process.exit(2);
}
process.umask(0o022);
try {
  await stage(resolve(directory));
} catch (error) {
  console.error(`stage: ${error.message}`);
  process.exit(1);
}
