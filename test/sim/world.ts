/**
 * The event queue of the simulation. True time is in whole milliseconds; actions of one instant are
 * done in the order in which they were asked for. Nothing else orders what happens.
 */

/** An action that is to come; `undo` makes it one that is passed over. */
export interface Planned {
  readonly at: number;
  readonly order: number;
  act: (() => void) | undefined;
}

/** So many actions in one instant are taken for a standstill. */
const STILL_MAX = 100_000;

export class World {
  /** True time, in milliseconds since the world began. */
  now = 0;
  /** Actions done so far. */
  events = 0;
  /** Called after every action: the judge looks at the world from outside. */
  afterEach: () => void = () => {};
  readonly #heap: Planned[] = [];
  #order = 0;

  /** Does something after so many milliseconds; less than one means later in this instant. */
  later(delay: number, act: () => void): Planned {
    return this.at(this.now + Math.max(0, Math.ceil(delay)), act);
  }

  /** Does something at that instant, or now if it is over. */
  at(instant: number, act: () => void): Planned {
    this.#order += 1;
    const planned = { at: Math.max(this.now, Math.ceil(instant)), order: this.#order, act };
    this.#push(planned);
    return planned;
  }

  /** Takes back what was planned. */
  undo(planned: Planned | undefined): void {
    if (planned !== undefined) planned.act = undefined;
  }

  /** Lets everything happen until that instant. */
  runUntil(end: number): void {
    let still = 0;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      const { act } = next;
      if (act === undefined) continue;
      still = next.at === this.now ? still + 1 : 0;
      if (still > STILL_MAX) throw new Error(`time stands still at ${this.now} ms`);
      this.now = next.at;
      this.events += 1;
      act();
      this.afterEach();
    }
    this.now = end;
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(planned);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(planned, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const right = other !== undefined && isBefore(other, one);
      const least = right ? other : one;
      if (!isBefore(least, last)) break;
      heap[place] = least;
      place = right ? left + 1 : left;
    }
    heap[place] = last;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
