/** The programs of both kinds, with what cluster-glue needs beside them on every director. */

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Kinds } from '../cluster/kinds.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { type Stack, type StackName, stack } from '../lab/stack.js';
import { temporaryDirectory } from '../lab/temporary.js';

/** Its plugins share a directory with heartbeat, whose own a lab hides or replaces. */
const PLUGINS = '/usr/lib/heartbeat/plugins';

/** A stack on whose directors the program `stonith` of cluster-glue runs. */
export function fencingStack(name: StackName): Stack {
  const tree = temporaryDirectory('glue');
  cpSync(PLUGINS, join(tree, PLUGINS), { recursive: true });
  const programs = stack(name);
  const dispose = (): void => {
    programs.dispose();
    rmSync(tree, { recursive: true, force: true });
  };
  return { ...programs, layers: [tree, ...programs.layers], dispose };
}

/** Pairs that can fence, opened and closed together. */
export class FencingPairs {
  readonly #stacks = { C: fencingStack('genuine'), TS: fencingStack('ours') };
  readonly #pairs: Pair[] = [];

  async open([home, other]: Kinds): Promise<Pair> {
    const [first, second] = DIRECTORS;
    const stacks = { [first]: this.#stacks[home], [second]: this.#stacks[other] } as const;
    const pair = await openPair(stacks);
    this.#pairs.push(pair);
    return pair;
  }

  async close(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.close()));
    for (const made of Object.values(this.#stacks)) made.dispose();
  }
}
