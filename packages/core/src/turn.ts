/** One turn of the machine: the state being changed and the effects that come of it. */
import type { Effect } from './effect.js';
import type { Job } from './job.js';
import type { LogLine, Severity } from './log.js';
import { remember } from './membership/history.js';
import { type Field, Message } from './message/message.js';
import { draw } from './random.js';
import type { Peer, Purpose, State } from './state.js';
import type { Now } from './time.js';

/** Lines that a stranger can cause are written at most once in this time, per kind. */
const LIMITED_LINE_PAUSE = 1000;
/** How many kinds of limited lines are told apart. */
const LIMITED_KINDS_MAX = 64;
/** What is asked for anew with each death and each life of another node, and changes nothing twice. */
const ONCE: ReadonlySet<Purpose['kind']> = new Set(['takeover', 'announce', 'reclaim']);

export class Turn {
  readonly effects: Effect[] = [];
  /** Messages of our own that we have yet to act upon ourselves, in the order sent. */
  readonly echoes: Message[] = [];
  /** How many of the effects come before all others. */
  #urgent = 0;

  constructor(
    readonly state: State,
    readonly now: Now,
  ) {}

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** A line of the log; `tag`: the script that says it in the genuine program. */
  log(severity: Severity, text: string, tag?: string): void {
    const line = { kind: 'log', severity, text } as const;
    this.effects.push(tag === undefined ? line : { ...line, tag });
  }

  /** Lines that come before all others of this turn. */
  logFirst(lines: readonly LogLine[]): void {
    this.effects.unshift(...lines.map((line) => ({ kind: 'log' as const, ...line })));
  }

  /** A line that may come very often: at most one a second of its kind, with the number held back. */
  logLimited(kind: string, severity: Severity, text: string): void {
    const limits = this.state.limits;
    const limit = limits.get(kind);
    if (limit !== undefined && this.now.at - limit.writtenAt < LIMITED_LINE_PAUSE) {
      limits.set(kind, { ...limit, heldBack: limit.heldBack + 1 });
      return;
    }
    const heldBack = limit?.heldBack ?? 0;
    this.log(severity, heldBack > 0 ? `${text} (and ${heldBack} more of the kind)` : text);
    limits.delete(kind);
    if (limits.size >= LIMITED_KINDS_MAX) {
      const oldest = limits.keys().next().value;
      if (oldest !== undefined) limits.delete(oldest);
    }
    limits.set(kind, { writtenAt: this.now.at, heldBack: 0 });
  }

  /** Tells API clients something that is not a cluster message. */
  notify(kind: 'normal' | 'unchanged', strings: Readonly<Record<string, string>>): void {
    this.effect({ kind: 'notify', class: kind, message: Message.of(strings) });
  }

  /** Offers something to the scripts in rc.d of that type. */
  tellScript(type: string, strings: Readonly<Record<string, string>>): void {
    const message = Message.of(strings);
    this.effect({ kind: 'script', type, message, environment: this.scriptEnvironment() });
  }

  /** Asks a ping node for an answer that brings the message back. */
  ping(link: string, strings: Readonly<Record<string, string>>): void {
    this.effect({ kind: 'ping', link, message: Message.of(strings) });
  }

  random(bound: number): number {
    const { value, seed } = draw(this.state.seed, bound);
    this.state.seed = seed;
    return value;
  }

  /**
   * Sends a message to the cluster. The sender's fields are added in the order of heartbeat 3.0.6;
   * all but the `NS_` types are numbered, kept for retransmission, and acted upon by ourselves too.
   */
  send(own: Readonly<Record<string, string>>): void {
    this.sendMessage(Message.of(own));
  }

  sendMessage(own: Message): void {
    const { state, now } = this;
    const type = own.get('t') ?? '';
    const control = type.startsWith('NS_');
    const fields: Field[] = [
      text('src', state.settings.localNode),
      { name: 'srcuuid', type: 'binary', value: state.uuid },
    ];
    if (!control) fields.push(text('seq', (state.history.newest + 1).toString(16)));
    fields.push(text('hg', state.generation.toString(16)), text('ts', now.wall.toString(16)));
    if (!control && now.load !== '') fields.push(text('ld', now.load));
    const hops = state.settings.hopfudge + state.settings.nodes.length;
    fields.push(text('ttl', String(hops)));
    const message = own.withFields(fields);
    this.effect({ kind: 'send', message });
    if (control) return;
    state.history = remember(state.history, message);
    this.echoes.push(message);
  }

  /** Gives a job to the resource runner, unless the same one waits there already. */
  job(job: Job, purpose: Purpose, environment: Readonly<Record<string, string>> = {}): void {
    if (this.#waits(purpose)) return;
    this.effects.push(this.#jobEffect(job, purpose, environment));
  }

  /** The same, before any line is written or message sent: somebody waits for the service. */
  urgentJob(job: Job, purpose: Purpose, environment: Readonly<Record<string, string>>): void {
    if (this.#waits(purpose)) return;
    this.effects.splice(this.#urgent, 0, this.#jobEffect(job, purpose, environment));
    this.#urgent += 1;
  }

  /**
   * Behind a script that hangs for minutes the queue would grow with whatever a node does that dies
   * and comes back. The first job may have begun.
   */
  #waits(purpose: Purpose): boolean {
    const [, ...waiting] = this.state.resources.jobs;
    const last = waiting.findLastIndex((job) => !ONCE.has(job.purpose.kind));
    return waiting.slice(last + 1).some((job) => isSame(job.purpose, purpose));
  }

  #jobEffect(job: Job, purpose: Purpose, environment: Readonly<Record<string, string>>): Effect {
    const { resources } = this.state;
    const id = resources.nextJob;
    resources.nextJob += 1;
    resources.jobs.push({ id, purpose });
    return {
      kind: 'job',
      id,
      job,
      environment: { ...this.scriptEnvironment(), ...environment },
    };
  }

  /** Variables that every script run on behalf of the machine sees (heartbeat 3.0.6). */
  scriptEnvironment(): Record<string, string> {
    return {
      HA_OSTATUS: this.state.status,
      ...(this.state.settings.autoFailback === 'legacy' ? {} : { HA_NICEFAILBACK: 'yes' }),
    };
  }

  /** The other normal nodes, in the order of ha.cf. */
  others(): Peer[] {
    const others: Peer[] = [];
    for (const peer of this.state.peers.values()) if (peer.type === 'normal') others.push(peer);
    return others;
  }

  /** Those that can be talked to: heard, not dead, and not about to end. */
  livingOthers(): Peer[] {
    return this.others().filter((peer) => peer.heard && peer.status !== 'dead' && !peer.gaveUp);
  }

  /** True when every other living normal node is of our own kind and has announced the word. */
  allCan(word: string): boolean {
    const living = this.livingOthers();
    return living.length > 0 && living.every((peer) => peer.capabilities.includes(word));
  }
}

function isSame(one: Purpose, other: Purpose): boolean {
  if (one.kind === 'takeover') return other.kind === 'takeover' && one.node === other.node;
  if (one.kind === 'announce') return other.kind === 'announce' && one.share === other.share;
  return one.kind === 'reclaim' && other.kind === 'reclaim';
}

function text(name: string, value: string): Field {
  return { name, type: 'string', value };
}
