// Makes one CommonJS file of a program and of all the JavaScript it uses.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Node's loader of native modules searches for them at run time; in the installed tree the one file
// that fits this machine has a fixed place (see native.mjs), so a line of code takes its place.
const serialBinding = {
  name: 'serial-binding',
  setup(setup) {
    setup.onResolve({ filter: /^node-gyp-build$/ }, () => ({
      path: 'serial-binding',
      namespace: 'native',
    }));
    setup.onLoad({ filter: /.*/, namespace: 'native' }, () => ({
      contents:
        "module.exports = () => require(require('node:path').join(__dirname, 'serialport.node'));",
      loader: 'js',
    }));
  },
};

/** The file that a package of `onDemand` is bundled into, beside the programs. */
export function onDemandFile(name) {
  return `${name}.cjs`;
}

/** A program that imports one of these packages finds it beside itself when it gets there. */
function besideTheBundle(names) {
  return {
    name: 'beside-the-bundle',
    setup(setup) {
      setup.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && names.includes(path)
          ? { path: `./${onDemandFile(path)}`, external: true }
          : undefined,
      );
    },
  };
}

/** The comments and imports that a compiled program begins with. */
const OPENING = /^(?:\s+|\/\*[\s\S]*?\*\/|\/\/.*\n|import\b[^;]*;)*/;

/**
 * A program may await at its top; CommonJS may not. What follows the imports is put into a function
 * then; an error in it ends the process as it would have.
 */
function awaitingEntry(entry) {
  // A launcher starts the bundle, never the shell.
  const text = readFileSync(entry, 'utf8').replace(/^#!.*\n/, '');
  const opening = OPENING.exec(text)?.[0] ?? '';
  const body = text.slice(opening.length);
  const contents = /\bawait\b/.test(body) ? `${opening}void (async () => {${body}\n})();` : text;
  return {
    name: 'awaiting-entry',
    setup(setup) {
      const path = resolve(entry);
      setup.onLoad({ filter: /.*/ }, (file) =>
        file.path === path ? { contents, loader: 'js' } : undefined,
      );
    },
  };
}

/**
 * Bundles `entry` into `file`. koffi stays outside (platform/native loads it at run time), and so
 * do packages of `onDemand` that are imported by `import()`; where the source asks for its own URL
 * it is told the bundle's. Returns the files that went into it.
 */
export async function bundle(entry, file, onDemand = []) {
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['koffi'],
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [serialBinding, besideTheBundle(onDemand), awaitingEntry(entry)],
    legalComments: 'none',
    logLevel: 'silent',
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([name]) => resolve(root, name));
}
