/**
 * `npm run test:realtime`: a pair with short timers on a machine that is busy with other things.
 * With `realtime on` nobody may be taken for dead; the largest gap between two heartbeats is
 * printed. Stalls of the machine itself, which a watcher of a higher priority sees, are printed
 * and excepted. Then the same for a short while with `realtime off`, to see what that is worth.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Cluster } from '../lab/cluster.js';
import { type ClusterFiles, recordingScripts, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { openPair } from '../lab/pair.js';
import { stack } from '../lab/stack.js';
import { CpuUse, Saturation } from './saturation.js';
import { scheduling } from './scheduling.js';
import { excuse, Watch } from './watch.js';

const USAGE = `usage: npm run test:realtime -- [options]
  --minutes N     how long with realtime on (default 30)
  --tree DIR      our programs as staged in DIR; default: staged anew`;

const KEEPALIVE_MS = 100;
const DEADTIME_MS = 400;

const MINUTE_MS = 60_000;
/** A line now and then shows that it goes on. */
const PROGRESS_MS = 5 * MINUTE_MS;
/** How long the comparison with `realtime off` takes, at most and as a part of the whole. */
const OFF_MS_MAX = MINUTE_MS;
const OFF_PART = 0.25;

const SETTLE_LIMIT_MS = 60_000;

/** The tutorial's files with short timers; multicast alone, for a serial line is too slow. */
function files(realtime: boolean): ClusterFiles {
  const timers = {
    keepalive: `${KEEPALIVE_MS}ms`,
    deadtime: `${DEADTIME_MS}ms`,
    warntime: `${2 * KEEPALIVE_MS}ms`,
    initdead: '5',
  };
  const all = { ...tutorialFiles(timers), ...recordingScripts() };
  const path = '/etc/ha.d/ha.cf';
  const text = (all[path]?.text ?? '').replace(/^(serial|ping_group|respawn|apiauth) .*\n/gm, '');
  return { ...all, [path]: { text: realtime ? text : `realtime off\n${text}`, mode: 0o644 } };
}

interface Verdict {
  readonly deaths: number;
  readonly unexcused: number;
}

async function phase(lab: Lab, realtime: boolean, ms: number): Promise<Verdict> {
  console.log(`\nrealtime ${realtime ? 'on' : 'off'}, ${(ms / 1000).toFixed(0)} s`);
  for (const node of DIRECTORS) {
    await lab.site.powerOff(node);
    await lab.site.powerOn(node);
  }
  const cluster = await Cluster.open(lab, files(realtime));
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(DIRECTORS[0], true, SETTLE_LIMIT_MS);
  await cluster.settled(SETTLE_LIMIT_MS);
  for (const row of await scheduling(lab.site, DIRECTORS[0])) console.log(`  ${row}`);
  const load = await Saturation.begin(lab.site, 'client');
  const watch = await Watch.begin(lab.site, 'client');
  const since = cluster.feed.mark;
  const cpu = new CpuUse();
  try {
    for (let left = ms; left > 0; left -= PROGRESS_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, PROGRESS_MS)));
      if (left > PROGRESS_MS) for (const row of watch.rows()) console.log(`  so far: ${row}`);
    }
    console.log(`  CPU time used: ${(100 * cpu.used).toFixed(1)} %`);
    return judge(cluster, watch, since);
  } finally {
    await watch.end();
    await load.end();
    await cluster.close();
  }
}

function judge(cluster: Cluster, watch: Watch, since: number): Verdict {
  for (const row of watch.rows()) console.log(`  ${row}`);
  let deaths = 0;
  let unexcused = 0;
  for (const node of DIRECTORS) {
    const late = cluster.lines(node, /Late heartbeat/, since);
    console.log(`  ${node}: ${late.length} lines about late heartbeats`);
  }
  for (const seen of cluster.feed.since(since)) {
    if (seen.kind !== 'log' || !/node \S+: is dead/.test(seen.text)) continue;
    const excused = excuse(watch.stalls, seen.at, DEADTIME_MS);
    deaths += 1;
    if (excused === undefined) unexcused += 1;
    const why = excused === undefined ? 'no stall of the machine' : `stall ${excused.ms} ms`;
    console.log(`  ${seen.node}: ${seen.text} (${why})`);
  }
  const silent = DIRECTORS.filter((node) => watch.count(node) === 0);
  if (silent.length > 0) throw new Error(`no heartbeat was heard of ${silent.join(' and ')}`);
  return { deaths, unexcused };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      tree: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const ms = Number(values.minutes) * MINUTE_MS;
  if (values.help || !(ms > 0)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const programs = stack('ours', values.tree);
  const lab = await openPair(programs);
  const end = async (): Promise<void> => {
    await lab.close();
    programs.dispose();
  };
  process.once('SIGINT', () => void end().then(() => process.exit(130)));
  process.once('SIGTERM', () => void end().then(() => process.exit(143)));
  try {
    const cpus = availableParallelism();
    console.log(`keepalive ${KEEPALIVE_MS} ms, deadtime ${DEADTIME_MS} ms, ${cpus} CPUs`);
    const on = await phase(lab, true, ms);
    await phase(lab, false, Math.min(OFF_MS_MAX, OFF_PART * ms));
    const excused = on.deaths - on.unexcused;
    console.log(`\nfalse deaths with realtime on: ${on.unexcused} (${excused} more excused)`);
    return on.unexcused === 0 ? 0 : 1;
  } finally {
    await end();
  }
}

process.exitCode = await main();
