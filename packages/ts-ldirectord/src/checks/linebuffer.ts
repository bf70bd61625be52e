/** Bytes from a server, cut into lines; how they arrive in pieces makes no difference. */

/** How much a server may send. */
export interface LineLimits {
  /** Bytes of a line, its end included. */
  readonly line: number;
  /** Lines of a conversation: a million empty ones would keep this process busy for a second. */
  readonly lines: number;
  /** Bytes of a conversation. */
  readonly total: number;
}

export class LineBuffer {
  readonly #limits: LineLimits;
  #lines: string[] = [];
  #next = 0;
  /** The pieces of a line whose end has not come yet: joined once, however small they are. */
  #pieces: string[] = [];
  #pieceBytes = 0;
  #bytes = 0;
  #count = 0;
  #excess: string | undefined;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  /** Why nothing more is taken in: a limit was passed. The lines before it can still be taken. */
  get excess(): string | undefined {
    return this.#excess;
  }

  add(chunk: Buffer): void {
    if (this.#excess !== undefined) return;
    const room = this.#limits.total - this.#bytes;
    const text = chunk.toString('latin1', 0, Math.min(chunk.length, room));
    this.#bytes += text.length;
    this.#cut(text);
    if (chunk.length > room) this.#excess ??= 'too much was sent';
  }

  /** The next complete line with its end; undefined when there is none. */
  take(): string | undefined {
    const line = this.#lines[this.#next];
    if (line === undefined) return undefined;
    this.#next += 1;
    if (this.#next === this.#lines.length) {
      this.#lines = [];
      this.#next = 0;
    }
    return line;
  }

  /** The first character that has not been taken. */
  peek(): string | undefined {
    return (this.#lines[this.#next] ?? this.#pieces[0])?.[0];
  }

  /** What came behind the last line's end. */
  rest(): string | undefined {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#pieceBytes = 0;
    return text === '' ? undefined : text;
  }

  #cut(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, end + 1));
      from = end + 1;
      this.#count += 1;
      if (this.#count > this.#limits.lines) this.#excess ??= 'too many lines were sent';
      if (this.#excess !== undefined) return;
      this.#lines.push(this.rest() ?? '');
    }
    if (from < text.length) this.#keep(text.slice(from));
  }

  #keep(piece: string): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > this.#limits.line) this.#excess = 'too long a line was sent';
  }
}
