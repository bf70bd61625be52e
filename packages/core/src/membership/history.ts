/** What this node has sent: numbered, kept for peers that missed some of it. */
import type { Message } from '../message/message.js';
import type { Instant } from '../time.js';

/** How many messages are kept, as in heartbeat 2.1 and 3.0.6. */
export const HISTORY_MAX = 500;
/** A message is not sent again sooner than this after the last time (heartbeat 2.1 and 3.0.6). */
export const RESEND_PAUSE = 240;

export interface History {
  /** The number of the newest message; 0 before the first. */
  readonly newest: number;
  /** The kept messages, oldest first; the last one has the number `newest`. */
  readonly messages: readonly Message[];
  /** When a message was last sent again, for those sent again lately. */
  readonly resent: ReadonlyMap<number, Instant>;
  /** Every living node that acknowledges has acknowledged up to here. */
  readonly settled: number;
}

export const EMPTY_HISTORY: History = { newest: 0, messages: [], resent: new Map(), settled: 0 };

/** Adds the next message. */
export function remember(history: History, message: Message): History {
  const kept = history.messages.length < HISTORY_MAX ? history.messages : history.messages.slice(1);
  return { ...history, newest: history.newest + 1, messages: [...kept, message] };
}

export type Recall =
  | { readonly kind: 'send'; readonly message: Message; readonly history: History }
  /** Sent again a moment ago; the copy is on its way. */
  | { readonly kind: 'recent' }
  /** No longer kept, or never: number 0 does not exist. */
  | { readonly kind: 'too low' }
  | { readonly kind: 'too high' };

/** Looks up one message that a peer asks for. */
export function recall(history: History, seq: number, at: Instant): Recall {
  if (seq > history.newest) return { kind: 'too high' };
  const message = history.messages[seq - (history.newest - history.messages.length) - 1];
  if (message === undefined) return { kind: 'too low' };
  const before = history.resent.get(seq);
  if (before !== undefined && at - before < RESEND_PAUSE) return { kind: 'recent' };
  const resent = new Map([...history.resent].filter(([, when]) => at - when < RESEND_PAUSE));
  return { kind: 'send', message, history: { ...history, resent: resent.set(seq, at) } };
}

/** True when a later message of the same type is kept. */
export function isOvertaken(history: History, seq: number, type: string): boolean {
  const next = seq - (history.newest - history.messages.length);
  return history.messages.slice(Math.max(0, next)).some((later) => later.get('t') === type);
}
