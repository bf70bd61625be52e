/**
 * A model of one node of heartbeat 1.99.4 or 2.1, made from what those releases were seen to say:
 * its life, its messages and their numbers. What it holds is in `oldresources.ts`.
 *
 * It knows one other node. Everything it sends it processes itself first, so that what follows from
 * a message overtakes it on the wire, as with the real ones.
 */
import { Message } from '@ts-heartbeat/core/message/message';
import type { Instant, Millis } from '@ts-heartbeat/core/time';
import { type Mode, OldResources } from './oldresources.js';
import { OldWindow } from './oldwindow.js';
import type { Release } from './release.js';
import type { Clock } from './timetable.js';

export interface OldTiming {
  readonly keepalive: Millis;
  readonly deadtime: Millis;
  readonly initdead: Millis;
}

export interface OldNodeParts {
  readonly release: Release;
  readonly name: string;
  /** Both nodes, in the order of ha.cf. */
  readonly nodes: readonly string[];
  readonly other: string;
  readonly generation: number;
  /** The last digit of the numbers that it acknowledges; the real ones draw it. */
  readonly ackDigit: number;
  /** Looks who is there before it acts upon a message, not after; with the real ones, chance. */
  readonly eager: boolean;
  readonly mode: Mode;
  readonly timing: OldTiming;
  readonly groups: readonly { readonly node: string; readonly key: string }[];
  /** How long each turn of scripts takes. */
  readonly scripts: Millis;
  readonly clock: Clock;
  readonly send: (message: Message) => void;
  /** The node ends in order; with `restart` it begins again after that time. */
  readonly ended: (restart: Millis | undefined) => void;
}

/** Wall clock of the model at instant 0. */
const EPOCH = 1_700_000_000;
/** In this time after its start a node asks for a longer dead time, by so much. */
const GRACE = 5000;
const ALLOWANCE = 2000;
/** Every tenth message is acknowledged. */
const ACK_EVERY = 10;
/** So many numbers of one request are answered. */
const ANSWER_MAX = 50;
/** A node that comes back from a partition gives up this much later. */
const RETURN_PAUSE = 2000;

/** What it knows of the other node. */
interface Other {
  status: string;
  heard: boolean;
  generation: number;
  uuid: Uint8Array | undefined;
  statusAt: Instant;
  deadtime: Millis;
  protocol: boolean;
  acked: number;
}

export class OldNode {
  readonly log: string[] = [];
  readonly resources: OldResources;
  readonly window: OldWindow;
  readonly other: Other;
  status: 'init' | 'up' | 'active' = 'init';
  alive = true;
  communicationUp = false;
  /** API clients are not read, because too much is unacknowledged. */
  clientsPaused = false;
  readonly #parts: OldNodeParts;
  readonly #bornAt: Instant;
  readonly #history: Message[] = [];
  readonly #resent = new Map<number, Instant>();
  #newest = 0;
  #nodesKnown = false;
  #asking = false;

  constructor(parts: OldNodeParts) {
    this.#parts = parts;
    this.#bornAt = parts.clock.now;
    this.window = new OldWindow(parts.release, parts.clock, {
      ask: (first, last) =>
        this.say({
          t: 'NS_rexmit',
          dest: parts.other,
          firstseq: String(first),
          lastseq: String(last),
        }),
      log: (text) => this.log.push(text),
      isOver: () => !this.alive || this.other.status === 'dead',
    });
    this.resources = new OldResources(this, parts);
    this.other = {
      status: 'init',
      heard: false,
      generation: 0,
      uuid: undefined,
      statusAt: parts.clock.now,
      deadtime: parts.timing.deadtime,
      protocol: false,
      acked: 0,
    };
  }

  /** Begins its life: three statuses at once, then one every keepalive. */
  begin(): void {
    this.#beat();
    this.status = 'up';
    this.#beat();
    this.#beat();
    const { clock, timing } = this.#parts;
    const again = (): void => {
      if (!this.alive) return;
      this.resources.beat();
      this.#beat();
      clock.after(timing.keepalive, again);
    };
    clock.after(timing.keepalive, again);
    const watch = (): void => {
      if (!this.alive) return;
      this.#watch();
      clock.after(timing.keepalive / 4, watch);
    };
    watch();
  }

