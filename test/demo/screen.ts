/** Prints the demo: a running text and, on a terminal, a block below it kept up to date. */

import type { WriteStream } from 'node:tty';

export class Screen {
  readonly #out: NodeJS.WritableStream & Partial<WriteStream>;
  #block: readonly string[] = [];
  #shown = 0;

  constructor(out: NodeJS.WritableStream & Partial<WriteStream>) {
    this.#out = out;
  }

  /** A terminal that understands more than lines. */
  get live(): boolean {
    return this.#out.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** Whether colour is wanted. */
  get colour(): boolean {
    return this.live && (process.env.NO_COLOR ?? '') === '';
  }

  /** A line that stays. */
  say(line: string): void {
    this.#out.write(`${this.#erase()}${line}\n${this.#draw()}`);
  }

  /** What the block at the bottom shows from now on; nothing happens without a terminal. */
  show(block: readonly string[]): void {
    if (!this.live) return;
    this.#block = block;
    this.#out.write(this.#erase() + this.#draw());
  }

  /** Takes the block away. */
  finish(): void {
    this.#out.write(this.#erase());
    this.#block = [];
  }

  #erase(): string {
    const erase = this.#shown === 0 ? '' : `\u001b[${this.#shown}A\u001b[J`;
    this.#shown = 0;
    return erase;
  }

  /** As much as fits: a line that wraps, or a block higher than the screen, could not be erased. */
  #draw(): string {
    if (this.#block.length === 0) return '';
    const columns = this.#out.columns ?? 80;
    const rows = Math.max(1, (this.#out.rows ?? 24) - 1);
    const lines = ['', ...this.#block].slice(0, rows).map((line) => cut(line, columns - 1));
    this.#shown = lines.length;
    return lines.map((line) => `${line}\n`).join('');
  }
}

/** Cuts to a width; colour codes take no room and are kept. */
export function cut(line: string, width: number): string {
  let shown = 0;
  let text = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of the colour codes
  for (const piece of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001b')) {
      text += piece;
    } else {
      text += piece.slice(0, Math.max(0, width - shown));
      shown += piece.length;
    }
  }
  return text;
}
