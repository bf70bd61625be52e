/** A medium: one wire that carries the cluster's messages, whatever it is made of. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { Instant } from '@ts-heartbeat/core/time';
import type { Say } from '../say.js';
import type { InterfaceLookup } from './presence.js';

/** What came in: a datagram as it was, or a frame that was cut out of a stream of bytes. */
export type Arrival =
  | { readonly form: 'datagram'; readonly bytes: Uint8Array }
  | { readonly form: 'frame'; readonly text: string };

/**
 * Media are best effort, both ways: what is sent may be lost, and nothing is ever sent late
 * instead. No method throws because the wire is down; the medium says so in the log, and comes
 * back by itself.
 */
export interface Medium {
  /** The name in "Link node:name". */
  readonly link: string;
  /** In which form `send` wants a message: with a NUL behind it, or as lines of a stream. */
  readonly form: Arrival['form'];
  /**
   * Opens the wire. Resolves also when that did not work now and will be tried again.
   *
   * @throws UnusableMedium when it can never work.
   */
  open(): Promise<void>;
  /** Sends one signed message now, or drops it. Does not wait. */
  send(bytes: Uint8Array): void;
  /** Closes the wire; nothing is received after that. */
  close(): Promise<void>;
}

/** What every medium is given. */
export interface Surroundings {
  readonly say: Say;
  /** Monotonic, milliseconds. */
  readonly clock: () => Instant;
  readonly interfaces: InterfaceLookup;
  /** Takes what came in on a medium. */
  readonly received: (medium: Medium, arrival: Arrival) => void;
}

/** A medium that no waiting will help: the daemon must not start as if it had one. */
export class UnusableMedium extends Error {
  readonly code = 'HA_UNUSABLE_MEDIUM';
  /** The kind of the medium as in ha.cf. */
  readonly kind: MediumLine['kind'];
  /** The device it should have used. */
  readonly device: string;

  /** @param reason what the log says about it. */
  constructor(kind: MediumLine['kind'], device: string, reason: string) {
    super(reason);
    this.name = 'UnusableMedium';
    this.kind = kind;
    this.device = device;
  }
}
