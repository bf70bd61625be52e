/** Our node, backup, beside a genuine one of which only the words exist. */

import type { Settings } from '../config/settings.js';
import type { Event } from '../event.js';
import type { Held } from '../job.js';
import { Message } from '../message/message.js';
import { createNode, type NodeState, step } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';

export class BesideGenuine {
  state: NodeState;
  readonly jobs: string[] = [];
  readonly log: string[] = [];
  readonly sent: Message[] = [];
  #at = 1000;
  #seq = 0;
  #generation = 100;

  /**
   * Both at work; with `resume` our life goes on with what an earlier one has left, and with no
   * `holds` the other node has not said a word of that.
   */
  constructor(
    resume?: Held,
    holds?: Held,
    interrupted = false,
    autoFailback: Settings['autoFailback'] = 'on',
    st: 'none' | 'up' | 'active' | 'reqnodes' = 'active',
  ) {
    this.state = createNode(settingsFixture('backup', { autoFailback }));
    const uuid = new Uint8Array(16);
    const cut = interrupted ? ({ interrupted: true } as const) : {};
    const resumed = resume === undefined ? {} : { resume, ...cut };
    this.happens({ kind: 'start', generation: 9, uuid, pid: 1, seed: 1, ...resumed });
    if (st === 'reqnodes') this.says({ t: 'reqnodes', dest: 'backup' });
    else if (st !== 'none') this.says({ t: 'status', st, dt: '7d0', protocol: '1' });
    if (holds === undefined) return;
    this.says({ t: 'resource', rsc_hold: holds, rtype: 'full', isstable: '1' });
    this.works('mail');
  }

  says(words: Readonly<Record<string, string>>): void {
    this.happens(this.sends(words));
  }

  /** What it says is still on its way. */
  sends(words: Readonly<Record<string, string>>): Event {
    this.#seq += 1;
    const common = { src: 'loadbalancer', ts: '1', ttl: '3' };
    const [seq, hg] = [this.#seq.toString(16), this.#generation.toString(16)];
    const message = Message.of({ ...words, ...common, seq, hg });
    return { kind: 'received', link: 'eth0', message };
  }

  /** It has read all that we have sent. */
  acknowledges(): void {
    const ackseq = this.state.history.newest.toString(16);
    const common = { src: 'loadbalancer', ts: '1', ttl: '3', hg: this.#generation.toString(16) };
    const message = Message.of({ t: 'NS_ackmsg', dest: 'backup', ackseq, ...common });
    this.happens({ kind: 'received', link: 'eth0', message });
  }

  /** Nothing but its statuses, for so many seconds. */
  rests(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
      this.happens({ kind: 'time' }, 990);
    }
  }

  /** Every job is done, with that group. */
  works(key: string): void {
    for (const { id } of this.state.resources.jobs) {
      this.happens({ kind: 'jobDone', id, outcome: { ok: true, failed: [], groups: [key] } });
    }
  }

  /** The types of what we sent, without statuses. */
  get words(): string[] {
    const types = this.sent.map((message) => message.get('t') ?? '');
    return types.filter((type) => type !== 'status' && !type.startsWith('NS_'));
  }

  /** Asks us to take its own groups, and begins to stop them. */
  gives(): void {
    this.says({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
    const hold = { rsc_hold: 'none', rtype: 'full', isstable: '0' };
    this.says({ t: 'resource', ...hold, info: 'standby' });
  }

  /** What it says from now on is of a new life. */
  beginsAnew(): void {
    this.#generation += 1;
    this.#seq = 0;
  }

  restarts(): void {
    this.beginsAnew();
    this.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    this.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  }

  /** `after`: milliseconds since what happened last. */
  happens(event: Event, after = 10): void {
    this.#at += after;
    const result = step(this.state, event, { at: this.#at, wall: 1, load: '' });
    this.state = result.state;
    for (const effect of result.effects) {
      if (effect.kind === 'job') this.jobs.push(effect.job.kind);
      else if (effect.kind === 'send') this.sent.push(effect.message);
      else if (effect.kind === 'log') this.log.push(effect.text);
    }
  }
}
