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

/** Requests sent in one turn of the event loop: their answers are to find room in the socket. */
const REQUESTS_PER_TURN = 16;

interface Awaited {
  readonly from: string | undefined;
  readonly payload: Buffer;
  readonly answered: () => void;
}

interface Door {
  readonly echo: Echo;
  /** By the sequence number of the request. */
  readonly awaited: Map<number, Awaited>;
  /** Those who wait, for their answer or for their turn to ask. */
  users: number;
}

export class Echoes {
  readonly #open: typeof openEcho;
  readonly #doors = new Map<4 | 6, Door>();
  readonly #toSend = new Set<() => void>();
  #turn: NodeJS.Immediate | undefined;
  #seq = randomInt(NUMBERS);

  constructor(open = openEcho) {
    this.#open = open;
  }

  /**
   * Sends one request as soon as may be, and tells once what came of it. An answer counts when it
   * comes from that address and brings back the number and every byte of the request.
   *
   * @returns how to await it no longer; undefined where ICMP sockets are not permitted
   */
  ask(
    address: string,
    timeoutMs: number,
    done: (outcome: EchoOutcome) => void,
  ): (() => void) | undefined {
    const family = address.includes(':') ? 6 : 4;
    const door = this.#enter(family);
    if (door === undefined) return undefined;
    let seq: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (outcome?: EchoOutcome): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      this.#toSend.delete(send);
      if (seq !== undefined) door.awaited.delete(seq);
      this.#leave(family, door);
      if (outcome !== undefined) done(outcome);
    };
    const send = (): void => {
      const payload = randomBytes(DATA_BYTES);
      const answered = (): void => end({ answered: true });
      seq = this.#freeNumber(door);
      door.awaited.set(seq, { from: canonical(address), payload, answered });
      timer = setTimeout(() => end({ answered: false }), timeoutMs);
      const trouble = door.echo.send(address, seq, payload);
      if (trouble !== undefined && !PASSING.has(trouble)) end({ trouble });
    };
    this.#toSend.add(send);
    this.#nextTurn();
    return () => end();
  }

  #nextTurn(): void {
    if (this.#turn !== undefined || this.#toSend.size === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      let left = REQUESTS_PER_TURN;
      for (const send of this.#toSend) {
        if (left-- <= 0) break;
        this.#toSend.delete(send);
        send();
      }
      this.#nextTurn();
    });
  }

  #enter(family: 4 | 6): Door | undefined {
    const door = this.#doors.get(family) ?? this.#openDoor(family);
    if (door !== undefined) door.users += 1;
    return door;
  }

  #leave(family: 4 | 6, door: Door): void {
    door.users -= 1;
    if (door.users > 0) return;
    this.#doors.delete(family);
    door.echo.close();
  }

  #openDoor(family: 4 | 6): Door | undefined {
    const awaited = new Map<number, Awaited>();
    try {
      const options = { id: randomInt(1, NUMBERS), family };
      const echo = this.#open(options, (address, seq, payload) => {
        const found = awaited.get(seq);
        if (found === undefined || canonical(address) !== found.from) return;
        if (found.payload.equals(payload)) found.answered();
      });
      const door = { echo, awaited, users: 0 };
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
