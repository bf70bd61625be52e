/** What programs that play for minutes have in common: an end in order, and work done abreast. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotPrepared } from './notprepared.js';
import type { Pair } from './pair.js';
import type { Stack } from './stack.js';

/** What is to be closed whenever the program ends. */
interface Closable {
  close(): Promise<void>;
}

/** The programs that pairs run, the pairs open now, and a directory for what went wrong. */
export class Stock<K extends string> implements Closable {
  readonly open = new Set<Pair>();
  readonly stacks: Readonly<Record<K, Stack>>;
  readonly #name: string;
  #kept: Promise<string> | undefined;

  /** `name`: what the directory is called after. */
  constructor(name: string, stacks: Readonly<Record<K, Stack>>) {
    this.#name = name;
    this.stacks = stacks;
  }

  /** The directory, made when it is first asked for. */
  readonly keep = (): Promise<string> => {
    this.#kept ??= mkdtemp(join(tmpdir(), `ts-heartbeat-${this.#name}-`));
    return this.#kept;
  };

  /** The directory, if there is anything in it. */
  get kept(): Promise<string> | undefined {
    return this.#kept;
  }

  async close(): Promise<void> {
    await Promise.all([...this.open].map((pair) => pair.close()));
    for (const stack of Object.values<Stack>(this.stacks)) stack.dispose();
  }
}

/**
 * Plays to the verdict and ends the process: with 0 or 1 by what it was, with 1 when something was
 * thrown or `limitMs` is over. What was opened is closed first, also at a signal.
 */
export async function longRun<T extends Closable>(
  limitMs: number,
  open: () => T,
  play: (opened: T) => Promise<boolean>,
): Promise<never> {
  let opened: T | undefined;
  const end = async (code: number): Promise<never> => {
    await opened?.close();
    process.exit(code);
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void end(code));
  }
  const timer = setTimeout(() => {
    console.error(`not done within ${limitMs / 1000} s`);
    void end(1);
  }, limitMs);
  try {
    opened = open();
    const passed = await play(opened);
    clearTimeout(timer);
    return await end(passed ? 0 : 1);
  } catch (error) {
    console.error(error instanceof NotPrepared ? error.message : error);
    return end(1);
  }
}

/** Does the work, as many pieces at a time as are allowed. */
export async function abreast<T>(
  work: readonly T[],
  jobs: number,
  one: (piece: T) => Promise<void>,
): Promise<void> {
  const waiting = [...work];
  const worker = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
      await one(piece);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
