/** What is left on the heap of this thread once everything that can go is gone. */
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/**
 * V8 keeps compiled regular expressions for the case that the same is wanted again, over one
 * collection: a few large ones are 30 MB.
 */
const COLLECTIONS = 2;

/** Bytes on the heap after full collections. */
export function heapBytes(): number {
  for (let count = 0; count < COLLECTIONS; count += 1) collect();
  return v8.getHeapStatistics().used_heap_size;
}

/** How far the heap has grown since it was looked at first. */
export class HeapGrowth {
  #first: number | undefined;
  #largest = 0;

  /** @param owned bytes that the observer itself has taken since */
  look(owned = 0): void {
    const bytes = heapBytes() - owned;
    this.#first ??= bytes;
    this.#largest = Math.max(this.#largest, bytes - this.#first);
  }

  get largest(): number {
    return this.#largest;
  }
}
