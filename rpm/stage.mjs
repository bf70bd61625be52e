#!/usr/bin/env node
// Lays under a directory exactly what a package installs: `npm run stage -- DIR`.
//
// The tree works wherever it is copied, with nothing but Node.js 20 on PATH. Build before; a source
// that is missing makes this fail with one line that names it.
import { resolve } from 'node:path';
import { layTree } from './tree.mjs';

const [directory, ...more] = process.argv.slice(2);
if (directory === undefined || directory.startsWith('-') || more.length > 0) {
  console.error('usage: npm run stage -- DIR');
  process.exit(2);
}
process.umask(0o022);
try {
  await layTree(resolve(directory), process.arch);
} catch (error) {
  console.error(`stage: ${error.message}`);
  process.exit(1);
}
