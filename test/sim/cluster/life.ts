/** One life of the daemon on a simulated host: the loop around its mind, and its media. */
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Event } from '@ts-heartbeat/core/event';
import { fillOf } from '@ts-heartbeat/core/membership/history';
import { refusalOf } from '@ts-heartbeat/core/membership/refusal';
import { MISSING_MAX } from '@ts-heartbeat/core/membership/sequence';
import { Framing } from '@ts-heartbeat/core/message/framing';
import type { Message } from '@ts-heartbeat/core/message/message';
import { dueFrom } from '@ts-heartbeat/core/node';
import { LinePace } from 'ts-heartbeat/media/linepace';
import { Refusals } from 'ts-heartbeat/refusals';
import type { Planned } from '../world.js';
import type { Around, Seen } from './around.js';
import { SimulatedIpfail } from './ipfail.js';
import type { Mind } from './mind.js';
import { type Label, Packet } from './packet.js';

/** Later than this the loop has overslept, as in the daemon. */
const OVERSLEEP_LEAST = 500;
const PING_MS = 2;
const CLIENTS_STOP_MS = 20;
const CLIENTS_START_MS = 200;
/** Markers and signature of a message, and its uuid in base64. */
const SIGNED_BYTES = 60;
const BINARY_BYTES = 27;
/** The time of sending, as long as it is in our days: how a clock is set moves nothing on a line. */
const STAMP_BYTES = 8;
/** Jobs that one node may have under way. */
const JOBS_MAX = 64;
/** Packets that a socket keeps for a loop that does not come. */
const SOCKET_MAX = 300;
/** A terminal keeps that many bytes. */
const TERMINAL_MAX = 4096;

export interface LifeParts {
  readonly around: Around;
  readonly name: string;
  readonly settings: Settings;
  readonly mind: Mind;
  readonly genuine: boolean;
  readonly generation: number;
  /** Monotonic and wall clock of the host. */
  readonly clock: {
    monotonic(now: number): number;
    trueTime(at: number): number;
    wall(now: number): number;
  };
  readonly see: (seen: Seen) => void;
  /** How late the loop is served now, at most; undefined while the machine stands still. */
  readonly lateness: () => number | undefined;
  readonly drawLateness: (most: number) => number;
  readonly job: (effect: Effect & { readonly kind: 'job' }) => void;
  readonly exit: (effect: Effect & { readonly kind: 'exit' }) => void;
}

interface Waiting {
  readonly link: string;
  readonly packet: Packet;
}

export class Life {
  readonly #parts: LifeParts;
  readonly #oversleep: number;
  readonly #inbox: Waiting[] = [];
  readonly #framings = new Map<string, Framing>();
  readonly #paces = new Map<string, LinePace>();
  readonly #ipfail: SimulatedIpfail | undefined;
  readonly #refusals: Refusals;
  readonly #events: Event[] = [];
  #busy = false;
  #over = false;
  #terminal = 0;
  /** Lines whose last message was spoilt: the next one may be lost with it. */
  readonly #spoilt = new Set<string>();
  #wake: Planned | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #serve: Planned | undefined;
  #newest = 0;
  #said = '';

