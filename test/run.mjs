#!/usr/bin/env node
// Runs test files with Node's own runner: `node test/run.mjs [--jobs N] DIRECTORY...`, every compiled
// `*.test.js` below the directories. Works the same on every Node from 20 on, whose `--test` differ
// in how they take directories and patterns.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const words = process.argv.slice(2);
let jobs = '2';
const directories = [];
while (words.length > 0) {
  const word = words.shift();
  if (word === '--jobs') jobs = words.shift() ?? jobs;
  else directories.push(word);
}

const files = directories.flatMap((directory) => {
  if (!existsSync(directory)) {
    console.error(`${directory}: no such directory; build first with \`npm run build\``);
    process.exit(2);
  }
  return readdirSync(directory, { recursive: true })
    .filter((name) => name.endsWith('.test.js') && !name.includes('node_modules'))
    .map((name) => join(directory, name));
});
if (files.length === 0) {
  console.error(`no test file below ${directories.join(' ')}`);
  process.exit(2);
}
const result = spawnSync(
  process.execPath,
  ['--test', `--test-concurrency=${jobs}`, '--test-timeout=300000', ...files.sort()],
  { stdio: 'inherit' },
);
process.exit(result.status ?? 1);
