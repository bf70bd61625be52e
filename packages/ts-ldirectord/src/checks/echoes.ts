/** ICMP echoes of all ping checks over one socket for each family, open while any is awaited. */
import { randomBytes, randomInt } from 'node:crypto';
import { type Echo, openEcho } from '@ts-heartbeat/platform/icmp';
import { canonical } from '../ipvs/address.js';

/** What came of a request: an answer, nothing in time, or why it could not be sent (`ENETUNREACH`). */
export type EchoOutcome = { readonly answered: boolean } | { readonly trouble: string };

/** What a request carries (ldirectord 4.12). Here they are random, so that no answer can be made up. */
const DATA_BYTES = 64;
/** Sequence numbers and ids have 16 bits. */
const NUMBERS = 0x1_0000;
/** The way out is full for the moment: as if the request had been lost on its way. */
const PASSING = new Set(['EAGAIN', 'ENOBUFS', 'ENOMEM', 'EINTR']);

interface Awaited {
  readonly from: string | undefined;
  readonly payload: Buffer;
  readonly done: (outcome: EchoOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

interface Door {
  readonly echo: Echo;
  /** By the sequence number of the request. */
  readonly awaited: Map<number, Awaited>;
}

export class Echoes {
  readonly #open: typeof openEcho;
  readonly #doors = new Map<4 | 6, Door>();
  #seq = randomInt(NUMBERS);

  constructor(open = openEcho) {
    this.#open = open;
  }

  /**
   * Sends one request, and tells once what came of it. An answer counts when it comes from that
   * address and brings back the number and every byte of the request.
   *
   * @returns how to await it no longer; undefined where ICMP sockets are not permitted
   */
  ask(
    address: string,
    timeoutMs: number,
    done: (outcome: EchoOutcome) => void,
  ): (() => void) | undefined {
    const family = address.includes(':') ? 6 : 4;
    const door = this.#door(family);
    if (door === undefined) return undefined;
    const seq = this.#freeNumber(door);
    const payload = randomBytes(DATA_BYTES);
    const end = (outcome?: EchoOutcome): void => {
      const mine = door.awaited.get(seq);
      if (mine?.payload !== payload) return;
      clearTimeout(mine.timer);
      door.awaited.delete(seq);
      if (door.awaited.size === 0) {
        this.#doors.delete(family);
        door.echo.close();
      }
      if (outcome !== undefined) done(outcome);
    };
    const timer = setTimeout(() => end({ answered: false }), timeoutMs);
    door.awaited.set(seq, { from: canonical(address), payload, done: end, timer });
    const trouble = door.echo.send(address, seq, payload);
    // Told later, as everything else.
    if (trouble !== undefined && !PASSING.has(trouble)) setImmediate(() => end({ trouble }));
    return () => end();
  }

  #door(family: 4 | 6): Door | undefined {
    const open = this.#doors.get(family);
    if (open !== undefined) return open;
    const awaited = new Map<number, Awaited>();
    try {
      const options = { id: randomInt(1, NUMBERS), family };
      const echo = this.#open(options, (address, seq, payload) => {
        const found = awaited.get(seq);
        if (found === undefined || canonical(address) !== found.from) return;
        if (found.payload.equals(payload)) found.done({ answered: true });
      });
      const door = { echo, awaited };
      this.#doors.set(family, door);
      return door;
    } catch {
      // Not permitted, or this kernel lacks the family: the caller has another way.
      return undefined;
    }
  }

  /** Every check awaits one at a time, so that there are always free ones. */
  #freeNumber({ awaited }: Door): number {
    do this.#seq = (this.#seq + 1) % NUMBERS;
    while (awaited.has(this.#seq) && awaited.size < NUMBERS);
    return this.#seq;
  }
}
