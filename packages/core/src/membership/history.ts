/** What this node has sent: numbered, kept for peers that missed some of it. */
import type { Message } from '../message/message.js';
import type { Instant } from '../time.js';

/** How many messages are kept, as in heartbeat 2.1 and 3.0.6. */
export const HISTORY_MAX = 500;
/** So many of the newest stand by themselves: adding one copies no more than these. */
const LATEST_MAX = 32;
/** A message is not sent again sooner than this after the last time (heartbeat 2.1 and 3.0.6). */
export const RESEND_PAUSE = 240;

export interface History {
  /** The number of the newest message; 0 before the first. */
  readonly newest: number;
  /**
   * The kept messages, oldest first: those of `earlier`, then those of `latest`, whose last one has
   * the number `newest`. A few more lie there than are kept.
   */
  readonly earlier: readonly Message[];
  readonly latest: readonly Message[];
  /** When a message was last sent again, for those sent again lately. */
  readonly resent: ReadonlyMap<number, Instant>;
  /** Every living node that acknowledges has acknowledged up to here. */
  readonly settled: number;
}

export const EMPTY_HISTORY: History = {
  newest: 0,
  earlier: [],
  latest: [],
  resent: new Map(),
  settled: 0,
};

/** Adds the next message. */
export function remember(history: History, message: Message): History {
  const { newest, earlier, latest } = history;
  if (latest.length < LATEST_MAX) {
    return { ...history, newest: newest + 1, latest: [...latest, message] };
  }
  const moved = [...earlier, ...latest].slice(-HISTORY_MAX);
  return { ...history, newest: newest + 1, earlier: moved, latest: [message] };
}

/** How many messages lie there, and how many may. */
export function fillOf({ earlier, latest }: History): {
  readonly count: number;
  readonly limit: number;
} {
  return { count: earlier.length + latest.length, limit: HISTORY_MAX + LATEST_MAX };
}

/** The message of that number; undefined when it is not kept any more, or does not exist. */
function messageAt({ newest, earlier, latest }: History, seq: number): Message | undefined {
  const back = newest - seq;
  if (back >= HISTORY_MAX) return undefined;
  return back < latest.length ? latest.at(-1 - back) : earlier.at(latest.length - 1 - back);
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
  const message = messageAt(history, seq);
  if (message === undefined) return { kind: 'too low' };
  const before = history.resent.get(seq);
  if (before !== undefined && at - before < RESEND_PAUSE) return { kind: 'recent' };
  const resent = new Map([...history.resent].filter(([, when]) => at - when < RESEND_PAUSE));
  return { kind: 'send', message, history: { ...history, resent: resent.set(seq, at) } };
}

/** True when a later message of the same type is kept; with `ipaddr` one about the same group. */
export function isOvertaken(history: History, seq: number, type: string, ipaddr?: string): boolean {
  for (let later = seq + 1; later <= history.newest; later += 1) {
    const message = messageAt(history, later);
    const same = ipaddr === undefined || keyOf(message) === ipaddr;
    if (message?.get('t') === type && same) return true;
  }
  return false;
}

/** The newest kept message of a type. */
export function newestOf(history: History, type: string): Message | undefined {
  const { earlier, latest } = history;
  const isOfType = (message: Message): boolean => message.get('t') === type;
  return latest.findLast(isOfType) ?? earlier.findLast(isOfType);
}

/** The group that a message is about; a second word may follow its key. */
export function keyOf(message: Message | undefined): string | undefined {
  return message?.get('ipaddr')?.split(' ', 1)[0];
}
