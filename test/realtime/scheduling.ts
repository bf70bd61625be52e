/** How the kernel schedules the threads of a node's daemon, and its children. */
import type { Site } from '../lab/site.js';

/** Policy numbers of the kernel. */
const POLICIES: Readonly<Record<string, string>> = { 0: 'ordinary', 1: 'FIFO', 2: 'RR' };

/** Prints pid, parent, realtime priority, policy and command line of each thread. */
const LIST = `for task in /proc/[0-9]*/task/[0-9]*; do
  pid=\${task#/proc/}; pid=\${pid%%/*}
  read -r stat <$task/stat || continue
  rest=\${stat##*) }
  set -- $rest
  echo "$pid $2 \${38} \${39} $(tr '\\0' ' ' </proc/$pid/cmdline)"
done 2>/dev/null`;

/**
 * A line for the daemon and each of its children: `RR 1 on 11 threads: heartbeat: master ...`.
 */
export async function scheduling(site: Site, node: string): Promise<readonly string[]> {
  const read = 'read -r pid </var/run/heartbeat.pid && echo "$pid"';
  const daemon = (await site.run(node, ['sh', '-c', read])).stdout.trim();
  const { stdout } = await site.run(node, ['sh', '-c', LIST]);
  const counts = new Map<string, number>();
  for (const row of stdout.trim().split('\n')) {
    const [pid = '', parent, priority, policy = '', ...words] = row.split(' ');
    if (pid !== daemon && parent !== daemon) continue;
    const name = words.join(' ').trim().slice(0, NAME_LENGTH);
    const kind = `${POLICIES[policy] ?? policy}${priority === '0' ? '' : ` ${priority}`}`;
    const key = `${pid === daemon ? '' : 'child '}[${pid}] ${name}: ${kind}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key}, ${count} threads`);
}

/** Characters of a command line that are printed. */
const NAME_LENGTH = 60;
