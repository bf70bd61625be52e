/**
 * `npm run bench:node`: what our programs cost a node.
 *
 * For each daemon the time from its start until it is ready; for a resting node (the tutorial's,
 * both directors up) the memory of every process of ours and the processor time at keepalive
 * 100 ms, beside the genuine pair. Exits with 1 when a goal is missed.
 */
import { parseArgs } from 'node:util';
import { Cluster } from '../../lab/cluster.js';
import {
  type ClusterFiles,
  recordedTable,
  type Timers,
  tutorialFiles,
} from '../../lab/clusterfiles.js';
import { DIRECTORS } from '../../lab/lab.js';
import { openPair, type Pair } from '../../lab/pair.js';
import { hostProgram } from '../../lab/place.js';
import { type Stack, stack } from '../../lab/stack.js';
import { type Cost, costs, processesOf, total } from './processcost.js';

const USAGE = `usage: npm run bench:node -- [options]
  --reduced       fewer starts, a shorter rest, no genuine pair; a start may take four times as long
  --runs N        starts of each daemon (default 15; reduced 4)
  --seconds N     how long the resting pair is watched (default 20; reduced 5)
  --tree DIR      our programs as staged in DIR; default: staged anew`;

const START_GOAL_MS = 150;
const MEMORY_GOAL_MB = 110;

/**
 * A bare Node.js lives for this long where the goal was set. On a slower or busier machine a start
 * is given as much longer as a bare Node.js takes there, measured between the starts.
 */
const BARE_NODE_MS = 50;

/** What else runs on the machine does not count: it waits while a start is timed. */
const UNDISTURBED = ['chrt', '--rr', '2'];

/** The gate runs on whatever there is, next to whatever runs there. */
const REDUCED_FACTOR = 4;

const TIMERS: Timers = { keepalive: '100ms', deadtime: '2', warntime: '1', initdead: '5' };

const SETTLE_LIMIT_MS = 120_000;
const STARTS_LIMIT_MS = 300_000;

/** After the takeover the heaps are still growing into their working size. */
const CALM_MS = 3000;

const [HOME] = DIRECTORS;

interface Options {
  readonly reduced: boolean;
  readonly runs: number;
  readonly seconds: number;
}

/** The tutorial's cluster; its serial line carries 19200 baud, too little for such a keepalive. */
function files(): ClusterFiles {
  const all = { ...tutorialFiles(TIMERS), ...recordedTable() };
  const path = '/etc/ha.d/ha.cf';
  const text = (all[path]?.text ?? '').replace(/^baud .*$/m, 'baud 115200');
  return { ...all, [path]: { text, mode: 0o644 } };
}

