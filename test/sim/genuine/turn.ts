/** One turn of the model: the state that is being changed, and the effects that come of it. */
import type { Effect } from '@ts-heartbeat/core/effect';
import type { Job } from '@ts-heartbeat/core/job';
import type { Severity } from '@ts-heartbeat/core/log';
import { type Field, Message } from '@ts-heartbeat/core/message/message';
import { draw } from '@ts-heartbeat/core/random';
import type { Now } from '@ts-heartbeat/core/time';
import { type GenuineState, isEnding, isLegacy, type Peer, type Purpose } from './state.js';

/** How many messages are kept (protocol specification 5.2). */
export const HISTORY_MAX = 500;

export class Turn {
  readonly effects: Effect[] = [];
  /** Messages of our own that the daemon has yet to act upon itself. */
  readonly echoes: Message[] = [];

  constructor(
    readonly state: GenuineState,
    readonly now: Now,
  ) {}

  log(severity: Severity, text: string, tag?: string): void {
    const line = { kind: 'log', severity, text } as const;
    this.effects.push(tag === undefined ? line : { ...line, tag });
  }

  /** Tells API clients something that is no message of the cluster. */
  notify(strings: Readonly<Record<string, string>>): void {
    this.effects.push({ kind: 'notify', class: 'normal', message: Message.of(strings) });
  }

  random(bound: number): number {
    const { value, seed } = draw(this.state.seed, bound);
    this.state.seed = seed;
    return value;
  }

  /** Sends a message of own fields; the sender's are added (protocol specification 4.1). */
  send(own: Readonly<Record<string, string>>): void {
    this.sendMessage(Message.of(own));
  }

  sendMessage(own: Message): void {
    const { state, now } = this;
    const control = own.get('t')?.startsWith('NS_') === true;
    const replaced = ['src', 'srcuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth'];
    const fields: Field[] = own.fields.filter(({ name }) => !replaced.includes(name));
    const add = (name: string, value: string): void =>
      void fields.push({ name, type: 'string', value });
    const uuid = state.peers.get(own.get('dest') ?? '')?.uuid;
    if (uuid !== undefined) fields.push({ name: 'destuuid', type: 'binary', value: uuid });
    add('src', state.settings.localNode);
    fields.push({ name: 'srcuuid', type: 'binary', value: state.uuid });
    if (!control) add('seq', (state.newest + 1).toString(16));
    add('hg', state.generation.toString(16));
    add('ts', now.wall.toString(16));
    if (!control && now.load !== '') add('ld', now.load);
    add('ttl', String(state.settings.hopfudge + state.settings.nodes.length));
    const message = new Message(fields);
    this.effects.push({ kind: 'send', message });
    if (control) return;
    state.newest += 1;
    state.history.push(message);
    if (state.history.length > HISTORY_MAX) state.history.shift();
    this.echoes.push(message);
  }

  /**
   * Forks a process that runs scripts. Several may run at the same time in the genuine daemon; the
   * order in which they are forked is that of the effects.
   */
  fork(job: Job, purpose: Purpose, environment: Readonly<Record<string, string>> = {}): void {
    const { state } = this;
    const id = state.nextChild;
    state.nextChild += 1;
    state.children.set(id, purpose);
    const usual = { HA_OSTATUS: state.status, ...(isLegacy(state) ? {} : NICE) };
    this.effects.push({ kind: 'job', id, job, environment: { ...usual, ...environment } });
  }

  /** Queues a script of rc.d, behind all children that run (cluster specification 4.1). */
  enqueue(job: Job, purpose: Purpose, environment: Readonly<Record<string, string>> = {}): void {
    // Whether the daemon would still begin something after it has given up everything is not known.
    if (isEnding(this.state)) return;
    this.state.queue.push({ kind: 'job', job, purpose, environment });
  }

  /** The other normal nodes, in the order of ha.cf. */
  others(): Peer[] {
    return [...this.state.peers.values()].filter(({ type }) => type === 'normal');
  }
}

const NICE = { HA_NICEFAILBACK: 'yes' };

/** The line of the first time that nothing is left to be taken (cluster specification 4.2, 12). */
export function noteFirstAcquisition(turn: Turn, reason: string): void {
  if (turn.state.firstAcquisitionDone) return;
  turn.state.firstAcquisitionDone = true;
  turn.log('info', `Initial resource acquisition complete (${reason})`);
}
