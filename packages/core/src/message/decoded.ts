/** What a decoder of an unauthenticated message gives: the message, or why there is none. */
import type { Message } from './message.js';

/**
 * Why bytes are not a message. `start`: the start marker is missing; `end`: it stops before its end
 * marker; `field`: a field that cannot be read; `depth`: nested too deeply; `size`: too long, or
 * too many fields.
 */
export type Malformed = 'start' | 'end' | 'field' | 'depth' | 'size';

export type Decoded =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly malformed: Malformed };
