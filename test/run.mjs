#!/usr/bin/env node
// Runs test suites with Node's own runner: `node test/run.mjs [--jobs N] SUITE|DIRECTORY|TEST...`.
//
// A suite is a name of the table below, `all` stands for each of them, `quick` for those that the
// test command runs; a directory stands for every compiled `*.test.js` below it, and such a file for
// itself. `--list` only prints the files.
// Works the same on every Node from 20 on, whose `--test` differ in how they take directories and
// patterns. All suites are run, also after one has failed; the exit code is 1 if any has.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * `jobs`: test files at the same time; `minutes`: the limit of a file; `boxed`: the suite runs in a
 * machine of its own, where it listens on any port and leaves nothing behind.
 */
const SUITES = {
  // What the long suites judge by is tested as quickly as the packages are.
  unit: {
    places: [
      'packages',
      'test/dist/mixed',
      'test/dist/scenarios',
      'test/dist/bench',
      'test/dist/fuzz',
      'test/dist/sim/genuine',
      'test/dist/sim/judge',
      'test/dist/sim/campaign',
    ],
    jobs: 2,
    minutes: 3,
  },
  house: { places: ['test/dist/house'], jobs: 2, minutes: 3 },
  vectors: { places: ['test/dist/vectors'], jobs: 2, minutes: 3 },
  // The deterministic simulation: hand-written stories, and that a seed is a run.
  sim: {
    places: ['test/dist/sim/stories', 'test/dist/sim/digests', 'test/dist/sim/director'],
    jobs: 2,
    minutes: 5,
  },
  // Deliberate mistakes that it has to notice, and the seeds that once found one.
  simlong: { places: ['test/dist/sim/defects', 'test/dist/sim/kept'], jobs: 2, minutes: 8 },
  // Bad configurations beside the genuine programs.
  config: { places: ['test/dist/config'], jobs: 2, minutes: 5 },
  // Resource scripts in namespaces of their own, beside the genuine ones.
  resources: { places: ['test/dist/resources'], jobs: 2, minutes: 5 },
  // Every other script of the old package, each beside the genuine one where that takes its time.
  resourcescripts: { places: ['test/dist/resourcescripts'], jobs: 2, minutes: 5 },
  // Recorded runs of ldirectord, played on the staged one.
  ldirectord: { places: ['test/dist/ldirectord'], jobs: 2, minutes: 5 },
  // Further stories of ldirectord, most of them beside the genuine one.
  director: { places: ['test/dist/director'], jobs: 2, minutes: 5 },
  // Every check of ldirectord against a real server of its kind.
  services: { places: ['test/dist/services'], jobs: 1, minutes: 6, boxed: true },
  // Namespaces, ptys and real time: one after the other.
  lab: { places: ['test/dist/lab', 'test/dist/demo', 'test/dist/system'], jobs: 1, minutes: 6 },
  // The wire protocol beside the genuine daemon, and peers of older versions.
  wire: { places: ['test/dist/wire', 'test/dist/versions'], jobs: 2, minutes: 6 },
  // Resets by the genuine drivers and by fence agents, beside the genuine daemon.
  fencing: { places: ['test/dist/fencing'], jobs: 2, minutes: 6 },
  // Init scripts, units, options and signals, beside the genuine ones.
  start: { places: ['test/dist/start'], jobs: 2, minutes: 6 },
  // Clocks that step, machines that pause, disks that are full: minutes of real time.
  surroundings: { places: ['test/dist/surroundings'], jobs: 2, minutes: 10 },
  // Whole stories of pairs, most of them with a genuine node. Minutes of real time.
  cluster: { places: ['test/dist/cluster'], jobs: 2, minutes: 10 },
  // Real pairs before the judge of the simulation. Minutes of real time.
  simreal: { places: ['test/dist/simreal'], jobs: 1, minutes: 6 },
  // The configurations of docs/examples, by the commands of their READMEs.
  examples: { places: ['test/dist/examples'], jobs: 1, minutes: 4 },
  // Every command of the documents, on a pair or by the suite that runs it.
  docs: { places: ['test/dist/docs'], jobs: 1, minutes: 4 },
  // Packages built twice, and installed, upgraded and removed in roots of their own.
  packaging: { places: ['test/dist/packaging'], jobs: 2, minutes: 4 },
  // Pairs of installed RPMs: the guide of the migration; in a virtual machine that and the demo.
  installed: { places: ['test/dist/installed'], jobs: 1, minutes: 20 },
  // Each boots a virtual machine: the tutorial's cluster, and ldirectord on the kernel's table.
  vm: { places: ['test/dist/vm'], jobs: 1, minutes: 12 },
  kernel: { places: ['test/dist/kernel'], jobs: 1, minutes: 15 },
};

