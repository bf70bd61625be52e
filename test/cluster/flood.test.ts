/**
 * Ten thousand hostile datagrams a second at a pair: no heartbeat is late, the memory does not
 * grow, and the log gets a line a second. The genuine pair gets the same, for comparison.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, recordingScripts, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { openPair } from '../lab/pair.js';
import { REPOSITORY } from '../lab/place.js';
import { type Stack, type StackName, stack } from '../lab/stack.js';

const RATE = 10_000;
/** The generator may fall short by so much on a busy machine. */
const RATE_LEAST = 0.95 * RATE;
const SECONDS = 30;
const SECONDS_GENUINE = 20;
const CAPTURE_SECONDS = 3;
const LIMIT_MS = 60_000;

/** What garbage collection leaves lying about for a while, in MiB. */
const GROWTH_MAX = 24;
/** What may come on top of it in the second half of the flood: a leak would show there. */
const LATE_GROWTH_MAX = 8;

const TIMERS = { keepalive: '200ms', deadtime: '2', warntime: '500ms', initdead: '6' };
const GROUP = ['225.0.0.1', '694'];
const CAPTURED = '/tmp/earlier-life.json';

const [HOME] = DIRECTORS;

/** Multicast alone, and a key, for a checksum keeps nobody out. */
function files(): ClusterFiles {
  const all = { ...tutorialFiles(TIMERS), ...recordingScripts() };
  const path = '/etc/ha.d/ha.cf';
  const text = (all[path]?.text ?? '').replace(/^(serial|ping_group|respawn|apiauth) .*\n/gm, '');
  return {
    ...all,
    [path]: { text, mode: 0o644 },
    '/etc/ha.d/authkeys': { text: 'auth 1\n1 sha1 a key for the flood\n', mode: 0o600 },
  };
}

/** Everything that is counted of a node. */
interface Tally {
  readonly logBytes: number;
  readonly logLines: number;
  readonly late: number;
  readonly deaths: number;
  /** Of all its processes that are named heartbeat, MiB. */
  readonly memory: number;
  /** Their CPU time, seconds. */
  readonly cpu: number;
  /** Datagrams that the kernel had no room for. */
  readonly dropped: number;
}

const TALLY = `
log=/var/log/ha-log
count() { grep -cE "$1" $log || :; }
wc -c <$log; wc -l <$log
count 'Late heartbeat'
count 'node [^ ]+: is dead'
memory=0 ticks=0
for process in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <$process/cmdline) in heartbeat:*) ;; *) continue ;; esac
  memory=$((memory + $(sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' $process/status)))
  stat=$(cat $process/stat)
  set -- \${stat##*) }
  ticks=$((ticks + \${12} + \${13}))
done 2>/dev/null
echo $memory; echo $ticks
sed -n '/^Udp: [0-9]/p' /proc/net/snmp | cut -d ' ' -f 6`;

async function tally(lab: Lab, node: string): Promise<Tally> {
  const { stdout } = await lab.site.run(node, ['sh', '-c', TALLY]);
  const numbers = stdout.trim().split('\n').map(Number);
  assert.equal(numbers.length, 7, stdout);
  const [logBytes = 0, logLines = 0, late = 0, deaths = 0, memory = 0, ticks = 0, dropped = 0] =
    numbers;
  return { logBytes, logLines, late, deaths, memory: memory / 1024, cpu: ticks / 100, dropped };
}

