/**
 * The input that a thread works on, where another thread can see it: should the first one never
 * come back, it is still known what it was given.
 */

const COUNT = 0;
const LENGTH = 1;
const HEADER_BYTES = 8;

export class CurrentInput {
  readonly memory: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;

  /** @param memory that of the other thread, or room for inputs of so many bytes */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory =
      typeof memory === 'number' ? new SharedArrayBuffer(HEADER_BYTES + memory) : memory;
    this.#header = new Int32Array(this.memory, 0, 2);
    this.#bytes = new Uint8Array(this.memory, HEADER_BYTES);
  }

  announce(input: Uint8Array): void {
    this.#bytes.set(input.length > this.#bytes.length ? input.subarray(0, 0) : input);
    Atomics.store(this.#header, LENGTH, input.length);
    Atomics.add(this.#header, COUNT, 1);
  }

  /** How many were announced; it wraps around. */
  get count(): number {
    return Atomics.load(this.#header, COUNT);
  }

  /** The last one. */
  get input(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#header, LENGTH));
  }
}
