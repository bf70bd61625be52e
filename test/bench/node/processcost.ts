/** The processes of a node: what they cost it in memory and in processor time. */
import type { Site } from '../../lab/site.js';

export interface ProcessCost {
  readonly pid: number;
  /** What it is, in a word or two. */
  readonly name: string;
  /** Its proportional share of the machine's memory. */
  readonly pssKb: number;
  /** What is neither shared with others nor read from a file. */
  readonly anonymousKb: number;
  /** Processor time since its start, its children that have ended included, milliseconds. */
  readonly cpuMs: number;
}

/** A line for each process: pid, clock ticks used, sums of its mappings, command line. */
const LIST = `
for p in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <"$p/cmdline") || continue
  sums=$(awk '/^(Pss|Pss_Anon):/ { printf "%s %s ", $1, $2 }' "$p/smaps_rollup") || continue
  ticks=$(sed 's/.*) //' "$p/stat" | awk '{ print $12 + $13 + $14 + $15 }')
  [ -n "$sums" ] && echo "\${p#/proc/} $ticks $sums| $words"
done 2>/dev/null`;

/** USER_HZ: the kernel counts processor time for programs in hundredths of a second. */
const TICK_MS = 10;

/** By their command lines; the first that fits counts. */
const NAMES: ReadonlyArray<readonly [RegExp, string]> = [
  [/heartbeat\/supervisor /, 'supervisor'],
  [/runner\.cjs/, 'runner'],
  [/ipfail/, 'ipfail'],
  // ldirectord has one of its own, for /var/log/ldirectord.log.
  [/logwriter/, 'log writer'],
  [/ldirectord/, 'ldirectord'],
  [/heartbeat\/service run/, 'service'],
  [/heartbeat/, 'heartbeat'],
];

/** Programs of the lab's own. */
const LAB = /host\.sh|ip -o|tail |sh -c|^awk|\/srv\/ts-heartbeat/;

function fieldOf(sums: string, name: string): number {
  return Number(new RegExp(`\\b${name}: (\\d+)`).exec(sums)?.[1] ?? '0');
}

/** The processes of the stack on a host; what the lab itself runs there is left out. */
export async function processesOf(site: Site, host: string): Promise<readonly ProcessCost[]> {
  const { stdout } = await site.run(host, ['sh', '-c', LIST]);
  const found: ProcessCost[] = [];
  for (const row of stdout.split('\n')) {
    const [sums = '', words = ''] = row.split('| ');
    if (words === '' || LAB.test(words)) continue;
    const name = NAMES.find(([pattern]) => pattern.test(words))?.[1];
    if (name === undefined) continue;
    const [pid, ticks] = sums.split(' ').map(Number);
    found.push({
      pid: pid ?? 0,
      name,
      pssKb: fieldOf(sums, 'Pss'),
      anonymousKb: fieldOf(sums, 'Pss_Anon'),
      cpuMs: (ticks ?? 0) * TICK_MS,
    });
  }
  return found;
}

/** What all processes of one name cost together. */
export interface Cost {
  readonly name: string;
  readonly count: number;
  readonly pssMb: number;
  readonly anonymousMb: number;
  /** Milliseconds of processor time in a second. */
  readonly cpuPerSecond: number;
}

const KB_IN_MB = 1024;

/** Processor time is what was used between the two looks; memory is that of the second. */
export function costs(
  before: readonly ProcessCost[],
  now: readonly ProcessCost[],
  seconds: number,
): readonly Cost[] {
  const used = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const names = [...new Set(now.map(({ name }) => name))];
  const sum = (name: string, of: (one: ProcessCost) => number): number =>
    now.filter((one) => one.name === name).reduce((total, one) => total + of(one), 0);
  return names
    .map((name) => ({
      name,
      count: sum(name, () => 1),
      pssMb: sum(name, ({ pssKb }) => pssKb) / KB_IN_MB,
      anonymousMb: sum(name, ({ anonymousKb }) => anonymousKb) / KB_IN_MB,
      cpuPerSecond: sum(name, ({ pid, cpuMs }) => cpuMs - (used.get(pid) ?? 0)) / seconds,
    }))
    .sort((a, b) => b.pssMb - a.pssMb);
}

export function total(all: readonly Cost[]): Cost {
  const sum = (of: (one: Cost) => number): number => all.reduce((so, one) => so + of(one), 0);
  return {
    name: 'together',
    count: sum(({ count }) => count),
    pssMb: sum(({ pssMb }) => pssMb),
    anonymousMb: sum(({ anonymousMb }) => anonymousMb),
    cpuPerSecond: sum(({ cpuPerSecond }) => cpuPerSecond),
  };
}
