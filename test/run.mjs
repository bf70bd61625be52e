#!/usr/bin/env node
// Runs test suites with Node's own runner: `node test/run.mjs [--jobs N] SUITE|DIRECTORY...`.
//
// A suite is a name of the table below; a directory stands for every compiled `*.test.js` below it.
// Works the same on every Node from 20 on, whose `--test` differ in how they take directories and
// patterns. All suites are run, also after one has failed; the exit code is 1 if any has.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** `jobs`: test files at the same time; `minutes`: the limit of a file. */
const SUITES = {
  unit: { places: ['packages'], jobs: 2, minutes: 3 },
  house: { places: ['test/dist/house'], jobs: 2, minutes: 3 },
  vectors: { places: ['test/dist/vectors'], jobs: 2, minutes: 3 },
  // Bad configurations beside the genuine programs.
  config: { places: ['test/dist/config'], jobs: 2, minutes: 5 },
  // Resource scripts in namespaces of their own, beside the genuine ones.
  resources: { places: ['test/dist/resources'], jobs: 2, minutes: 5 },
  // Recorded runs of ldirectord, played on the staged one.
  ldirectord: { places: ['test/dist/ldirectord'], jobs: 2, minutes: 5 },
  // Namespaces, ptys and real time: one after the other.
  lab: { places: ['test/dist/lab', 'test/dist/demo', 'test/dist/system'], jobs: 1, minutes: 6 },
  // Boots a virtual machine.
  vm: { places: ['test/dist/vm'], jobs: 1, minutes: 12 },
};

function usage() {
  console.error(
    `usage: node test/run.mjs [--jobs N] ${Object.keys(SUITES).join('|')}|DIRECTORY...`,
  );
  process.exit(2);
}

/** Where the source of a compiled test is. */
function sourceOf(compiled) {
  return compiled
    .replace(/(^|\/)test\/dist\//, '$1test/')
    .replace('/dist/', '/src/')
    .replace(/\.js$/, '.ts');
}

/** The compiled tests below a folder whose source is still there. */
function testsBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.js') && !name.includes('node_modules'))
    .map((name) => relative(process.cwd(), join(folder, name)))
    .filter((name) => existsSync(sourceOf(name)));
}

/** Runs one suite; returns whether it passed. */
function run(name, { places, jobs, minutes }) {
  const files = places.flatMap(testsBelow).sort();
  if (files.length === 0) {
    console.error(`${name}: no tests in ${places.join(', ')}; build first with \`npm run build\``);
    return false;
  }
  const words = ['--test', '--test-reporter=spec', `--test-concurrency=${jobs}`];
  const result = spawnSync(
    process.execPath,
    [...words, `--test-timeout=${minutes * 60_000}`, ...files],
    { stdio: 'inherit' },
  );
  return result.status === 0;
}

process.chdir(root);
const words = process.argv.slice(2);
const flag = words.indexOf('--jobs');
const jobs = flag < 0 ? undefined : Number(words.splice(flag, 2)[1]);
if (words.length === 0 || (jobs !== undefined && !(jobs > 0))) usage();

const summary = [];
for (const word of words) {
  const isFolder = existsSync(word) && statSync(word).isDirectory();
  const suite = SUITES[word] ?? (isFolder ? { places: [word], jobs: 2, minutes: 5 } : usage());
  const began = process.hrtime.bigint();
  const passed = run(word, { ...suite, jobs: jobs ?? suite.jobs });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  summary.push({ word, passed, seconds });
}
if (summary.length > 1) console.log('\nsuites');
for (const { word, passed, seconds } of summary) {
  console.log(`${passed ? 'passed' : 'FAILED'} ${seconds.toFixed(1).padStart(7)} s  ${word}`);
}
process.exit(summary.every(({ passed }) => passed) ? 0 : 1);
