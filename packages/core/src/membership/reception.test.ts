/** What becomes of a peer's messages before their type matters, and what is sent back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Effect } from '../effect.js';
import type { Event } from '../event.js';
import { Message } from '../message/message.js';
import { createNode, step, wakeAt } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';

/** A node at work, and a peer `loadbalancer` that says whatever a test wants. */
class Conversation {
  state = createNode(settingsFixture('backup'));
  now = 1_000_000;
  readonly log: string[] = [];
  readonly sent: Message[] = [];
  paused: boolean | undefined;

  constructor() {
    const uuid = new Uint8Array(16).fill(1);
    this.#happen({ kind: 'start', generation: 500_000_000, uuid, pid: 1, seed: 7 });
  }

  #happen(event: Event): void {
    const now = { at: this.now, wall: 1_700_000_000, load: '' };
    const { state, effects } = step(this.state, event, now);
    this.state = state;
    for (const effect of effects) this.#note(effect);
  }

  #note(effect: Effect): void {
    if (effect.kind === 'log') this.log.push(effect.text);
    else if (effect.kind === 'send') this.sent.push(effect.message);
    else if (effect.kind === 'pauseClients') this.paused = effect.paused;
  }

  /** The peer says something. */
  hear(fields: Readonly<Record<string, string>>): void {
    const hg = (600_000_000).toString(16);
    const message = Message.of({ src: 'loadbalancer', ts: '1', hg, ...fields });
    this.#happen({ kind: 'received', link: 'eth0', message });
  }

  status(seq: number, fields: Readonly<Record<string, string>> = {}): void {
    const text = seq.toString(16);
    this.hear({ t: 'status', st: 'active', dt: 'ffffff', protocol: '1', seq: text, ...fields });
  }

  /** A client or script has the node send messages. */
  say(count: number): void {
    const message = Message.of({ t: 'x_fill' });
    for (let said = 0; said < count; said += 1) this.#happen({ kind: 'local', message });
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (let at = wakeAt(this.state); at !== undefined && at <= end; at = wakeAt(this.state)) {
      this.now = Math.max(at, this.now);
      this.#happen({ kind: 'time' });
    }
    this.now = end;
  }

  /** It was held up; what has waited is heard after this, and `run` ends it. */
  oversleep(): void {
    this.now += 3000;
    this.#happen({ kind: 'overslept', by: 3000 });
  }

  /** What was sent of a type, by one of its fields. */
  said(type: string, field: string): (string | undefined)[] {
    return this.sent.filter((message) => message.get('t') === type).map((m) => m.get(field));
  }
}

describe('reception', () => {
  it('answers a first message with a status before all else', () => {
    const talk = new Conversation();
    talk.sent.length = 0;
    talk.hear({ t: 'reqnodes', dest: 'backup', seq: '1' });
    const types = talk.sent.map((message) => message.get('t'));
    assert.equal(types[0], 'status');
    assert.ok(types.includes('repnodes'));
  });

  it('asks for each missing number, and again, until it has come or cannot come', () => {
    const talk = new Conversation();
    for (const seq of [1, 4]) talk.status(seq);
    talk.run(300);
    assert.deepEqual(new Set(talk.said('NS_rexmit', 'firstseq')), new Set(['2', '3']));
    talk.status(2);
    talk.hear({ t: 'NS_nak_rexmit', dest: 'backup', firstseq: '3', info: 'seqno too low' });
    assert.ok(talk.log.includes('Irretrievably lost packet: node loadbalancer seq 3'));
    assert.ok(talk.log.includes('No pkts missing from loadbalancer!'));
    const asked = talk.said('NS_rexmit', 'firstseq').length;
    talk.run(2000);
    assert.equal(talk.said('NS_rexmit', 'firstseq').length, asked);
  });

  it('asks a 1.99.4 once a second', () => {
    const talk = new Conversation();
    for (const seq of [1, 3]) talk.status(seq, { hg: '7' });
    talk.run(3100);
    const { length } = talk.said('NS_rexmit', 'firstseq');
    assert.ok(length >= 3 && length <= 4, String(length));
  });

  it('sends again what is kept, fifty at a time, and refuses what is not', () => {
    const talk = new Conversation();
    talk.status(1);
    talk.say(600);
    const { newest } = talk.state.history;
    talk.sent.length = 0;
    const ask = (first: number, last = first): void =>
      talk.hear({ t: 'NS_rexmit', dest: 'backup', firstseq: `${first}`, lastseq: `${last}` });
    ask(newest - 100, newest - 1);
    assert.equal(talk.sent.length, 50);
    ask(1);
    assert.deepEqual(talk.said('NS_nak_rexmit', 'firstseq'), ['1']);
    ask(newest + 1);
    assert.ok(talk.log.includes(`Rexmit of seq ${newest + 1} requested. ${newest} is max.`));
  });

  it('sends a message again no sooner than 240 ms after the last time', () => {
    const talk = new Conversation();
    talk.status(1);
    talk.say(10);
    const number = String(talk.state.history.newest - 3);
    const again = (after: number): number => {
      talk.now += after;
      talk.sent.length = 0;
      const fields = { dest: 'backup', firstseq: number, lastseq: number };
      talk.hear({ t: 'NS_rexmit', ...fields });
      return talk.sent.length;
    };
    assert.deepEqual([0, 100, 130, 20].map(again), [1, 0, 0, 1]);
  });

  it('acknowledges nothing that has waited while it was held up', () => {
    const talk = new Conversation();
    const acknowledged = (first: number): number => {
      for (let seq = first; seq < first + 10; seq += 1) talk.status(seq);
      return talk.said('NS_ackmsg', 'ackseq').length;
    };
    assert.equal(acknowledged(1), 1);
    talk.oversleep();
    assert.equal(acknowledged(11), 1);
    talk.run(1000);
    assert.equal(acknowledged(21), 2);
  });

  it('stops clients that are ahead of every acknowledgement, also of those that never came', () => {
    const talk = new Conversation();
    talk.status(1);
    talk.say(260);
    assert.equal(talk.paused, true);
    talk.say(150);
    assert.ok(talk.log.some((line) => line.startsWith('Message hist queue is filling up (')));
    const ackseq = talk.state.history.newest.toString(16);
    talk.hear({ t: 'NS_ackmsg', dest: 'backup', ackseq });
    assert.equal(talk.paused, false);
  });

  it('expects no acknowledgement of a node without protocol', () => {
    const talk = new Conversation();
    talk.hear({ t: 'status', st: 'active', seq: '1' });
    talk.say(400);
    assert.equal(talk.paused, undefined);
    assert.ok(talk.log.includes('flow control disabled due to different version heartbeat'));
  });

  it('counts no silence of an old life against a new one', () => {
    const talk = new Conversation();
    talk.status(1);
    talk.run(3000);
    talk.status(1, { hg: (600_000_001).toString(16) });
    assert.ok(talk.log.includes('Heartbeat restart on node loadbalancer'));
    assert.ok(!talk.log.some((line) => line.startsWith('Late heartbeat')));
  });

  it('counts it against the same life', () => {
    const talk = new Conversation();
    talk.status(1);
    talk.run(1500);
    talk.status(2);
    assert.ok(talk.log.includes('Late heartbeat: Node loadbalancer: interval 1500 ms'));
  });
});
