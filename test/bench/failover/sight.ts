/** The client of a run: which host answers, how long nobody did, and who was heard last. */
import { Feed } from '../../lab/feed.js';
import { VIRTUAL_ADDRESS } from '../../lab/lab.js';
import { hostProgram } from '../../lab/place.js';
import type { Site, Task } from '../../lab/site.js';

/** Between two requests. */
export const REQUEST_INTERVAL_MS = 5;

const PORT = '7777';
/** The programs that measure come before those that are measured (SCHED_RR 1). */
const PRIORITY = ['chrt', '-r', '3'];
/** Node starts in a tenth of a second, unless the machine is busy. */
const START_LIMIT_MS = 30_000;

/** Instants are milliseconds of the machine's monotonic clock. */
export type Sighting =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'gap';
      /** The last answer before. */
      readonly since: number;
      /** The first one after it. */
      readonly until: number;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'beat'; readonly node: string; readonly at: number }
  | {
      readonly kind: 'said';
      readonly node: string;
      readonly type: string;
      readonly info: string;
      readonly at: number;
    };

/** Reads a line of the observer; undefined for any other line. */
export function sighting(text: string): Sighting | undefined {
  const [word, first = '', second = '', from = '', to = ''] = text.split(' ');
  if (word === 'listening') return { kind: 'ready' };
  if (word === 'said') {
    return { kind: 'said', node: first, type: second, info: from, at: Number(to) };
  }
  if (word === 'beat') return { kind: 'beat', node: first, at: Number(second) };
  if (word !== 'gap') return undefined;
  return { kind: 'gap', since: Number(first), until: Number(second), from, to };
}

export class Client {
  readonly feed: Feed<Sighting>;
  readonly #task: Task;

  private constructor(feed: Feed<Sighting>, task: Task) {
    this.feed = feed;
    this.#task = task;
  }

  /** Begins to ask from the client host of a site. */
  static async open(site: Site): Promise<Client> {
    const feed = new Feed<Sighting>((seen) => JSON.stringify(seen));
    const program = hostProgram('bench', 'failover', 'observer.js');
    const words = [program, VIRTUAL_ADDRESS, PORT, String(REQUEST_INTERVAL_MS)];
    const argv = [...PRIORITY, process.execPath, ...words];
    const task = await site.start('client', argv, ({ text }) => {
      const seen = sighting(text);
      if (seen !== undefined) feed.add(seen);
    });
    const limit = { since: 0, limitMs: START_LIMIT_MS };
    await feed.until(({ kind }) => kind === 'ready', 'the client asks', limit);
    return new Client(feed, task);
  }

  /** Waits until that host answers. */
  async answered(by: string, since: number, limitMs: number): Promise<void> {
    const fits = (seen: Sighting): boolean => seen.kind === 'gap' && seen.to === by;
    await this.feed.until(fits, `an answer from ${by}`, { since, limitMs });
  }

  /** Waits for the next heartbeat of that node. */
  async beat(node: string, limitMs: number): Promise<void> {
    const fits = (seen: Sighting): boolean => seen.kind === 'beat' && seen.node === node;
    await this.feed.until(fits, `a heartbeat of ${node}`, { since: this.feed.mark, limitMs });
  }

  /** The last heartbeat of that node before an instant; undefined when none was heard. */
  lastBeat(node: string, before: number): number | undefined {
    const beats = this.feed.since(0).flatMap((seen) => {
      return seen.kind === 'beat' && seen.node === node && seen.at <= before ? [seen.at] : [];
    });
    return beats.at(-1);
  }

  async close(): Promise<void> {
    await this.#task.stop();
  }
}

/** Lets a host answer at the virtual address whenever it has it. */
export async function serve(site: Site, host: string): Promise<void> {
  let listening = (): void => {};
  const ready = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const program = hostProgram('bench', 'failover', 'echo.js');
  const argv = [...PRIORITY, process.execPath, program, VIRTUAL_ADDRESS, PORT, host];
  const task = await site.start(host, argv, ({ text }) => {
    if (text === 'listening') listening();
  });
  const dead = task.ended.then(() => {
    throw new Error(`the service of ${host} has ended`);
  });
  dead.catch(() => undefined);
  await Promise.race([ready, dead]);
}
