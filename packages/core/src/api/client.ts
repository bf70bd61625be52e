/** One program that is signed on to the client API. */
import type { PeerIdentity } from './signon.js';

/** A connection, by the number its server gave it. */
export type ConnectionId = number;

/** What a client can ask to be told (`setfilter`, heartbeat 3.0.6), as bits. */
export const FILTER = {
  normal: 0x01,
  unchanged: 0x02,
  dropped: 0x04,
  duplicate: 0x08,
  api: 0x10,
  protocol: 0x20,
} as const;

export type NoticeClass = keyof typeof FILTER;

export interface ApiClient {
  readonly connection: ConnectionId;
  /** `from_id`: the name the client is known by, or its process id as text when it is casual. */
  readonly id: string;
  /** A casual client may ask, but not take part. */
  readonly casual: boolean;
  readonly peer: PeerIdentity;
  /** How many had signed on before it in this life of the daemon (`client_gen`). */
  readonly generation: number;
  /** Bits of `FILTER`. */
  readonly filter: number;
  /** Sent to the client's process with each notice; 0 is none. */
  readonly signal: number;
}