  /** Sends a message of these fields to the cluster and acts upon it itself, in the other order. */
  say(own: Readonly<Record<string, string>>): void {
    if (!this.alive) return;
    const { name, clock } = this.#parts;
    const control = own.t?.startsWith('NS_') === true;
    let message = Message.of(own);
    if (own.dest !== undefined && this.other.uuid !== undefined) {
      message = message.withField({ name: 'destuuid', type: 'binary', value: this.other.uuid });
    }
    message = message
      .with('src', name)
      .withField({ name: 'srcuuid', type: 'binary', value: new Uint8Array(16).fill(name.length) });
    if (!control) {
      this.#newest += 1;
      message = message.with('seq', this.#newest.toString(16));
    }
    const wall = EPOCH + Math.floor(clock.now / 1000);
    message = message.with('hg', this.#parts.generation.toString(16));
    message = message.with('ts', wall.toString(16));
    if (!control) message = message.with('ld', '0.00 0.00 0.00 1/1 1');
    message = message.with('ttl', '3');
    if (!control) {
      this.#remember(message);
      this.resources.act(message, true);
    }
    if (this.alive) this.#parts.send(message);
  }

  /** A message has come in. */
  hear(message: Message): void {
    const type = message.get('t');
    if (!this.alive || type === undefined || (message.hex('ts') ?? 0) === 0) return;
    if (message.get('src') !== this.#parts.other) return;
    const { other } = this;
    const generation = message.hex('hg') ?? 0;
    if (generation < other.generation) {
      this.log.push(`attempted replay attack [gen = ${generation}, curgen = ${other.generation}]`);
      return;
    }
    other.heard = true;
    const { name, other: from } = this.#parts;
    const dest = message.get('dest');
    if (type.startsWith('NS_')) {
      if (dest === name) this.#control(type, message);
      this.#considerActive();
      return;
    }
    other.uuid = message.binary('srcuuid') ?? other.uuid;
    const isStatus = type === 'status';
    const returned = isStatus && generation === other.generation && other.status === 'dead';
    if (isStatus && generation > other.generation) {
      if (other.generation > 0) this.log.push(`Heartbeat restart on node ${from}`);
      this.window.reset();
      other.acked = 0;
      if (other.status === 'dead') other.status = 'init';
      this.resources.otherRestarted();
    }
    if (generation > other.generation) other.generation = generation;
    const seq = message.hex('seq') ?? 0;
    if (seq === 0 || !this.window.take(seq, returned)) return;
    if (seq % ACK_EVERY === this.#parts.ackDigit && this.window.complete) {
      this.say({ t: 'NS_ackmsg', dest: from, ackseq: seq.toString(16) });
    }
    if (dest !== undefined && dest !== name) return;
    if (!isStatus && this.#parts.eager) this.#considerActive();
    if (isStatus) this.#otherStatus(message, returned);
    else if (type === 'reqnodes') this.#answerNodes();
    else if (type === 'repnodes') this.#nodesKnown = true;
    else this.resources.act(message, false);
    this.#considerActive();
  }

  /** Power off. */
  kill(): void {
    this.alive = false;
  }

  /** The end of an orderly life: the statuses go on for a second, then it is gone. */
  leave(restart: boolean): void {
    const { clock, timing, ended } = this.#parts;
    clock.after(1000, () => {
      if (!this.alive) return;
      this.alive = false;
      ended(restart ? Math.ceil(timing.deadtime / 1000) * 1000 + 1000 : undefined);
    });
  }

  /** Says its status out of turn. */
  sayStatus(): void {
    this.#beat();
  }

  #beat(): void {
    const { clock, timing } = this.#parts;
    const early = clock.now - this.#bornAt <= GRACE;
    const deadtime = timing.deadtime + (early ? ALLOWANCE : 0);
    this.say({ t: 'status', st: this.status, dt: deadtime.toString(16), protocol: '1' });
  }

  #remember(message: Message): void {
    const { historyMax, unacknowledgedMax } = this.#parts.release;
    this.#history.push(message);
    if (this.#history.length > historyMax) this.#history.shift();
    const talks = this.other.heard && this.other.status !== 'dead' && this.communicationUp;
    this.clientsPaused = talks && this.#newest - this.other.acked > unacknowledgedMax;
  }

  #otherStatus(message: Message, returned: boolean): void {
    const { other } = this;
    const status = message.get('st');
    if (status === undefined) return;
    other.deadtime = message.hex('dt') ?? other.deadtime;
    other.protocol = message.get('protocol') !== undefined;
    other.statusAt = this.#parts.clock.now;
    if (status === other.status) return;
    other.status = status;
    this.log.push(`Status update for node ${this.#parts.other}: status ${status}`);
    if (!returned) return;
    this.log.push(`Cluster node ${this.#parts.other} returning after partition.`);
    this.#parts.clock.after(RETURN_PAUSE, () => this.resources.stop(true));
  }

  #watch(): void {
    const { other } = this;
    const { clock, timing } = this.#parts;
    const patience = this.communicationUp ? other.deadtime : timing.initdead;
    if (other.status !== 'dead' && clock.now - other.statusAt >= patience) {
      this.log.push(`node ${this.#parts.other}: is dead`);
      other.status = 'dead';
      this.window.reset();
      const before = this.communicationUp;
      this.#considerActive();
      if (before) this.resources.otherDied();
    }
  }

  /** Communication is up when the other node was heard (any packet will do), or is dead. */
  #considerActive(): void {
    if (this.communicationUp || this.status !== 'up') return;
    const dead = this.other.status === 'dead';
    if (!this.other.heard && !dead) return;
    const { release, other } = this.#parts;
    if (release.asksForNodes && !dead && !this.#nodesKnown) {
      const unspoken = this.other.status === 'init';
      if (unspoken || this.other.protocol) {
        this.#askForNodes(other);
        return;
      }
    }
    this.communicationUp = true;
    this.log.push("Local status now set to: 'active'");
    this.status = 'active';
    this.#beat();
    this.resources.begin();
    if (dead) this.resources.otherDied();
  }

