/** What one row of the tables is: something a peer does, played at both programs. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Bench } from './bench.js';
import type { Peer } from './peer.js';

/** What is seen of a daemon during a row, with all that differs from run to run taken out. */
export interface Sight {
  /** Lines of the log, from the severity on. */
  readonly log: readonly string[];
  /** What the daemon sent because of the row, its own fields only. */
  readonly sent: readonly string[];
}

/** What a row can do. */
export interface Act {
  readonly bench: Bench;
  readonly keyring: Keyring;
  /** The node that the row speaks as. Every row has its own. */
  readonly peer: Peer;
  /** Sends a message, signed with the bench's key, or bytes as they are. */
  send(what: Message | Uint8Array, network?: 0 | 1): void;
  /** Waits until the daemon has dealt with what was sent. */
  fence(): Promise<void>;
  /** Waits for a line of the log since the row began. */
  logged(pattern: RegExp): Promise<string>;
  /** Waits for a message since the row began. */
  answered(fits: (message: Message) => boolean): Promise<Message>;
  /** Lets time pass where the rule itself is about time. */
  rest(ms: number): Promise<void>;
  /** Adds an observation of the row's own to what is compared. */
  note(text: string): void;
  /** The number of the daemon's newest message. */
  newest(): number;
  /** Counts what is sent again from the newest message of now, not of the row's beginning. */
  rebase(): void;
}

export interface Row {
  readonly name: string;
  /** The daemon has not heard of the row's node before; otherwise it is active, at number 1. */
  readonly fresh?: true;
  readonly play: (act: Act) => void | Promise<void>;
  /** Whether a missing number is asked for before it comes is a matter of chance. */
  readonly mayAsk?: true;
  /** Only the row's own observations are compared. */
  readonly notesOnly?: true;
  /** Why it is not played at the genuine program, which would not come to an end. */
  readonly oursOnly?: string;
  /** Where ours differs on purpose: why, and what is to be seen of ours. */
  readonly ours?: { readonly reason: string } & Partial<Sight>;
}
