/** A wire in memory, for tests: what one end sends, all other ends receive. */
import type { Arrival, Medium, Surroundings } from './medium.js';

/** A segment that memory media are plugged into. */
export class MemoryWire {
  readonly #ends = new Set<MemoryMedium>();
  /** A cut wire swallows everything. */
  cut = false;

  plug(end: MemoryMedium): void {
    this.#ends.add(end);
  }

  unplug(end: MemoryMedium): void {
    this.#ends.delete(end);
  }

  /** Hands the bytes to every other end, after the sender has finished its turn. */
  carry(from: MemoryMedium, bytes: Uint8Array): void {
    if (this.cut) return;
    for (const end of this.#ends) {
      if (end !== from) setImmediate(() => end.deliver(bytes));
    }
  }
}

export class MemoryMedium implements Medium {
  readonly form = 'datagram' as const;
  readonly link: string;
  readonly #wire: MemoryWire;
  readonly #received: Surroundings['received'];

  constructor(wire: MemoryWire, link: string, received: Surroundings['received']) {
    this.#wire = wire;
    this.link = link;
    this.#received = received;
  }

  open(): Promise<void> {
    this.#wire.plug(this);
    return Promise.resolve();
  }

  send(bytes: Uint8Array): void {
    this.#wire.carry(this, bytes);
  }

  close(): Promise<void> {
    this.#wire.unplug(this);
    return Promise.resolve();
  }

  deliver(bytes: Uint8Array): void {
    const arrival: Arrival = { form: 'datagram', bytes };
    this.#received(this, arrival);
  }
}
