/** One run: a storm, then a calm, watched from outside all the time. */
import { SimulatedCluster } from './cluster/cluster.js';
import { OurMind } from './cluster/mind.js';
import type { Observation, Stage, Watched } from './observation.js';
import type { Options } from './options.js';
import { Trace } from './trace.js';

const MINUTE = 60_000;

export interface RunResult {
  readonly options: Options;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
  readonly digest: string | undefined;
  readonly lines: readonly string[];
}

/** Plays a run. With `traced` every line is written; else only speed counts. */
export function play(options: Options, traced: boolean, write?: (line: string) => void): RunResult {
  const names = options.nodes.map(({ name }) => name);
  const trace = traced ? new Trace(names, write) : undefined;
  const onlooker = {
    see: (observation: Observation): void => trace?.see(observation),
    stage: (stage: Stage): void => trace?.stage(stage),
  };
  const cluster = new SimulatedCluster(options, (_, settings) => new OurMind(settings), onlooker);
  const { world } = cluster;
  onlooker.stage({ at: 0, kind: 'storm' });
  for (const host of cluster.hosts.values()) host.powerOn();
  for (const fault of options.faults) world.at(fault.at, () => cluster.commit(fault));
  world.runUntil(options.storm);
  onlooker.stage({ at: world.now, kind: 'calm' });
  cluster.calm();
  world.runUntil(options.storm + 10 * MINUTE + options.calm);
  onlooker.stage({ at: world.now, kind: 'over' });
  return {
    options,
    events: world.events,
    time: world.now,
    digest: trace?.digest(),
    lines: trace?.last ?? [],
  };
}

/** What the judge has to know beforehand. */
export function watchedOf(options: Options): Watched {
  const { links, scripts } = options;
  return {
    nodes: options.nodes.map(({ name, genuine }) => ({ name, genuine })),
    keepalive: options.keepalive,
    warntime: options.warntime,
    deadtime: options.deadtime,
    initdead: options.initdead,
    autoFailback: options.autoFailback,
    ipfail: options.ipfail,
    pingNodes: options.pingNodes,
    links: links.map(({ name }) => name),
    groups: options.groups,
    scriptMax: Math.min(scripts.longest, scripts.mean * 8),
    scriptDeadline: scripts.deadline,
  };
}
