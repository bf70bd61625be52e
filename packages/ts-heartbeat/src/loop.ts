/**
 * The loop around the cluster machine: brings it what happens, in order, and performs what it asks
 * for. Everything the node does goes through here, on one thread.
 */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import type { LogLine } from '@ts-heartbeat/core/log';
import { refusalOf } from '@ts-heartbeat/core/membership/refusal';
import {
  decodeDatagram,
  decodeFrame,
  encodeDatagram,
  encodeFrame,
} from '@ts-heartbeat/core/message/datagram';
import type { Message } from '@ts-heartbeat/core/message/message';
import { dueFrom, type NodeState, step, view, wakeAt } from '@ts-heartbeat/core/node';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import type { ClusterView } from '@ts-heartbeat/core/view';
import type { Clock } from '@ts-heartbeat/platform/clock';
import { type Alarm, makeWakeup, type Wakeup } from '@ts-heartbeat/platform/wakeup';
import type { Arrival, Medium } from './media/medium.js';
import { Refusals } from './refusals.js';
import type { Say } from './say.js';

/** Effects that somebody else performs: clients, the runner, scripts, the end. */
export type OutsideEffect = Exclude<Effect, { kind: 'send' | 'ping' | 'log' }>;

export interface LoopParts {
  readonly clock: Clock;
  readonly alarm: Alarm;
  readonly say: Say;
  /** Writes a line in the name of a script, in the form of its lines. */
  readonly sayAsScript: (line: LogLine) => void;
  /** Asked for every message, so that keys read again count at once. */
  readonly keyring: () => Keyring;
  /** Whether packets that cannot be read are logged (`log_badpack`). */
  readonly logBadPackets: boolean;
  /** Later than this, the loop counts as having overslept. */
  readonly oversleep: Millis;
  readonly outside: (effect: OutsideEffect) => void;
  /** A message has been handed to the media. */
  readonly sent?: (message: Message) => void;
}

/** Turns of the event loop in which waiting packets are taken in after oversleeping. */
const DRAIN_TURNS_MAX = 64;

/**
 * And how long that may take: in a flood there is always something waiting, and our own heartbeat
 * is late already. What is then still unread has two keepalives more to be read.
 */
const DRAIN_LONGEST: Millis = 100;

/** After that, what serial lines had waiting is given this long to come through. */
const DRAIN_REST: Millis = 20;

/** Events kept for the report of a crash. */
const TRACE_MAX = 200;

/** The link that messages of a ping medium may speak for, and what they must call themselves. */
const PING_TYPE = 'NS_st';

interface Line {
  readonly medium: Medium;
  readonly ping: boolean;
}

/** What happened, and when; made into text only for a report. */
interface Trace {
  readonly at: Instant;
  readonly event: Event;
}

export class Loop {
  readonly #parts: LoopParts;
  readonly #lines = new Map<Medium, Line>();
  readonly #wakeup: Wakeup;
  readonly #queue: Event[] = [];
  readonly #trace: Trace[] = [];
  readonly #refusals: Refusals;
  #state: NodeState;
  #busy = false;
  #wakeAt: Instant | undefined;
  #arrivals = 0;
  #draining = false;
  #over = false;

  constructor(node: NodeState, parts: LoopParts) {
    this.#state = node;
    this.#parts = parts;
    this.#refusals = new Refusals(parts.say, () => parts.clock.at());
    this.#wakeup = makeWakeup(parts.alarm, (late) => this.#woken(late));
  }

  /** Sends on that medium from now on, and takes what it brings. */
  add(medium: Medium, ping: boolean): void {
    this.#lines.set(medium, { medium, ping });
  }

