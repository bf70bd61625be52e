/** Who holds which group when, and the judgement whether it was exactly one all the time. */

/** A node has begun to hold a group, or no longer holds it. Instants in ms of one clock. */
export interface Change {
  readonly at: number;
  readonly node: string;
  readonly group: string;
  readonly held: boolean;
}

export interface Judgement {
  /** Milliseconds in which more than one node held the group. */
  readonly bothMs: number;
  /** The longest time in which no node held it. */
  readonly noneMs: number;
}

/** Changes of a cell are some hundreds; a runaway script cannot fill the memory. */
const CHANGES_MAX = 20_000;

export class Ledger {
  readonly #changes: Change[] = [];

  /** Takes a change; those of two nodes may come in another order than they happened. */
  add(change: Change): void {
    if (this.#changes.length >= CHANGES_MAX) throw new Error('too many changes of holders');
    this.#changes.push(change);
  }

  /** The nodes that hold a group by everything known. */
  holders(group: string): readonly string[] {
    const held = new Set<string>();
    for (const change of this.#of(group)) apply(held, change);
    return [...held].sort();
  }

  /** The groups a node holds: what a cut of its power takes away. */
  heldBy(node: string): readonly string[] {
    const groups = new Set(this.#changes.map((change) => change.group));
    return [...groups].filter((group) => this.holders(group).includes(node));
  }

  /** How a group was held between two instants. */
  judge(group: string, from: number, to: number): Judgement {
    const held = new Set<string>();
    let since = from;
    let bothMs = 0;
    let noneMs = 0;
    const count = (until: number): void => {
      const length = Math.min(until, to) - since;
      if (length <= 0) return;
      if (held.size > 1) bothMs += length;
      if (held.size === 0) gap += length;
      else gap = 0;
      noneMs = Math.max(noneMs, gap);
      since += length;
    };
    let gap = 0;
    for (const change of this.#of(group)) {
      count(change.at);
      apply(held, change);
    }
    count(to);
    return { bothMs, noneMs };
  }

  #of(group: string): readonly Change[] {
    return this.#changes.filter((change) => change.group === group).sort((a, b) => a.at - b.at);
  }
}

function apply(held: Set<string>, { node, held: holds }: Change): void {
  if (holds) held.add(node);
  else held.delete(node);
}