/** Runs the generator in the client's network; resolves with what it says at its end. */
async function gun(lab: Lab, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const said: string[] = [];
  const program = `${REPOSITORY}test/dist/cluster/floodgun.js`;
  const argv = ['nice', '-n', '-20', process.execPath, program, ...words];
  const take = ({ text }: { readonly text: string }): void => void said.push(text);
  const running = await lab.site.start('client', argv, take, 'network');
  assert.equal(await running.ended, 0, said.join('\n'));
  // Its last line may come a moment after its end.
  const deadline = performance.now() + 1000;
  while (!said.at(-1)?.startsWith('{') && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return JSON.parse(said.at(-1) ?? '') as Record<string, unknown>;
}

interface Outcome {
  /** Of each node: what came during the flood. */
  readonly during: Readonly<Record<string, Tally>>;
  /** MiB in use before, in the middle and after. */
  readonly memory: Readonly<Record<string, readonly number[]>>;
  readonly perSecond: number;
  readonly holders: string;
}

function difference(before: Tally, after: Tally): Tally {
  const names = Object.keys(before) as (keyof Tally)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Tally &
    Record<string, number>;
}

async function holders(lab: Lab): Promise<string> {
  const has = async (node: string): Promise<boolean> =>
    (await lab.site.run(node, ['ip', '-4', 'addr', 'show', 'eth0'])).stdout.includes('136.10/');
  const held = await Promise.all(DIRECTORS.map(has));
  return DIRECTORS.filter((_, index) => held[index]).join(' ');
}

async function tallies(lab: Lab): Promise<Readonly<Record<string, Tally>>> {
  const all = await Promise.all(DIRECTORS.map((node) => tally(lab, node)));
  return Object.fromEntries(DIRECTORS.map((node, index) => [node, all[index] as Tally]));
}

async function floodPair(lab: Lab, seconds: number): Promise<Outcome> {
  const cluster = await Cluster.open(lab, files());
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await gun(lab, 'capture', ...GROUP, String(CAPTURE_SECONDS), `${CAPTURED}.${process.pid}`);
  // What was captured belongs to an earlier life now.
  for (const node of DIRECTORS) await cluster.stop(node);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  // From now on the log is only counted: the genuine one grows by thousands of lines a second.
  await cluster.close();
  const first = await tallies(lab);
  const words = [...GROUP, String(seconds), String(RATE), `${CAPTURED}.${process.pid}`];
  const firing = gun(lab, 'flood', ...words);
  await new Promise((resolve) => setTimeout(resolve, (seconds / 2) * 1000));
  const middle = await tallies(lab);
  const report = await firing;
  const last = await tallies(lab);
  console.log(JSON.stringify(report));
  const memory: Record<string, readonly number[]> = {};
  const during: Record<string, Tally> = {};
  for (const node of DIRECTORS) {
    const of = [first, middle, last].map((all) => all[node] as Tally);
    memory[node] = of.map((one) => one.memory);
    during[node] = difference(of[0] as Tally, of[2] as Tally);
  }
  return { during, memory, perSecond: Number(report.perSecond), holders: await holders(lab) };
}

function print(name: string, outcome: Outcome, seconds: number): void {
  console.log(`${name} pair, ${seconds} s at ${outcome.perSecond} datagrams/s`);
  for (const node of DIRECTORS) {
    const { logBytes, logLines, late, deaths, cpu, dropped } = outcome.during[node] as Tally;
    const memory = outcome.memory[node]?.map((mib) => mib.toFixed(1)).join(' → ');
    const percent = ((100 * cpu) / seconds).toFixed(0);
    console.log(
      `  ${node}: ${late} late heartbeats, ${deaths} false deaths, log ${logLines} lines ` +
        `${logBytes} bytes, memory ${memory} MiB, CPU ${percent} %, ` +
        `${dropped} dropped by the kernel`,
    );
  }
  console.log(`  the group is held by: ${outcome.holders}`);
}

async function withPair(name: StackName, run: (lab: Lab) => Promise<void>): Promise<void> {
  const programs: Stack = stack(name);
  const lab = await openPair(programs);
  try {
    await run(lab);
  } finally {
    await lab.close();
    programs.dispose();
  }
}

test('a flood makes no heartbeat late, takes no memory and leaves a line a second', () =>
  withPair('ours', async (lab) => {
    const outcome = await floodPair(lab, SECONDS);
    print('ours', outcome, SECONDS);
    assert.ok(outcome.perSecond >= RATE_LEAST, `only ${outcome.perSecond} datagrams a second`);
    assert.equal(outcome.holders, HOME);
    for (const node of DIRECTORS) {
      const { late, deaths, logLines } = outcome.during[node] as Tally;
      assert.deepEqual({ node, late, deaths }, { node, late: 0, deaths: 0 });
      assert.ok(logLines <= SECONDS + 2, `${logLines} lines in the log of ${node}`);
      const [before = 0, middle = 0, end = 0] = outcome.memory[node] ?? [];
      assert.ok(end - before <= GROWTH_MAX, `${node} grew from ${before} to ${end} MiB`);
      assert.ok(end - middle <= LATE_GROWTH_MAX, `${node} grew from ${middle} to ${end} MiB`);
    }
  }));

test('the genuine pair in the same flood, for comparison', () =>
  withPair('genuine', async (lab) => {
    const outcome = await floodPair(lab, SECONDS_GENUINE);
    print('genuine', outcome, SECONDS_GENUINE);
    assert.ok(outcome.perSecond > 0);
  }));
