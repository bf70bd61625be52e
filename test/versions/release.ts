/**
 * In what the old releases differ on the wire, as measured with the releases themselves: what is
 * common to 1.99.4 and 2.1 stands in `oldnode.ts` and `oldresources.ts`.
 */
import type { Millis } from '@ts-heartbeat/core/time';

export interface Release {
  readonly name: '1.99.4' | '2.1';
  /** Asks a living node for its list of nodes and does not go active before the answer. */
  readonly asksForNodes: boolean;
  /** Answers such a question. */
  readonly answersNodes: boolean;
  /** More missing messages than this are given up: nothing is asked for. */
  readonly gapMax: number;
  /** Asks for a whole gap at once, with one range, and then number by number. */
  readonly asksForRanges: boolean;
  /** The longest time to the first question for a number, and the time to each further one. */
  readonly askFirst: Millis;
  readonly askAgain: Millis;
  /** A message is not sent again within this time. */
  readonly resendPause: Millis;
  readonly historyMax: number;
  /** API clients are no longer read above this many messages without acknowledgement. */
  readonly unacknowledgedMax: number;
  /** Number 1 is refused, as if it were too old. */
  readonly refusesFirst: boolean;
  /** Bytes of a datagram that it takes. */
  readonly messageMax: number;
  /** Without a file the first generation is 1; later releases take the clock. */
  readonly firstGeneration: (wall: number) => number;
}

export const RELEASES: readonly Release[] = [
  {
    name: '1.99.4',
    asksForNodes: false,
    answersNodes: false,
    gapMax: 100,
    asksForRanges: true,
    askFirst: 1000,
    askAgain: 1000,
    resendPause: 1000,
    historyMax: 1000,
    unacknowledgedMax: 500,
    refusesFirst: true,
    messageMax: 40_000,
    firstGeneration: () => 1,
  },
  {
    name: '2.1',
    asksForNodes: true,
    answersNodes: true,
    gapMax: 500,
    asksForRanges: false,
    askFirst: 250,
    askAgain: 250,
    resendPause: 240,
    historyMax: 500,
    unacknowledgedMax: 250,
    refusesFirst: false,
    messageMax: 262_144,
    firstGeneration: (wall) => wall + 1,
  },
];
