/** The two kinds of programs of a mixed pair: C, Debian's heartbeat, and TS, ours. */

import { DIRECTORS } from '../lab/lab.js';
import type { Stacks } from '../lab/pair.js';
import { type Stack, stack } from '../lab/stack.js';

export type Kind = 'C' | 'TS';

/** Whose programs the two directors run, the home node's first. */
export type Kinds = readonly [home: Kind, other: Kind];

/** How a pair is called in what the stories print. */
export function title(kinds: Kinds): string {
  return kinds.join('/');
}

/** The programs of both kinds, staged once for all pairs of a test file. */
export class Programs {
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

  dispose(): void {
    for (const made of Object.values(this.#stacks)) made.dispose();
  }
}
