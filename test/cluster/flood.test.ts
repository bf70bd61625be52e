/**
 * Ten thousand hostile datagrams a second at a pair: no heartbeat is late, the memory does not
 * grow, and the log gets a line a second. The genuine pair gets the same, for comparison.
 */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, recordingScripts, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Director, type Lab, VIRTUAL_ADDRESS } from '../lab/lab.js';
import { openPair } from '../lab/pair.js';
import { REPOSITORY } from '../lab/place.js';
import { type StackName, stack } from '../lab/stack.js';
import { temporaryDirectory } from '../lab/temporary.js';

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
  // As urgent as the daemons: it stands for another machine, which has CPUs of its own.
  const argv = ['chrt', '-r', '1', process.execPath, program, ...words];
  const take = ({ text }: { readonly text: string }): void => void said.push(text);
  const running = await lab.site.start('client', argv, take, 'network');
  assert.equal(await running.ended, 0, said.join('\n'));
  // Its last line may come a moment after its end.
  const deadline = performance.now() + 20_000;
  while (!said.at(-1)?.startsWith('{') && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return JSON.parse(said.at(-1) ?? '') as Record<string, unknown>;
}

type OfEach<T> = Readonly<Record<Director, T>>;

async function ofEach<T>(find: (node: Director) => Promise<T>): Promise<OfEach<T>> {
  const [home, other] = DIRECTORS;
  const [first, second] = await Promise.all([find(home), find(other)]);
  return { [home]: first, [other]: second };
}

interface Outcome {
  readonly perSecond: number;
  /** From before the first tally to after the last, seconds. */
  readonly elapsed: number;
  /** At the beginning, in the middle and at the end of the flood. */
  readonly tallies: readonly [OfEach<Tally>, OfEach<Tally>, OfEach<Tally>];
  readonly holders: string;
}

/** What came of the flood on one node, and its memory at the three times. */
function seenOf({ tallies }: Outcome, node: Director): Tally & { readonly memories: number[] } {
  const [first, middle, last] = tallies.map((all) => all[node]) as [Tally, Tally, Tally];
  return {
    logBytes: last.logBytes - first.logBytes,
    logLines: last.logLines - first.logLines,
    late: last.late - first.late,
    deaths: last.deaths - first.deaths,
    memory: last.memory - first.memory,
    cpu: last.cpu - first.cpu,
    dropped: last.dropped - first.dropped,
    memories: [first.memory, middle.memory, last.memory],
  };
}

async function holders(lab: Lab): Promise<string> {
  const held = await ofEach(async (node) => {
    const { stdout } = await lab.site.run(node, ['ip', '-4', 'addr', 'show', 'eth0']);
    return stdout.includes(`${VIRTUAL_ADDRESS}/`);
  });
  return DIRECTORS.filter((node) => held[node]).join(' ');
}

async function floodPair(lab: Lab, seconds: number, captured: string): Promise<Outcome> {
  const cluster = await Cluster.open(lab, files());
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await gun(lab, 'capture', ...GROUP, String(CAPTURE_SECONDS), captured);
  // What was captured belongs to an earlier life now.
  for (const node of DIRECTORS) await cluster.stop(node);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  // From now on the log is only counted: the genuine one grows by thousands of lines a second.
  await cluster.close();
  const look = (): Promise<OfEach<Tally>> => ofEach((node) => tally(lab, node));
  const began = performance.now();
  const first = await look();
  const firing = gun(lab, 'flood', ...GROUP, String(seconds), String(RATE), captured);
  await new Promise((resolve) => setTimeout(resolve, (seconds / 2) * 1000));
  const middle = await look();
  const report = await firing;
  const last = await look();
  console.log(JSON.stringify(report));
  const elapsed = (performance.now() - began) / 1000;
  const perSecond = Number(report.perSecond);
  return { perSecond, elapsed, tallies: [first, middle, last], holders: await holders(lab) };
}

function print(name: string, outcome: Outcome, seconds: number): void {
  console.log(`${name} pair, ${seconds} s at ${outcome.perSecond} datagrams/s`);
  for (const node of DIRECTORS) {
    const { logBytes, logLines, late, deaths, cpu, dropped, memories } = seenOf(outcome, node);
    const memory = memories.map((mib) => mib.toFixed(1)).join(', ');
    const percent = ((100 * cpu) / seconds).toFixed(0);
    console.log(
      `  ${node}: ${late} late heartbeats, ${deaths} false deaths, log ${logLines} lines ` +
        `${logBytes} bytes, memory ${memory} MiB, CPU ${percent} %, ` +
        `${dropped} dropped by the kernel`,
    );
  }
  console.log(`  the group is held by: ${outcome.holders}`);
}

/** Floods a pair of those programs for that time, and prints what it came to. */
async function flooded(name: StackName, seconds: number): Promise<Outcome> {
  const programs = stack(name);
  const directory = temporaryDirectory('flood');
  const lab = await openPair(programs);
  try {
    const outcome = await floodPair(lab, seconds, join(directory, 'earlier-life.json'));
    print(name, outcome, seconds);
    return outcome;
  } finally {
    await lab.close();
    programs.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

test('a flood makes no heartbeat late, takes no memory and leaves a line a second', async () => {
  const outcome = await flooded('ours', SECONDS);
  assert.ok(outcome.perSecond >= RATE_LEAST, `only ${outcome.perSecond} datagrams a second`);
  assert.equal(outcome.holders, HOME);
  for (const node of DIRECTORS) {
    const { late, deaths, logLines, memory, memories } = seenOf(outcome, node);
    assert.deepEqual({ node, late, deaths }, { node, late: 0, deaths: 0 });
    const lines = `${logLines} lines in the log of ${node} in ${outcome.elapsed} s`;
    assert.ok(logLines <= outcome.elapsed + 1, lines);
    assert.ok(memory <= GROWTH_MAX, `${node} grew by ${memory} MiB`);
    const [, middle = 0, end = 0] = memories;
    assert.ok(end - middle <= LATE_GROWTH_MAX, `${node} grew from ${middle} to ${end} MiB`);
  }
});

test('the genuine pair in the same flood, for comparison', async () => {
  const { perSecond } = await flooded('genuine', SECONDS_GENUINE);
  assert.ok(perSecond > 0);
});
