/** What a cluster says on its multicast group, as the client host hears it. */

import { join } from 'node:path';
import { Feed } from '../lab/feed.js';
import { ADDRESSES } from '../lab/lab.js';
import { REPOSITORY } from '../lab/place.js';
import type { Site, Task } from '../lab/site.js';

/** One message on the wire. */
export interface Heard {
  /** Milliseconds of the machine's monotonic clock. */
  readonly at: number;
  readonly type: string;
  readonly from: string;
  /** Empty for a message to all. */
  readonly to: string;
  /** 0 for messages without a number. */
  readonly seq: number;
  readonly generation: number;
  /** The number that an NS_rexmit asks for, else 0. */
  readonly asksFor: number;
  /** The key that it says it was signed with. */
  readonly key: number;
}

const GROUP = '225.0.0.1';
const PORT = '694';

/** Node starts in a tenth of a second, unless the machine is busy. */
const START_LIMIT_MS = 20_000;

export class Wiretap {
  readonly feed = new Feed<Heard>((one) => `${one.from}: ${one.type} ${one.seq} key ${one.key}`);
  readonly #task: Task;

  private constructor(task: Task) {
    this.#task = task;
  }

  /** Listens on the client host of a site from now on. */
  static async open(site: Site): Promise<Wiretap> {
    const program = join(REPOSITORY, 'test', 'dist', 'cluster', 'eavesdrop.js');
    const address = ADDRESSES.client?.[0]?.replace(/\/.*/, '') ?? '';
    const argv = [process.execPath, program, GROUP, PORT, address];
    let tap: Wiretap | undefined;
    let listening = (): void => {};
    const ready = new Promise<void>((resolve) => {
      listening = resolve;
    });
    let said = '';
    const take = (line: { readonly from: string; readonly text: string }): void => {
      if (line.from === 'err') said = line.text;
      else if (line.text === 'listening') listening();
      else tap?.feed.add(JSON.parse(line.text) as Heard);
    };
    const task = await site.start('client', argv, take, 'network');
    tap = new Wiretap(task);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('nobody listens on the wire')), START_LIMIT_MS);
    });
    const dead = task.ended.then(() => {
      if (tap?.feed.mark === 0) throw new Error(`nobody listens on the wire: ${said}`);
    });
    await Promise.race([ready, dead, late]).finally(() => clearTimeout(timer));
    dead.catch(() => {});
    return tap;
  }

  /** Waits for a message that fits, among those since a mark of the feed. */
  hears(
    what: string,
    fits: (one: Heard) => boolean,
    since: number,
    limitMs: number,
  ): Promise<Heard> {
    return this.feed.until(fits, what, { since, limitMs });
  }

  async close(): Promise<void> {
    await this.#task.stop();
  }
}
