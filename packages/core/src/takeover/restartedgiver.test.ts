/** A genuine node that begins a new life while it hands its groups to us. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Effect } from '../effect.js';
import { Message } from '../message/message.js';
import { createNode, type NodeState, step } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';

/** Our node beside one of which only the words exist. */
class BesideGenuine {
  state: NodeState = createNode(settingsFixture('backup'));
  readonly jobs: string[] = [];
  #at = 1000;
  #seq = 0;
  #generation = 100;

  constructor() {
    const uuid = new Uint8Array(16);
    this.#step({ kind: 'start', generation: 9, uuid, pid: 1, seed: 1 });
    this.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    this.says({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
    for (const { id } of this.state.resources.jobs) {
      this.#step({ kind: 'jobDone', id, outcome: { ok: true, failed: [], groups: ['mail'] } });
    }
  }

  says(words: Readonly<Record<string, string>>): void {
    this.#seq += 1;
    const common = { src: 'loadbalancer', ts: '1', ttl: '3' };
    const [seq, hg] = [this.#seq.toString(16), this.#generation.toString(16)];
    const message = Message.of({ ...words, ...common, seq, hg });
    this.#step({ kind: 'received', link: 'eth0', message });
  }

  /** Asks us to take its own groups, and begins to stop them. */
  gives(): void {
    this.says({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
    const hold = { rsc_hold: 'none', rtype: 'full', isstable: '0' };
    this.says({ t: 'resource', ...hold, info: 'standby' });
  }

  restarts(): void {
    this.#generation += 1;
    this.#seq = 0;
    this.says({ t: 'status', st: 'active', dt: '7d0', protocol: '1' });
    this.says({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  }

  #step(event: Parameters<typeof step>[1]): void {
    this.#at += 10;
    const result = step(this.state, event, { at: this.#at, wall: 1, load: '' });
    this.state = result.state;
    const isJob = (effect: Effect) => effect.kind === 'job';
    for (const effect of result.effects.filter(isJob)) this.jobs.push(effect.job.kind);
  }
}

it('takes what a reload of the giver has not kept its scripts from stopping', () => {
  const beside = new BesideGenuine();
  beside.gives();
  beside.restarts();
  assert.equal(beside.state.standby.phase, 'other');
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.equal(beside.jobs.at(-1), 'standbyAcquire');
  assert.equal(beside.state.resources.mine.foreign, true);
});

it('takes nothing of a giver that has crashed and has started its groups again', () => {
  const beside = new BesideGenuine();
  beside.gives();
  beside.restarts();
  const jobs = beside.jobs.length;
  beside.says({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  assert.equal(beside.state.standby.phase, 'none');
  assert.equal(beside.jobs.length, jobs);
});
