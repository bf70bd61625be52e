/** Keeps the failure of one medium from being the failure of all. */
import { Complaint } from './complaint.js';
import { errorText } from './errortext.js';
import { type Arrival, type Medium, type Surroundings, UnusableMedium } from './medium.js';

/**
 * A medium whose methods throw nothing but `UnusableMedium`: whatever else goes wrong inside is a
 * fault of ours, and is logged, and the other media go on.
 */
export class GuardedMedium implements Medium {
  readonly #inner: Medium;
  readonly #fault: Complaint;

  /** `make` gets the surroundings that the inner medium is to have. */
  constructor(around: Surroundings, make: (around: Surroundings) => Medium) {
    this.#fault = new Complaint(around.say, around.clock);
    this.#inner = make({
      ...around,
      received: (_inner: Medium, arrival: Arrival) => around.received(this, arrival),
    });
  }

  get link(): string {
    return this.#inner.link;
  }

  get form(): Arrival['form'] {
    return this.#inner.form;
  }

  async open(): Promise<void> {
    try {
      await this.#inner.open();
    } catch (error) {
      if (error instanceof UnusableMedium) throw error;
      this.#complain(error);
    }
  }

  send(bytes: Uint8Array): void {
    try {
      this.#inner.send(bytes);
    } catch (error) {
      this.#complain(error);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#inner.close();
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    this.#fault.say('error', `glib: medium ${this.link} failed: ${errorText(error)}`);
  }
}
