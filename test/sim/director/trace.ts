/**
 * What happened, one event a line with fixed columns, and a digest of all of it: two runs are equal
 * exactly when their digests are. Only the last lines are kept.
 *
 * Columns: time since the beginning, number of the daemon's life, state of that life (`.` none,
 * `A` adopting the table, `R` running, `S` stopping, `z` held up), what; its first sign tells whose
 * it is: `>` a check begins, `<` its answer, `r` a read of the table, `$` a change of it, `=` the
 * end of a call, `#` a fault or an operator, `!` a line of the log, `@` a mail, `%` a fallback
 * command.
 */
import { createHash } from 'node:crypto';

/** Lines kept: minutes of a busy run. */
const KEPT_MAX = 2000;
/** So many lines are hashed at once. */
const BLOCK = 256;

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #whole: boolean;
  #kept: string[] = [];
  #block: string[] = [];

  /** @param whole Keep every line. */
  constructor(whole: boolean) {
    this.#whole = whole;
  }

  add(at: number, life: number, state: string, what: string): void {
    const line = `${timeText(at)} ${String(life).padStart(3)} ${state} ${what}`;
    this.#kept.push(line);
    if (!this.#whole && this.#kept.length >= 2 * KEPT_MAX) this.#kept = this.#kept.slice(-KEPT_MAX);
    this.#block.push(line);
    if (this.#block.length >= BLOCK) this.#flush();
  }

  get lines(): readonly string[] {
    return this.#whole ? this.#kept : this.#kept.slice(-KEPT_MAX);
  }

  /** Of all lines; the trace is over. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(`${this.#block.join('\n')}\n`);
    this.#block = [];
  }
}

/** Those lines of a trace that were written by then. */
export function linesUntil(lines: readonly string[], at: number): readonly string[] {
  const end = timeText(Math.floor(at));
  return lines.filter((line) => line.slice(0, end.length) <= end);
}

/** `1:02:03.004`, in ten columns and more. */
export function timeText(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60];
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const clock = `${Math.floor(hours)}:${two(minutes)}:${two(seconds)}`;
  return `${clock}.${String(ms % 1000).padStart(3, '0')}`.padStart(12);
}