/** The bench starts ipfail itself, as root. */
function filesWithoutClients(): ClusterFiles {
  const all = files();
  const path = '/etc/ha.d/ha.cf';
  const text = (all[path]?.text ?? '')
    .replace(/^respawn .*\n/gm, '')
    .replace(/^apiauth .*$/gm, 'apiauth ipfail uid=root');
  return { ...all, [path]: { text, mode: 0o644 } };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const pad = (text: string | number, width: number): string => String(text).padStart(width);

/** Times the starts, prints them, and says which daemons missed the goal. */
async function starts(pair: Pair, { runs, reduced }: Options): Promise<readonly string[]> {
  for (const [path, file] of Object.entries(filesWithoutClients())) {
    await pair.site.put(HOME, path, file.text, file.mode);
  }
  const flags = ['--max-old-space-size=64', '--max-semi-space-size=2'];
  const argv = [
    ...UNDISTURBED,
    'node',
    ...flags,
    hostProgram('bench', 'node', 'starts.js'),
    String(runs),
  ];
  const { code, stdout, stderr } = await pair.site.run(HOME, argv, { timeoutMs: STARTS_LIMIT_MS });
  if (code !== 0) throw new Error(`starts: exit ${code}: ${stdout}${stderr}`);
  const times = JSON.parse(stdout) as Readonly<Record<string, readonly number[]>>;
  const bare = median(times['Node.js'] ?? []);
  const slowness = Math.max(1, bare / BARE_NODE_MS);
  const limit = START_GOAL_MS * slowness * (reduced ? REDUCED_FACTOR : 1);
  console.log(`from start to ready, ms, ${runs} starts each`);
  console.log('               least  median    most');
  for (const [name, took] of Object.entries(times)) {
    const [least, most] = [Math.min(...took), Math.max(...took)];
    const row = [least, median(took), most].map((value) => pad(value.toFixed(0), 8)).join('');
    console.log(`  ${name.padEnd(10)}${row}`);
  }
  console.log(
    `  limit for the median: ${limit.toFixed(0)} ms (goal ${START_GOAL_MS} ms, machine ` +
      `${slowness.toFixed(1)} times as slow as one whose Node.js takes ${BARE_NODE_MS} ms` +
      `${reduced ? `, reduced: ${REDUCED_FACTOR} times as long` : ''})\n`,
  );
  return Object.entries(times)
    .filter(([name, took]) => name !== 'Node.js' && !(median(took) <= limit))
    .map(([name, took]) => `${name}: ${median(took).toFixed(0)} ms from start to ready`);
}

/**
 * Gives each host a copy of Node.js: what the pages of one file cost is divided among all that
 * have it mapped, and elsewhere on this machine other programs run on the same file.
 */
const OWN_NODE = `node=$(readlink -f "$(command -v node)")
cp "$node" "$node.own" && mv "$node.own" "$node"`;

/** A pair at rest: what each node's processes cost. */
async function rest(
  programs: Stack,
  seconds: number,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const pair = await openPair(programs);
  try {
    for (const node of DIRECTORS) {
      const { code, stderr } = await pair.site.run(node, ['sh', '-c', OWN_NODE]);
      if (code !== 0) console.log(`  (memory is shared with other programs: ${stderr.trim()})`);
    }
    const cluster = await Cluster.open(pair, files());
    await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
    await cluster.holding(HOME, true, SETTLE_LIMIT_MS);
    await cluster.settled(SETTLE_LIMIT_MS);
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    const look = async () =>
      new Map(
        await Promise.all(
          DIRECTORS.map(async (node) => [node, await processesOf(pair.site, node)] as const),
        ),
      );
    const before = await look();
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const took = (performance.now() - began) / 1000;
    const now = await look();
    await cluster.close();
    return new Map(
      DIRECTORS.map((node) => [node, costs(before.get(node) ?? [], now.get(node) ?? [], took)]),
    );
  } finally {
    await pair.close();
  }
}

function printRest(title: string, nodes: ReadonlyMap<string, readonly Cost[]>): void {
  for (const [node, all] of nodes) {
    console.log(`${title}, ${node}`);
    console.log('                 processes   PSS MB  its own MB   CPU ms/s');
    for (const one of [...all, total(all)]) {
      const { name, count, pssMb, anonymousMb, cpuPerSecond } = one;
      const row = [pad(count, 10), pad(pssMb.toFixed(1), 9), pad(anonymousMb.toFixed(1), 12)];
      console.log(`  ${name.padEnd(14)}${row.join('')}${pad(cpuPerSecond.toFixed(1), 11)}`);
    }
    console.log('');
  }
}

async function bench(tree: string | undefined, options: Options): Promise<readonly string[]> {
  const programs = stack('ours', tree);
  const referee = options.reduced ? undefined : stack('genuine');
  try {
    const pair = await openPair(programs);
    const missed = [...(await starts(pair, options).finally(() => pair.close()))];
    const ours = await rest(programs, options.seconds);
    printRest(`ts-heartbeat at rest, keepalive ${TIMERS.keepalive}`, ours);
    for (const [node, all] of ours) {
      const { pssMb } = total(all);
      const names = new Set(all.map(({ name }) => name));
      const expected = ['heartbeat', 'runner', 'ipfail', ...(node === HOME ? ['ldirectord'] : [])];
      const absent = expected.filter((name) => !names.has(name));
      if (absent.length > 0) missed.push(`${node}: not running: ${absent.join(', ')}`);
      if (!(pssMb <= MEMORY_GOAL_MB)) missed.push(`${node}: ${pssMb.toFixed(1)} MB of memory`);
    }
    if (referee !== undefined) {
      const genuine = await rest(referee, options.seconds);
      printRest(`heartbeat 3.0.6 at rest, keepalive ${TIMERS.keepalive}`, genuine);
    }
    return missed;
  } finally {
    programs.dispose();
    referee?.dispose();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      reduced: { type: 'boolean', default: false },
      runs: { type: 'string' },
      seconds: { type: 'string' },
      tree: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { reduced } = values;
  const runs = Number(values.runs ?? (reduced ? 4 : 15));
  const seconds = Number(values.seconds ?? (reduced ? 5 : 20));
  if (values.help || !(runs >= 1) || !(seconds > 0)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const missed = await bench(values.tree, { reduced, runs, seconds });
  for (const what of missed) console.log(`goal missed: ${what}`);
  if (missed.length === 0) {
    const how = reduced ? 'within the reduced limits' : 'goals reached';
    console.log(`${how} (ready in ${START_GOAL_MS} ms, ${MEMORY_GOAL_MB} MB for all of a node)`);
  }
  return missed.length === 0 ? 0 : 1;
}

process.exit(await main());
