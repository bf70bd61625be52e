/** The text of a pattern and the place reached in it. */

/** Why a pattern was refused, in words for the log. */
export class PatternError extends Error {}

/** {n}, {n,}, {,m}, {n,m}, blanks allowed inside; the comma is group 2. */
export const COUNT = /\{ *(?=[\d,])(?!, *\})(\d*) *(?:(,) *(\d*) *)?\}/y;

export class PatternText {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#source.length;
  }

  /** The next character, taken; empty at the end. */
  next(): string {
    return this.#source[this.#at++] ?? '';
  }

  at(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** Takes that text if it comes next. */
  accept(text: string): boolean {
    const found = this.at(text);
    if (found) this.#at += text.length;
    return found;
  }

  /** How often that character still comes. */
  countOf(char: string): number {
    return this.#source.slice(this.#at).split(char).length - 1;
  }

  /** Whether a sticky expression matches here. */
  sees(expression: RegExp): boolean {
    expression.lastIndex = this.#at;
    return expression.test(this.#source);
  }

  /** Takes what a sticky expression matches here. */
  match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found) this.#at += found[0].length;
    return found;
  }

  /** Gives so many characters back. */
  back(count: number): void {
    this.#at -= count;
  }
}