  get view(): ClusterView {
    return view(this.#state);
  }

  /** The last events, oldest first, for the report of a crash. */
  get trace(): readonly string[] {
    return this.#trace.map(({ at, event }) => `${at.toFixed(0)} ${summary(event)}`);
  }

  /** How many messages were refused on each link, and why; empty when none was. */
  get refused(): readonly string[] {
    return this.#refusals.rows;
  }

  /** Hands an event to the machine. Events that come while one is handled wait for their turn. */
  happen(event: Event): void {
    if (this.#over) return;
    const isOfTime = event.kind === 'time' || event.kind === 'overslept';
    if (!isOfTime && !this.#busy) this.#noticeSleep();
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#handle(next);
      }
    } finally {
      this.#busy = false;
    }
    this.#setWakeup();
  }

  /** Takes what came in on a medium. */
  arrived(medium: Medium, arrival: Arrival): void {
    const line = this.#lines.get(medium);
    if (line === undefined || this.#over) return;
    this.#arrivals += 1;
    this.#noticeSleep();
    const keyring = this.#parts.keyring();
    const received =
      arrival.form === 'frame'
        ? decodeFrame(arrival.text, keyring)
        : decodeDatagram(arrival.bytes, keyring);
    const { link } = medium;
    if (!received.ok) {
      // The last line of several is the one that says what it comes to.
      const line = this.#parts.logBadPackets ? () => received.log.at(-1) : undefined;
      this.#refusals.note(link, received.rejected, line);
      return;
    }
    const { message } = received;
    if (line.ping && !isOwnEcho(medium, message)) return;
    const refusal = refusalOf(this.#state, link, message);
    if (refusal !== undefined) {
      const { reason, text } = refusal;
      this.#refusals.note(link, reason, text && (() => ({ severity: 'error', text: text() })));
      return;
    }
    this.happen({ kind: 'received', link, message });
  }

  /** Ends the loop: nothing happens any more. */
  stop(): void {
    this.#over = true;
    this.#queue.length = 0;
    this.#wakeup.set(undefined);
  }

  #handle(event: Event): void {
    this.#note(event);
    const { state, effects } = step(this.#state, event, this.#parts.clock.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'log':
        if (effect.tag === undefined) this.#parts.say(effect.severity, effect.text);
        else this.#parts.sayAsScript(effect);
        break;
      case 'send':
        this.#send(effect.message);
        break;
      case 'ping':
        this.#ping(effect.link, effect.message);
        break;
      default:
        this.#parts.outside(effect);
    }
  }

  /** Encodes once for each form, and sends everywhere. */
  #send(message: Message): void {
    const keyring = this.#parts.keyring();
    let datagram: Uint8Array | undefined;
    let frame: Uint8Array | undefined;
    for (const { medium, ping } of this.#lines.values()) {
      if (ping) continue;
      if (medium.form === 'frame') {
        frame ??= encodeFrame(message, keyring);
        medium.send(frame);
      } else {
        datagram ??= encodeDatagram(message, keyring);
        medium.send(datagram);
      }
    }
    this.#parts.sent?.(message);
  }

  #ping(link: string, message: Message): void {
    for (const { medium, ping } of this.#lines.values()) {
      if (!ping || medium.link !== link) continue;
      medium.send(encodeDatagram(message, this.#parts.keyring()));
    }
  }

  /** A socket or a child may be served before the timer that is long due. */
  #noticeSleep(): void {
    if (this.#draining || this.#wakeAt === undefined) return;
    const late = this.#parts.clock.at() - this.#wakeAt;
    if (late > this.#parts.oversleep) this.#wake(late);
  }

  #woken(late: Millis): void {
    if (!this.#draining) this.#wake(late);
  }

  #wake(late: Millis): void {
    if (late <= this.#parts.oversleep) {
      this.#wakeAt = undefined;
      this.happen({ kind: 'time' });
      return;
    }
    this.#draining = true;
    this.#wakeAt = undefined;
    this.happen({ kind: 'overslept', by: late });
    this.#drain(DRAIN_TURNS_MAX, this.#parts.clock.at() + DRAIN_LONGEST);
  }

  /**
   * Lets the sockets be read, until none had anything or turns or time are used up, and goes on.
   */
  #drain(turns: number, until: Instant): void {
    const before = this.#arrivals;
    setImmediate(() => {
      if (this.#over) return;
      const more = this.#arrivals !== before && turns > 0;
      if (more && this.#parts.clock.at() < until) {
        this.#drain(turns - 1, until);
        return;
      }
      setTimeout(() => {
        this.#draining = false;
        this.happen({ kind: 'time' });
      }, DRAIN_REST);
    });
  }

  #setWakeup(): void {
    if (this.#draining || this.#over) return;
    const next = wakeAt(this.#state);
    const now = this.#parts.clock.at();
    this.#wakeAt = next === undefined ? undefined : dueFrom(next, now, this.#wakeAt);
    this.#wakeup.set(this.#wakeAt);
  }

  #note(event: Event): void {
    this.#trace.push({ at: this.#parts.clock.at(), event });
    if (this.#trace.length > TRACE_MAX) this.#trace.shift();
  }
}

/** True for a message of that ping medium that we sent and an echo reply brought home. */
function isOwnEcho(medium: Medium, message: Message): boolean {
  return message.get('t') === PING_TYPE && message.get('src') === medium.link;
}

function summary(event: Event): string {
  switch (event.kind) {
    case 'received':
    case 'local': {
      const { message } = event;
      const fields = ['t', 'src', 'seq', 'st', 'info'].map((name) => message.get(name) ?? '-');
      return `${event.kind} ${event.kind === 'received' ? event.link : '-'} ${fields.join(' ')}`;
    }
    case 'jobDone':
      return `jobDone ${event.id} ${event.outcome.ok ? 'ok' : 'failed'}`;
    case 'overslept':
      return `overslept ${Math.round(event.by)}`;
    default:
      return event.kind;
  }
}
