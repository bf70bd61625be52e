/** Things seen one after the other, and waiting for one of them. */

/** Tells what was waited for in vain, and what was seen instead. */
export class NotSeen extends Error {}

/** Lines shown of what was seen instead. */
const SHOWN = 25;

/** What a lab sees in a test is a few thousand lines; a runaway daemon cannot fill the memory. */
const ITEMS_MAX = 200_000;

interface Waiter<T> {
  take(item: T): void;
}

export class Feed<T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #listeners: ((item: T) => void)[] = [];
  readonly #show: (item: T) => string;

  /** `show` prints an item for the message of a wait that was in vain. */
  constructor(show: (item: T) => string) {
    this.#show = show;
  }

  add(item: T): void {
    if (this.#items.length >= ITEMS_MAX) throw new Error('the lab has seen too much');
    this.#items.push(item);
    for (const waiter of [...this.#waiters]) waiter.take(item);
    for (const listener of this.#listeners) listener(item);
  }

  /** Calls back with every item from now on. */
  listen(listener: (item: T) => void): void {
    this.#listeners.push(listener);
  }

  /** The place after the newest item: what comes later is `since` this mark. */
  get mark(): number {
    return this.#items.length;
  }

  since(mark: number): readonly T[] {
    return this.#items.slice(mark);
  }

  /** The first item since `mark` that fits, which may still have to come. */
  async until(
    fits: (item: T) => boolean,
    what: string,
    options: { readonly since: number; readonly limitMs: number },
  ): Promise<T> {
    const known = this.since(options.since).find(fits);
    if (known !== undefined) return known;
    return new Promise((resolve, reject) => {
      const waiter = {
        take: (item: T): void => {
          if (!fits(item)) return;
          this.#waiters.delete(waiter);
          clearTimeout(timer);
          resolve(item);
        },
      };
      this.#waiters.add(waiter);
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const seen = this.since(options.since).slice(-SHOWN).map(this.#show).join('\n  ');
        const seconds = options.limitMs / 1000;
        reject(new NotSeen(`${what}: not seen within ${seconds} s. Seen last:\n  ${seen}`));
      }, options.limitMs);
    });
  }
}