  #askForNodes(dest: string): void {
    if (this.#asking) return;
    this.#asking = true;
    this.say({ t: 'reqnodes', dest });
    this.#parts.clock.after(1000, () => {
      this.#asking = false;
      if (this.alive) this.#considerActive();
    });
  }

  #answerNodes(): void {
    if (!this.#parts.release.answersNodes) return;
    const { nodes, other } = this.#parts;
    const nodelist = nodes.map((node) => `${node} `).join('');
    this.say({ dest: other, t: 'repnodes', nodelist, delnodelist: ' ' });
  }

  #control(type: string, message: Message): void {
    if (type === 'NS_rexmit') this.#answerRequest(message);
    else if (type === 'NS_nak_rexmit') this.window.giveUp(message.hex('firstseq') ?? 0);
    else if (type === 'NS_ackmsg') this.#acknowledged(message.hex('ackseq') ?? 0);
  }

  #acknowledged(seq: number): void {
    if (seq > this.#newest) {
      this.log.push(`corrupted ackseq current hist = ${this.#newest}, ackseq = ${seq}`);
      return;
    }
    this.other.acked = Math.max(this.other.acked, seq);
  }

  #answerRequest(message: Message): void {
    const { release, clock, other } = this.#parts;
    const first = message.decimal('firstseq') ?? 0;
    const last = message.decimal('lastseq') ?? 0;
    if (first < 1 || last < first) {
      this.log.push('Invalid rexmit seqnos');
      return;
    }
    for (let seq = first; seq <= last && seq < first + ANSWER_MAX; seq += 1) {
      if (seq > this.#newest) {
        this.log.push(`Rexmit of seq ${seq} requested. ${this.#newest} is max.`);
        return;
      }
      const kept = this.#history[seq - (this.#newest - this.#history.length) - 1];
      if (kept === undefined || (seq === 1 && release.refusesFirst)) {
        const firstseq = seq.toString(16);
        this.say({ t: 'NS_nak_rexmit', firstseq, dest: other, info: 'seqno too low' });
        continue;
      }
      const before = this.#resent.get(seq);
      if (before !== undefined && clock.now - before < release.resendPause) continue;
      this.#resent.set(seq, clock.now);
      this.#parts.send(kept);
    }
  }
}
