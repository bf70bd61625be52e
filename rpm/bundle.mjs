// Makes one CommonJS file of a program, or of a library, and of all the JavaScript it uses.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { ON_DEMAND } from './layout.mjs';

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

/** The comments and imports that a compiled program begins with. */
const OPENING = /^(?:\s+|#!.*\n|\/\*[\s\S]*?\*\/|\/\/.*\n|import\b[^;]*;)*/;

/**
 * A program may await at its top; CommonJS may not. What follows the imports is put into a function
 * then; an error in it ends the process as it would have.
 */
function awaitingEntry(entry) {
  const text = readFileSync(entry, 'utf8');
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

/** What both kinds of bundle have in common. */
const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'silent',
  minifySyntax: true,
  minifyWhitespace: true,
};

/**
 * Bundles a library into `file`, as seen from `folder`, where it may be installed. What it exports by
 * default is what `require` returns, so that a bundled `import x from 'NAME'` finds it.
 */
export async function bundleLibrary(name, folder, file) {
  const contents = `const it = require('${name}'); module.exports = it.default ?? it;`;
  await build({ ...COMMON, stdin: { contents, resolveDir: folder }, outfile: file });
}

/**
 * Bundles `entry` into `file`. What is loaded at run time stays outside: koffi (platform/native) and
 * the libraries on demand. Where the source asks for its own URL it is told the bundle's.
 */
export async function bundle(entry, file) {
  await build({
    ...COMMON,
    entryPoints: [entry],
    outfile: file,
    external: ['koffi', ...ON_DEMAND],
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [serialBinding, awaitingEntry(entry)],
  });
}