const ALL = Object.keys(SUITES);

function usage() {
  const names = ['quick', 'all', ...ALL].join('|');
  console.error(`usage: node test/run.mjs [--list] [--jobs N] ${names}|DIRECTORY|TEST...`);
  process.exit(2);
}

/** Too long for the test command. */
const LONG = [
  'wire',
  'resourcescripts',
  'simlong',
  'director',
  'services',
  'fencing',
  'start',
  'surroundings',
  'cluster',
  'simreal',
  'examples',
  'docs',
  'packaging',
  'installed',
  'vm',
  'kernel',
];

/** Runs a command with processes, network and mounts of its own, and a simulated ipvsadm. */
const BOX = [
  'test/ldirectord/box.sh',
  process.execPath,
  join(root, 'test/dist/ldirectord/ipvsadm.js'),
];

/** Where the source of a compiled test is. */
function sourceOf(compiled) {
  return compiled
    .replace(/(^|\/)test\/dist\//, '$1test/')
    .replace('/dist/', '/src/')
    .replace(/\.js$/, '.ts');
}

/** The compiled tests below a folder whose source is still there; or the test that this is. */
function testsBelow(folder) {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.js') && !name.includes('node_modules'))
    .map((name) => relative(process.cwd(), join(folder, name)))
    .filter((name) => existsSync(sourceOf(name)));
}

/** Runs one suite; returns whether it passed. */
function run(name, { places, jobs, minutes, boxed }) {
  const files = places.flatMap(testsBelow).sort();
  if (files.length === 0) {
    console.error(`${name}: no tests in ${places.join(', ')}; build first with \`npm run build\``);
    return false;
  }
  const runner = ['--test', '--test-reporter=spec', `--test-concurrency=${jobs}`];
  const words = [process.execPath, ...runner, `--test-timeout=${minutes * 60_000}`, ...files];
  const [program, ...rest] = boxed ? [...BOX, ...words] : words;
  const result = spawnSync(program, rest, { stdio: 'inherit' });
  return result.status === 0;
}

process.chdir(root);
const words = process.argv.slice(2);
const flag = words.indexOf('--jobs');
const jobs = flag < 0 ? undefined : Number(words.splice(flag, 2)[1]);
const listing = words.includes('--list');
const names = words
  .filter((word) => word !== '--list')
  .flatMap((word) => {
    if (word === 'all') return ALL;
    return word === 'quick' ? ALL.filter((name) => !LONG.includes(name)) : [word];
  });
if (names.length === 0 || (jobs !== undefined && !(jobs > 0))) usage();
const suites = names.map((name) => {
  const isPlace = existsSync(name) && (name.endsWith('.test.js') || statSync(name).isDirectory());
  return SUITES[name] ?? (isPlace ? { places: [name], jobs: 2, minutes: 5 } : usage());
});
if (listing) {
  for (const { places } of suites) for (const file of places.flatMap(testsBelow)) console.log(file);
  process.exit(0);
}

const summary = suites.map((suite, i) => {
  const began = process.hrtime.bigint();
  const passed = run(names[i], { ...suite, jobs: jobs ?? suite.jobs });
  return { name: names[i], passed, seconds: Number(process.hrtime.bigint() - began) / 1e9 };
});
if (summary.length > 1) console.log('\nsuites');
for (const { name, passed, seconds } of summary) {
  console.log(`${passed ? 'passed' : 'FAILED'} ${seconds.toFixed(1).padStart(7)} s  ${name}`);
}
process.exit(summary.every(({ passed }) => passed) ? 0 : 1);
