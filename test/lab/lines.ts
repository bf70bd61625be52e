/** Cuts a byte stream into lines. */

import { StringDecoder } from 'node:string_decoder';

/** A longer line is handed over in pieces, so that a stream without line ends needs no memory. */
const LINE_LENGTH_MAX = 1 << 20;

export class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes; every line that is now complete is handed over without its end. */
  push(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    const pieces = text.split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.#onLine(piece.endsWith('\r') ? piece.slice(0, -1) : piece);
    if (this.#rest.length > LINE_LENGTH_MAX) this.end();
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    const rest = this.#rest;
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
