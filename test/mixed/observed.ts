/** A cell's two nodes under observation: the cluster's logs, and who holds each group. */

import { Cluster } from '../lab/cluster.js';
import { Feed } from '../lab/feed.js';
import { DIRECTORS, type Director, VIRTUAL_ADDRESS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Task } from '../lab/site.js';
import type { Cell } from './cell.js';
import { ADDRESS_GROUP, cellFiles, HOME_GROUP, RECORD } from './cellfiles.js';
import { type Change, Ledger } from './ledger.js';

/** Which node holds which group. */
export type Holding = Readonly<Record<string, Director>>;

/** How long the last changes take from a node's disk into the ledger, at most. */
const ARRIVAL_MS = 300;

export class Observed {
  readonly cell: Cell;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly ledger = new Ledger();
  readonly changes = new Feed<Change>(
    ({ node, group, held }) => `${node} ${held ? 'has' : 'has freed'} ${group}`,
  );
  /** Lines of the recorders that are none: without them nothing can be judged. */
  readonly unreadable: string[] = [];
  readonly #tasks: Task[] = [];

  private constructor(cell: Cell, pair: Pair, cluster: Cluster) {
    this.cell = cell;
    this.pair = pair;
    this.cluster = cluster;
  }

  /** Configures both nodes and begins to watch; no daemon runs yet. */
  static async open(cell: Cell, pair: Pair): Promise<Observed> {
    const cluster = await Cluster.open(pair, cellFiles(cell));
    const observed = new Observed(cell, pair, cluster);
    for (const node of DIRECTORS) {
      const task = await pair.site.follow(node, 'held', ({ text }) => {
        const [, seconds, group = '', word] = RECORD.exec(text) ?? [];
        if (word === undefined) observed.unreadable.push(`${node}: ${text}`);
        else observed.#note({ at: Number(seconds) * 1000, node, group, held: word === 'held' });
      });
      observed.#tasks.push(task);
      await observed.#watchAddress(node);
    }
    return observed;
  }

  async close(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
    await this.cluster.close();
  }

  /** What is to be held: the groups of the cell, and the address beside the first. */
  get groups(): readonly string[] {
    const groups: string[] = DIRECTORS.map((node) => HOME_GROUP[node]);
    return this.cell.address ? [...groups, ADDRESS_GROUP] : groups;
  }

  #note(change: Change): void {
    this.ledger.add(change);
    this.changes.add(change);
  }

  /** With the kernel's own instants: lines of two hosts may be read in another order. */
  async #watchAddress(node: Director): Promise<void> {
    if (!this.cell.address) return;
    const address = VIRTUAL_ADDRESS.replaceAll('.', '\\.');
    const pattern = new RegExp(`^\\[(\\S+)\\] (Deleted )?\\d+: eth0 .*inet ${address}/`);
    const task = await this.pair.site.start(
      node,
      ['ip', '-o', '-ts', '-4', 'monitor', 'address'],
      ({ text }) => {
        const [, instant, deleted] = pattern.exec(text) ?? [];
        if (instant === undefined) return;
        const at = Date.parse(instant);
        this.#note({ at, node, group: ADDRESS_GROUP, held: deleted === undefined });
      },
      'network',
    );
    this.#tasks.push(task);
  }

  /** Cuts a node's power: from then on it holds nothing. */
  async powerOff(node: Director): Promise<void> {
    await this.cluster.powerOff(node);
    const at = Date.now();
    for (const group of this.ledger.heldBy(node)) {
      this.#note({ at, node, group, held: false });
    }
  }

  /** Boots a node; no daemon runs yet. */
  async powerOn(node: Director): Promise<void> {
    await this.cluster.powerOn(node);
    await this.#watchAddress(node);
  }

  /** Waits until each group has the one holder it is to have. */
  async heldAs(wanted: Holding, limitMs: number): Promise<void> {
    const fits = (): boolean =>
      this.groups.every((group) => this.ledger.holders(group).join() === wanted[group]);
    if (fits()) return;
    const words = Object.entries(wanted).map(([group, node]) => `${group} on ${node}`);
    await this.changes
      .until(fits, words.join(', '), { since: this.changes.mark, limitMs })
      .catch(() => {
        const held = this.groups.map((group) => `${group}: ${this.ledger.holders(group)}`);
        throw new Error(`not within ${limitMs / 1000} s: ${words.join(', ')}; ${held.join('; ')}`);
      });
  }

  /** Waits until what the nodes have written by now is in the ledger. */
  async arrived(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
  }
}
