/** The checks under way, by the number of their run. */
import type { CheckResult, CheckSpec } from './check.js';
import { beginCheck } from './run.js';
import { TlsRules } from './tls.js';

export class Checks {
  readonly #rules: TlsRules;
  readonly #running = new Map<number, () => void>();

  constructor(rules = new TlsRules()) {
    this.#rules = rules;
  }

  /** Begins a check; `done` is called once with its result, unless it is cancelled before. */
  begin(run: number, spec: CheckSpec, done: (result: CheckResult) => void): void {
    const giveUp = beginCheck(spec, this.#rules, (result) => {
      if (this.#running.delete(run)) done(result);
    });
    this.#running.set(run, giveUp);
  }

  /** Ends a check; its sockets are closed, its programs stopped. */
  cancel(run: number): void {
    const giveUp = this.#running.get(run);
    this.#running.delete(run);
    giveUp?.();
  }

  /** Ends all of them. */
  close(): void {
    for (const run of [...this.#running.keys()]) this.cancel(run);
  }
}
