/** The two kinds of programs of a mixed pair: C, Debian's heartbeat, and TS, ours. */

import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair, type PairOptions, type Stacks } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';

export type Kind = 'C' | 'TS';

/** Whose programs the two directors run, the home node's first. */
export type Kinds = readonly [home: Kind, other: Kind];

/** How a pair is called in what the stories print. */
export function title(kinds: Kinds): string {
  return kinds.join('/');
}

/** The programs of both kinds, staged once for all pairs of a test file, and these pairs. */
export class Programs {
  readonly #pairs: Pair[] = [];
  readonly #stacks: Readonly<Record<Kind, Stack>>;

  /** @throws NotPrepared when the genuine programs are not installed. */
  constructor() {
    this.#stacks = { C: stack('genuine'), TS: stack('ours') };
  }

  of(kind: Kind): Stack {
    return this.#stacks[kind];
  }

  /** What `openPair` wants to know. */
  pair([home, other]: Kinds): Stacks {
    const [first, second] = DIRECTORS;
    return { [first]: this.of(home), [second]: this.of(other) } as const;
  }

  /** A pair that is closed together with the programs. */
  async open(kinds: Kinds, options: PairOptions = {}): Promise<Pair> {
    const pair = await openPair(this.pair(kinds), options);
    this.#pairs.push(pair);
    return pair;
  }

  /** Ends the pairs that were opened here, and removes the programs. */
  async close(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.close()));
    this.dispose();
  }

  dispose(): void {
    for (const made of Object.values(this.#stacks)) made.dispose();
  }
}
