/** What is left on the heap of this thread once everything that can go is gone. */
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** Bytes on the heap after a full collection. */
export function heapBytes(): number {
  collect();
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
