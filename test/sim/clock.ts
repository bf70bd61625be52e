/** The two clocks of one simulated host, as seen from true time. */

/** A host's monotonic clock begins here, so that it is never mistaken for true time. */
const ORIGIN = 1_000_000;
const EPOCH = 1_700_000_000;

export class HostClock {
  /** By how much the wall clock was set, in seconds. */
  #wallOffset = 0;
  readonly #rate: number;
  #last = 0;

  /** @param drift In parts per million: how much the monotonic clock is too fast. */
  constructor(drift: number) {
    this.#rate = 1 + drift / 1e6;
  }

  /** The monotonic clock, in milliseconds; it never steps back. */
  monotonic(now: number): number {
    this.#last = Math.max(this.#last, Math.floor(ORIGIN + now * this.#rate));
    return this.#last;
  }

  /** The earliest true instant at which the monotonic clock shows at least that. */
  trueTime(monotonic: number): number {
    let now = Math.max(0, Math.floor((monotonic - ORIGIN) / this.#rate));
    while (Math.floor(ORIGIN + now * this.#rate) < monotonic) now += 1;
    return now;
  }

  /** The wall clock, in whole seconds since 1970. */
  wall(now: number): number {
    return this.rightWall(now) + this.#wallOffset;
  }

  /** What a wall clock shows that nobody has set wrong. */
  rightWall(now: number): number {
    return EPOCH + Math.floor(now / 1000);
  }

  /** Sets the wall clock by so many seconds; false where it would be before 1970: no kernel does. */
  step(now: number, seconds: number): boolean {
    if (this.wall(now) + seconds <= 0) return false;
    this.#wallOffset += seconds;
    return true;
  }
}
