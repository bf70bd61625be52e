/** The checks under way, by the number of their run. */
import type { CheckResult, CheckSpec } from './check.js';
import { beginCheck } from './run.js';
import { TlsRules } from './tls.js';

interface Running {
  readonly run: number;
  /** Where it stands in the list. */
  place: number;
  giveUp: () => void;
}

export class Checks {
  readonly #rules: TlsRules;
  /**
   * In no order. Not a map: at each rehash a map leaves its old table behind, and through it all
   * that was under way stays in memory until the next full garbage collection.
   */
  readonly #running: Running[] = [];

  constructor(rules = new TlsRules()) {
    this.#rules = rules;
  }

  /** Begins a check; `done` is called once with its result, unless it is cancelled before. */
  begin(run: number, spec: CheckSpec, done: (result: CheckResult) => void): void {
    const check: Running = { run, place: this.#running.length, giveUp: () => undefined };
    this.#running.push(check);
    check.giveUp = beginCheck(spec, this.#rules, (result) => {
      if (this.#remove(check)) done(result);
    });
  }

  /** Ends a check; its sockets are closed, its programs stopped. */
  cancel(run: number): void {
    const check = this.#running.find((one) => one.run === run);
    if (check === undefined) return;
    this.#remove(check);
    check.giveUp();
  }

  /** Ends all of them. */
  close(): void {
    for (const { run } of [...this.#running]) this.cancel(run);
  }

  /** False when it is not under way any more. */
  #remove(check: Running): boolean {
    if (this.#running[check.place] !== check) return false;
    const last = this.#running.pop();
    if (last === undefined || last === check) return true;
    last.place = check.place;
    this.#running[last.place] = last;
    return true;
  }
}
