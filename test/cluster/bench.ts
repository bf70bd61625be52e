/** A pair at work that a story looks at: both logs, the virtual address, and the wire. */

import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Kinds, Programs } from './kinds.js';
import { Wiretap } from './wiretap.js';

/** A cold start with a genuine node takes ten seconds; a busy machine a multiple of it. */
const START_LIMIT_MS = 60_000;

export interface Bench {
  readonly kinds: Kinds;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly wire: Wiretap;
}

/** Starts a pair, and waits until the home node has the group and both are settled. */
export async function openBench(
  programs: Programs,
  kinds: Kinds,
  files: ClusterFiles,
): Promise<Bench> {
  const pair = await programs.open(kinds);
  const cluster = await Cluster.open(pair, files);
  const wire = await Wiretap.open(pair.site);
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(DIRECTORS[0], true, START_LIMIT_MS);
  await cluster.settled(START_LIMIT_MS);
  return { kinds, pair, cluster, wire };
}
