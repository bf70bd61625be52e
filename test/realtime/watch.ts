/** Listens to the heartbeats and watches the machine, both above the priority of the daemons. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../lab/place.js';
import type { Site, Task } from '../lab/site.js';
import { Gaps } from './gaps.js';

/** A time in which the machine ran nobody, on one CPU at least. */
export interface Stall {
  readonly cpu: number;
  /** When it began, milliseconds of the site's clock. */
  readonly at: number;
  readonly ms: number;
}

/** Far above the daemons, which have 1. */
const WATCHER_PRIORITY = 50;
const LISTENER_PRIORITY = 40;

/** The tutorial's multicast group. */
const GROUP = ['225.0.0.1', '694'] as const;

/** Stalls kept; the machine is not fit for the test long before. */
const STALLS_MAX = 10_000;

function program(name: string): string {
  return join(REPOSITORY, 'test', 'dist', 'realtime', name);
}

export class Watch {
  readonly stalls: Stall[] = [];
  readonly #gaps = new Map<string, Gaps>();
  readonly #tasks: Task[] = [];

  /** Begins on that host of the cluster's network; resolves when everything listens. */
  static async begin(site: Site, host: string): Promise<Watch> {
    const watch = new Watch();
    const start = async (words: readonly string[], take: (text: string) => void): Promise<void> => {
      let heard = (): void => {};
      const ready = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const task = await site.start(
        host,
        words,
        ({ from, text }) => {
          if (text === 'watching' || text === 'listening') heard();
          else if (from === 'err') console.error(`  ${text}`);
          else take(text);
        },
        'network',
      );
      watch.#tasks.push(task);
      await Promise.race([ready, task.ended.then((code) => fail(words, code))]);
    };
    for (let cpu = 0; cpu < availableParallelism(); cpu += 1) {
      const words = ['taskset', '-c', String(cpu), 'chrt', '-r', String(WATCHER_PRIORITY)];
      await start([...words, process.execPath, program('watcher.js')], (text) =>
        watch.#stalled(cpu, text),
      );
    }
    const words = ['chrt', '-r', String(LISTENER_PRIORITY), process.execPath];
    await start([...words, program('listener.js'), ...GROUP], (text) => watch.#beat(text));
    return watch;
  }

  /** How many heartbeats of that node were heard. */
  count(node: string): number {
    return this.#gaps.get(node)?.count ?? 0;
  }

  /** What was seen, for people. */
  rows(): readonly string[] {
    const gaps = [...this.#gaps].map(([node, gaps]) => `heartbeats of ${node}: ${gaps}`);
    const largest = this.stalls.reduce((most, { ms }) => Math.max(most, ms), 0);
    const shown = this.stalls
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, 5)
      .map(({ cpu, ms }) => `${ms} ms on CPU ${cpu}`);
    const longest = largest === 0 ? '' : `; longest: ${shown.join(', ')}`;
    return [...gaps, `stalls of the machine itself: ${this.stalls.length}${longest}`];
  }

  async end(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
  }

  #stalled(cpu: number, text: string): void {
    const [word, at, ms] = text.split(' ');
    if (word !== 'stall' || this.stalls.length >= STALLS_MAX) return;
    this.stalls.push({ cpu, at: Number(at), ms: Number(ms) });
  }

  #beat(text: string): void {
    const [word, node, at] = text.split(' ');
    if (word !== 'beat' || node === undefined) return;
    const gaps = this.#gaps.get(node) ?? new Gaps();
    gaps.note(Number(at));
    this.#gaps.set(node, gaps);
  }
}

function fail(words: readonly string[], code: number): never {
  throw new Error(`${words.join(' ')}: exit ${code}`);
}

/** A line of a log is read this much later at most, on a machine that is busy. */
const READING_MS = 2000;

/**
 * The stall that may have caused a death seen at an instant: of half the deadtime at least, and
 * in the time in which the node was not heard.
 */
export function excuse(
  stalls: readonly Stall[],
  at: number,
  deadtimeMs: number,
): Stall | undefined {
  const from = at - deadtimeMs - READING_MS;
  return stalls.find((stall) => {
    const overlaps = stall.at <= at && stall.at + stall.ms >= from;
    return overlaps && stall.ms >= deadtimeMs / 2;
  });
}
