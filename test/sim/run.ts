/** One run: a storm, then a calm, seen by onlookers all the time. */
import type { ResourceGroup } from '@ts-heartbeat/core/config/haresources';
import { type Onlooker, SimulatedCluster } from './cluster/cluster.js';
import { type MakeMind, OurMind } from './cluster/mind.js';
import { GenuineMind } from './genuine/mind.js';
import type { Watched } from './observation.js';
import type { GroupOptions, Options } from './options.js';

/** How often the sizes of bounded things are looked at. */
const LOOK_MS = 60_000;

export interface Length {
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
}

/**
 * Plays a run to its end. `settle`: after so many milliseconds of calm everything must be at rest;
 * the calm lasts `options.calm` longer.
 */
export function play(options: Options, onlooker: Onlooker, settle: number): Length {
  const groups = options.groups.map(haresourcesGroup);
  const mindOf: MakeMind = ({ genuine }, settings) =>
    genuine ? new GenuineMind(settings, groups) : new OurMind(settings);
  const cluster = new SimulatedCluster(options, mindOf, onlooker);
  const { world } = cluster;
  onlooker.stage({ at: 0, kind: 'storm' });
  for (const host of cluster.hosts.values()) host.powerOn();
  for (const fault of options.faults) world.at(fault.at, () => cluster.commit(fault));
  const end = options.storm + settle + options.calm;
  for (let at = LOOK_MS; at < end; at += LOOK_MS) world.at(at, () => cluster.measure());
  world.runUntil(options.storm);
  onlooker.stage({ at: world.now, kind: 'calm' });
  cluster.calm();
  world.runUntil(end);
  onlooker.stage({ at: world.now, kind: 'over' });
  return { events: world.events, time: world.now };
}

/** The group as haresources would give it. */
function haresourcesGroup({ node, key, resources }: GroupOptions, index: number): ResourceGroup {
  const words = resources.map((word) => {
    const [script = word, ...args] = word.split('::');
    return { word, script, args };
  });
  return { node, key, resources: words, line: index + 1 };
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
