/** Who has the virtual address in the end: seen by a watcher of each node, which may lag behind. */

import assert from 'node:assert/strict';
import type { Cluster, Seen } from '../lab/cluster.js';
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

/** For how many milliseconds nobody had the address, given who had it at first. */
export function heldByNobody(seen: readonly Seen[], holders: readonly string[]): number {
  const holding = new Set(holders);
  let total = 0;
  let since: number | undefined;
  for (const one of seen) {
    if (one.kind !== 'address') continue;
    if (one.held) holding.add(one.node);
    else holding.delete(one.node);
    if (holding.size === 0) since ??= one.at;
    else if (since !== undefined) {
      total += one.at - since;
      since = undefined;
    }
  }
  return since === undefined ? total : Number.POSITIVE_INFINITY;
}
