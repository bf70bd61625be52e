/** The checks under way, by the number of their run. */
import type { CheckResult, CheckSpec } from './check.js';
import { runCheck } from './run.js';
import { TlsRules } from './tls.js';

export class Checks {
  readonly #rules: TlsRules;
  readonly #running = new Map<number, AbortController>();

  constructor(rules = new TlsRules()) {
    this.#rules = rules;
  }

  /** Begins a check; `done` is called once with its result, unless it is cancelled before. */
  begin(run: number, spec: CheckSpec, done: (result: CheckResult) => void): void {
    const controller = new AbortController();
    this.#running.set(run, controller);
    void runCheck(spec, controller.signal, this.#rules).then((result) => {
      if (this.#running.delete(run)) done(result);
    });
  }

  /** Ends a check; its sockets are closed, its programs stopped. */
  cancel(run: number): void {
    const controller = this.#running.get(run);
    this.#running.delete(run);
    controller?.abort();
  }

  /** Ends all of them. */
  close(): void {
    for (const run of [...this.#running.keys()]) this.cancel(run);
  }
}
