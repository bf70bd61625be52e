// Makes one CommonJS file of a program and of all the JavaScript it uses.
import { build } from 'esbuild';

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

/**
 * Bundles `entry` into `file`. koffi stays outside (platform/native loads it at run time); where
 * the source asks for its own URL it is told the bundle's.
 */
export async function bundle(entry, file) {
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['koffi'],
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [serialBinding],
    legalComments: 'none',
    logLevel: 'silent',
    minifySyntax: true,
    minifyWhitespace: true,
  });
}
