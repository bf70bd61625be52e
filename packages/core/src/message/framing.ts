/** Cuts the byte stream of a serial line into frames of the string form, and drops the noise. */
import { MESSAGE_BYTES_MAX } from './limits.js';

const START = '>>>';
const END = '<<<';
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * Follows the line rules of the genuine reader (heartbeat 3.0.6): lines are discarded up to one
 * that starts with `>>>`; then lines are collected up to one that starts with `<<<`. So noise that
 * ends in a newline before a frame costs nothing, noise in front of a frame on the same line costs
 * that frame, and a frame without its end costs itself and the next.
 *
 * What the tty does for the genuine program is done here: bytes are reduced to seven bits, and
 * carriage returns are removed. So are NULs, because the break that a peer sends when it opens the
 * line arrives as one.
 *
 * Holds at most one message's worth of bytes.
 */
export class Framing {
  #line = '';
  #frame: string | undefined;
  #skippingLine = false;
  #droppedLines = 0;

  /** Lines that belonged to no frame, since the beginning: the amount of noise on the line. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Takes what came in, and gives the frames that it completed, markers included. */
  push(chunk: Uint8Array): string[] {
    const frames: string[] = [];
    for (const raw of chunk) {
      const byte = raw & 0x7f;
      if (byte === CARRIAGE_RETURN || byte === 0) continue;
      if (byte === NEWLINE) {
        const frame = this.#endLine();
        if (frame !== undefined) frames.push(frame);
      } else if (!this.#skippingLine) {
        this.#line += String.fromCharCode(byte);
        if (this.#held() > MESSAGE_BYTES_MAX) this.#abandon();
      }
    }
    return frames;
  }

  #held(): number {
    return this.#line.length + (this.#frame?.length ?? 0);
  }

  /** Gives up a line, and the frame it stands in, that grew beyond any message. */
  #abandon(): void {
    this.#line = '';
    this.#frame = undefined;
    this.#skippingLine = true;
  }

  /** Takes the complete line; gives the frame when this was its last. */
  #endLine(): string | undefined {
    const line = this.#line;
    this.#line = '';
    if (this.#skippingLine) {
      this.#skippingLine = false;
      this.#droppedLines++;
      return undefined;
    }
    if (this.#frame === undefined) {
      if (line.startsWith(START)) this.#frame = `${line}\n`;
      else if (line !== '') this.#droppedLines++;
      return undefined;
    }
    const frame = `${this.#frame}${line}\n`;
    this.#frame = line.startsWith(END) ? undefined : frame;
    return this.#frame === undefined ? frame : undefined;
  }
}
