/** The units of time in the core. There is no clock here: time always comes in as an argument. */

/** A duration in milliseconds. */
export type Millis = number;

/** A point on the monotonic clock of one machine, in milliseconds from an arbitrary origin. */
export type Instant = number;

/**
 * The present, as the outside reports it with every event.
 *
 * Decisions depend on `at` alone. `wall` and `load` are only copied into messages, because the wire
 * format wants them there (fields `ts` and `ld`, heartbeat-3.0.6).
 */
export interface Now {
  /** Monotonic clock, milliseconds. Never steps back. */
  readonly at: Instant;
  /** Wall clock, whole seconds since 1970. May step in either direction at any time. */
  readonly wall: number;
  /** The text of /proc/loadavg without its newline; empty where it cannot be read. */
  readonly load: string;
}
