// Lays under a directory exactly what a package installs, for one architecture.
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
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, onDemandFile } from './bundle.mjs';
import {
  ALIASES,
  BUNDLE_FOLDER,
  BUNDLES,
  COPIES,
  FOLDERS,
  LAUNCHERS,
  LINKS,
  MANUAL,
  ON_DEMAND,
  OPTIONAL_COPIES,
  PROMISED,
  TREES,
} from './layout.mjs';
import { layNative } from './native.mjs';
import { layVendored } from './vendored.mjs';

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
  for (const [source, place] of TREES) {
    const from = join(sources, source);
    for (const name of readdirSync(from, { recursive: true })) {
      if (statSync(join(from, name)).isFile()) copy(join(from, name), join(root, place, name));
    }
  }
  return missing;
}

/** Manual pages go into the section that the end of their name tells. */
function layManual(root) {
  const folder = join(sources, MANUAL.source);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const section = /\.([1-9])$/.exec(name)?.[1];
    if (section !== undefined) copy(join(folder, name), join(root, MANUAL.place(section), name));
  }
}

/**
 * Bundles every program, and lays down what tells of the packages in them; returns the entry points
 * that are missing.
 */
async function layBundles(root, arch) {
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
  const inputs = new Set();
  await Promise.all(
    [...programs, ...packages].map(async ([name, entry]) => {
      try {
        const file = join(folder, name);
        const used = await bundle(entry, file, ON_DEMAND);
        for (const input of used) inputs.add(input);
        chmodSync(file, 0o644);
      } catch (error) {
        missing.push(`${entry} (${error.message.replaceAll('\n', ' ')})`);
      }
    }),
  );
  if (missing.length > 0) return missing;
  for (const file of layNative(join(sources, 'node_modules'), folder, arch)) inputs.add(file);
  layVendored(root, sources, inputs);
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

/** Makes every program of one folder known in the others that configurations name. */
function layAliases(root) {
  for (const folder of ALIASES.folders) {
    const place = join(root, folder);
    // Was one link to the whole folder once.
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(place);
    mkdirSync(place, { recursive: true });
    for (const name of readdirSync(join(root, ALIASES.of))) {
      const link = join(place, name);
      if (ALIASES.others.includes(join(folder, name))) continue;
      rmSync(link, { force: true });
      symlinkSync(join(relative(folder, ALIASES.of), name), link);
    }
  }
}

/**
 * Lays the tree below `root`, which may hold an earlier one.
 *
 * @param arch whose native parts: `x64` or `arm64`, as in `process.arch`.
 * @throws Error with one line that names the sources that are missing.
 */
export async function layTree(root, arch) {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  const missing = [...(await layBundles(root, arch)), ...layCopies(root)];
  layManual(root);
  layLaunchers(root);
  layLinks(root);
  layAliases(root);
  for (const place of PROMISED) if (!existsSync(join(root, place))) missing.push(place);
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
}
