/** Who has the virtual address in the end: seen by a watcher of each node, which may lag behind. */

import assert from 'node:assert/strict';
import type { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';

/** A watcher tells what it sees at once, unless the machine is busy. */
const LIMIT_MS = 30_000;

/** Waits until exactly these nodes are seen to have the virtual address. */
export async function heldBy(
  cluster: Cluster,
  holders: readonly string[],
  what: string,
): Promise<void> {
  for (const node of DIRECTORS) await cluster.holding(node, holders.includes(node), LIMIT_MS);
  assert.deepEqual(cluster.holders, holders, what);
}
