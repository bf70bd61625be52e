/** The processes of ours on a node, and the memory each of them costs it. */
import type { Site } from '../../lab/site.js';

export interface ProcessMemory {
  readonly pid: number;
  /** What it is, in a word or two. */
  readonly name: string;
  readonly pssKb: number;
  readonly rssKb: number;
  /** Its own: neither shared with others nor read from a file. */
  readonly anonymousKb: number;
}

/** A line for each process: pid, the sums of its mappings, command line. */
const LIST = `
for p in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <"$p/cmdline") || continue
  sums=$(awk '/^(Pss|Rss|Pss_Anon):/ { printf "%s %s ", $1, $2 }' "$p/smaps_rollup") || continue
  [ -n "$sums" ] && echo "\${p#/proc/} $sums| $words"
done 2>/dev/null`;

/** By their command lines; the first that fits counts. */
const NAMES: ReadonlyArray<readonly [RegExp, string]> = [
  [/heartbeat\/supervisor /, 'supervisor'],
  [/runner\.cjs/, 'runner'],
  [/ipfail/, 'ipfail'],
  [/ldirectord/, 'ldirectord'],
  [/heartbeat\/service run/, 'service'],
  [/heartbeat\/logwriter/, 'log writer'],
  [/heartbeat/, 'heartbeat'],
];

/** Programs of the lab's own. */
const LAB = /host\.sh|ip -o|tail |sh -c|^awk|\/srv\/ts-heartbeat/;

function fieldOf(sums: string, name: string): number {
  return Number(new RegExp(`\\b${name}: (\\d+)`).exec(sums)?.[1] ?? '0');
}

/** The processes of the stack on a host; what the lab itself runs there is left out. */
export async function memoryOf(site: Site, host: string): Promise<readonly ProcessMemory[]> {
  const { stdout } = await site.run(host, ['sh', '-c', LIST]);
  const found: ProcessMemory[] = [];
  for (const row of stdout.split('\n')) {
    const [sums = '', words = ''] = row.split('| ');
    if (words === '' || LAB.test(words)) continue;
    const name = NAMES.find(([pattern]) => pattern.test(words))?.[1];
    if (name === undefined) continue;
    found.push({
      pid: Number(sums.split(' ')[0]),
      name,
      pssKb: fieldOf(sums, 'Pss'),
      rssKb: fieldOf(sums, 'Rss'),
      anonymousKb: fieldOf(sums, 'Pss_Anon'),
    });
  }
  return found.sort((a, b) => b.pssKb - a.pssKb);
}