  constructor(parts: LifeParts) {
    const { around, settings } = parts;
    this.#parts = parts;
    this.#oversleep = Math.max(settings.keepalive / 2, OVERSLEEP_LEAST);
    this.#refusals = new Refusals(
      (severity, text) => parts.see({ kind: 'log', severity, text }),
      () => this.#now,
    );
    for (const { options } of around.serials) {
      this.#framings.set(options.name, new Framing());
      this.#paces.set(options.name, new LinePace(options.baud));
    }
    this.#ipfail = around.options.ipfail
      ? new SimulatedIpfail({
          settings,
          view: () => parts.mind.view(),
          now: () => this.#now,
          local: (message) => this.happen({ kind: 'local', message }),
          log: ({ severity, text }) => parts.see({ kind: 'log', severity, text }),
        })
      : undefined;
  }

  get over(): boolean {
    return this.#over;
  }

  get #now(): number {
    return this.#parts.clock.monotonic(this.#parts.around.world.now);
  }

  /** The process is gone. */
  end(): void {
    this.#over = true;
    const { world } = this.#parts.around;
    world.undo(this.#wake);
    world.undo(this.#serve);
  }

  /** A packet has reached a socket of this host. */
  arrive(link: string, packet: Packet): void {
    if (this.#over) return;
    const { received, label } = packet;
    const { from, type, generation, seq } = label;
    const authentic = received.ok;
    this.#parts.see({ kind: 'available', link, authentic, from, type, generation, seq });
    if (this.#inbox.length >= SOCKET_MAX) return;
    this.#inbox.push({ link, packet });
    this.#beServed();
  }

  /** Bytes have come in on a noisy serial line. */
  arriveBytes(link: string, packet: Packet, spoilt: Uint8Array | undefined): void {
    if (this.#over) return;
    const held = this.#parts.lateness() === undefined ? this.#terminal : 0;
    // What is well and follows what was well needs no framing: it is a frame.
    if (spoilt === undefined && !this.#spoilt.has(link) && held === 0) {
      this.arrive(link, packet);
      return;
    }
    const bytes = spoilt ?? packet.frame;
    if (held + bytes.length > TERMINAL_MAX) return;
    this.#terminal = held + bytes.length;
    if (spoilt === undefined) this.#spoilt.delete(link);
    else this.#spoilt.add(link);
    for (const frame of this.#framings.get(link)?.push(bytes) ?? []) {
      this.arrive(link, packet.carrying(Buffer.from(frame, 'latin1')));
    }
  }

  /** Looks at how full its bounded things are. */
  measure(): void {
    const { mind, see } = this.#parts;
    const size = (what: string, count: number, limit: number): void =>
      see({ kind: 'size', what, count, limit });
    size('inbox', this.#inbox.length, SOCKET_MAX);
    const { state } = mind;
    if (state === undefined) return;
    const { count, limit } = fillOf(state.history);
    size('history', count, limit);
    size('jobs', state.resources.jobs.length, JOBS_MAX);
    for (const { window } of state.peers.values()) {
      size('missing', window.missing.size, MISSING_MAX);
    }
  }

  /** The machine goes on after it stood still, or its loop is served in time again. */
  wakeUp(): void {
    if (!this.#over) this.#attend();
  }

  /** Takes an event that is not a packet, at once. */
  happen(event: Event): void {
    if (this.#over) return;
    this.#events.push(event);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      this.#give(next);
      if (this.#over) break;
    }
    this.#busy = false;
    this.#planWake();
  }

  #beServed(): void {
    const late = this.#parts.lateness();
    if (late === undefined) return;
    if (late === 0) {
      this.#attend();
      return;
    }
    const { world } = this.#parts.around;
    if (this.#serve?.act !== undefined && this.#serve.at >= world.now) return;
    this.#serve = world.later(this.#parts.drawLateness(late), () => {
      this.#serve = undefined;
      if (this.#parts.lateness() !== undefined) this.#attend();
    });
  }

  /** One turn of the loop: what waits in the sockets, and the time if it is due. */
  #attend(): void {
    const late = this.#now - this.#wakeAt;
    if (late >= 0) this.#wakeAt = Number.POSITIVE_INFINITY;
    if (late > this.#oversleep) {
      this.happen({ kind: 'overslept', by: late });
      this.#drain();
      this.happen({ kind: 'time' });
      return;
    }
    this.#drain();
    if (late >= 0) this.happen({ kind: 'time' });
  }

  #drain(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      this.#read(next);
      if (this.#over) return;
    }
    this.#terminal = 0;
  }

  #read({ link, packet }: Waiting): void {
    const { received } = packet;
    if (!received.ok) return;
    const { message } = received;
    const { mind } = this.#parts;
    if (mind.state !== undefined) {
      const refusal = refusalOf(mind.state, link, message);
      if (refusal !== undefined) {
        const { reason, text } = refusal;
        this.#refusals.note(link, reason, text && (() => ({ severity: 'error', text: text() })));
        return;
      }
    }
    this.happen({ kind: 'received', link, message });
  }

  #planWake(): void {
    const { mind, around, clock } = this.#parts;
    if (this.#over) return;
    const own = mind.wakeAt() ?? Number.POSITIVE_INFINITY;
    const asked = Math.min(own, this.#ipfail?.wakeAt() ?? Number.POSITIVE_INFINITY);
    const next = dueFrom(asked, this.#now, this.#wakeAt);
    if (next === this.#wakeAt && this.#wake?.act !== undefined) return;
    around.world.undo(this.#wake);
    this.#wakeAt = next;
    if (!Number.isFinite(next)) return;
    const late = this.#parts.lateness() ?? 0;
    const extra = late === 0 ? 0 : this.#parts.drawLateness(late);
    const at = Math.max(around.world.now, clock.trueTime(next)) + extra;
    this.#wake = around.world.at(at, () => {
      this.#wake = undefined;
      if (this.#parts.lateness() !== undefined) this.#attend();
    });
  }

  #give(event: Event): void {
    const { mind, clock, around, genuine } = this.#parts;
    if (event.kind === 'time' && (this.#ipfail?.wakeAt() ?? Infinity) <= this.#now) {
      this.#ipfail?.time();
    }
    const now = { at: this.#now, wall: clock.wall(around.world.now), load: '' };
    const effects = mind.give(event, now);
    let telling = event.kind !== 'received' && event.kind !== 'time';
    for (const effect of effects) {
      if (effect.kind === 'log' || effect.kind === 'job') telling = true;
      this.#perform(effect);
      if (this.#over) return;
    }
    if (telling || genuine) this.#say();
  }

  /** What `cl_status` would answer, when it has changed. */
  #say(): void {
    const { mind, see } = this.#parts;
    const { status, resources } = mind.said();
    const said = `${status} ${resources}`;
    if (said === this.#said) return;
    this.#said = said;
    see({ kind: 'says', status, resources });
  }

  #perform(effect: Effect): void {
    const { around, see, job, exit } = this.#parts;
    switch (effect.kind) {
      case 'send':
        this.#send(effect.message);
        break;
      case 'ping':
        this.#ping(effect.link, effect.message);
        break;
      case 'notify':
        this.#notify(effect.class, effect.message);
        break;
      case 'log':
        see({ kind: 'log', severity: effect.severity, text: effect.text });
        this.#noteDeclaration(effect.text);
        break;
      case 'job':
        job(effect);
        break;
      case 'communicationUp':
        around.world.later(CLIENTS_START_MS, () => {
          if (!this.#over) this.#ipfail?.begin();
        });
        break;
      case 'stopClients':
        around.world.later(CLIENTS_STOP_MS, () => this.happen({ kind: 'clientsStopped' }));
        break;
      case 'exit':
        this.end();
        exit(effect);
        break;
      default:
        break;
    }
  }

  #noteDeclaration(text: string): void {
    const dead = /^node (\S+): is dead$/.exec(text)?.[1];
    if (dead !== undefined) this.#parts.see({ kind: 'declares', peer: dead, status: 'dead' });
    const [, peer, status] = /^Status update for node (\S+): status (\S+)$/.exec(text) ?? [];
    if (peer !== undefined && status !== undefined) {
      this.#parts.see({ kind: 'declares', peer, status });
    }
  }

  #send(message: Message): void {
    const { around, name, see } = this.#parts;
    const label = labelOf(message);
    const again = label.seq > 0 && label.seq <= this.#newest;
    if (!again && label.seq > 0) this.#newest = label.seq;
    const { type, generation, seq } = label;
    see({ kind: 'sent', again, type, generation, seq });
    const packet = new Packet(label, message, around.keyring);
    for (const network of around.networks) network.send(packet, name);
    if (around.serials.length === 0) return;
    const length = lengthOf(message);
    for (const line of around.serials) {
      const pace = this.#paces.get(line.options.name);
      if (pace?.mayPut(this.#now) !== true) continue;
      pace.put(length, this.#now);
      line.send(packet, length, name);
    }
  }

  #ping(link: string, message: Message): void {
    const { around, name } = this.#parts;
    if (!around.pingAnswers(link, name)) return;
    const label = { ...labelOf(message), from: link };
    const packet = new Packet(label, message, around.keyring);
    around.world.later(PING_MS, () => this.#arrivePing(link, packet));
  }

  #arrivePing(link: string, packet: Packet): void {
    if (this.#over || this.#inbox.length >= SOCKET_MAX) return;
    this.#inbox.push({ link, packet });
    this.#beServed();
  }

  #notify(kind: string, message: Message): void {
    const { name, see } = this.#parts;
    const from = message.get('src') ?? name;
    if (kind !== 'normal' && kind !== 'unchanged') return;
    const type = message.get('t') ?? '';
    if (from !== name) {
      const seq = message.hex('seq') ?? 0;
      const generation = message.hex('hg') ?? 0;
      // What the node itself says of another one has no generation.
      if (seq > 0 && generation > 0) see({ kind: 'accepted', from, type, generation, seq });
    }
    if (kind === 'normal') this.#tell(type, from, message);
    if (kind === 'normal') this.#ipfail?.hear(kind, message);
  }

  /** A client that wants to know of every node and link. */
  #tell(type: string, from: string, message: Message): void {
    const { see } = this.#parts;
    const status = message.get('st') ?? '';
    if (type === 'status' || type === 'NS_st') {
      see({ kind: 'told', client: 'watcher', what: `node ${from} ${status}` });
    } else if (type === 'ifstat') {
      const link = `${message.get('node') ?? ''}:${message.get('ifname') ?? ''}`;
      see({ kind: 'told', client: 'watcher', what: `link ${link} ${status}` });
    }
  }
}

function labelOf(message: Message): Label {
  return {
    from: message.get('src') ?? '',
    type: message.get('t') ?? '',
    generation: message.hex('hg') ?? 0,
    seq: message.hex('seq') ?? 0,
  };
}

/**
 * About as many bytes as the message has on a line, its signature included. A clock that is set
 * decades wrong takes a digit from the stamp, and half a millisecond from the way: that is left
 * out, or a run with such a clock could not be compared with one without (invariant 8).
 */
function lengthOf(message: Message): number {
  let length = SIGNED_BYTES;
  for (const { name, type, value } of message.fields) {
    const bytes = type === 'string' ? value.length : BINARY_BYTES;
    length += name.length + 2 + (name === 'ts' ? STAMP_BYTES : bytes);
  }
  return length;
}
