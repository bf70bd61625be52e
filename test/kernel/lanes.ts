/** What the client sees of the virtual services, and what a test concludes from it. */

/** A way to a virtual service. */
export interface Lane {
  /** The client's own address; it decides whether a real server answers through the director. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly udp?: boolean;
}

/** One request; instants of the site's clock. */
export interface Attempt {
  readonly lane: string;
  readonly begun: number;
  readonly ended: number;
  /** The name of the server that answered, or the error. */
  readonly saw: string;
}

/** A connection that is held. */
export interface Held {
  readonly sent: number;
  readonly received: number;
  /** The longest time between two lines. */
  readonly longestMs: number;
  readonly broken?: string;
}

/** The last attempt that was not answered by one of the servers; undefined: there is none. */
export function lastWrong(
  attempts: readonly Attempt[],
  servers: readonly string[],
): Attempt | undefined {
  return attempts
    .filter(({ saw }) => !servers.includes(saw))
    .sort((a, b) => a.begun - b.begun)
    .at(-1);
}

/** Which servers answered on a lane, in order of their names. */
export function answering(attempts: readonly Attempt[], lane: string): readonly string[] {
  return [...new Set(attempts.filter((one) => one.lane === lane).map(({ saw }) => saw))].sort();
}
