/** What directives of ha.cf do to a node that runs with them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../event.js';
import { Message } from '../message/message.js';
import { createNode, step, wakeAt } from '../node.js';
import { DIRECTIVES, parseHaCf } from './hacf.js';
import { machineFixture } from './machine.fixture.js';

const START = 1_000_000;
const PATH = '/etc/ha.d//ha.cf';

/** The node `loadbalancer` with an ha.cf of these lines beside the members and a medium. */
class Node {
  #state;
  now = START;
  readonly sent: { readonly at: number; readonly message: Message }[] = [];
  readonly log: { readonly at: number; readonly text: string }[] = [];

  /** The seed is that of the few random choices. */
  constructor(lines: string, seed = 7) {
    const text = `logfile /x\nnode loadbalancer backup\nbcast eth0\n${lines}\n`;
    const { settings, lineProblems } = parseHaCf({ path: PATH, text }, machineFixture());
    assert.ok(settings !== undefined, JSON.stringify(lineProblems));
    this.#state = createNode(settings);
    const uuid = new Uint8Array(16).fill(1);
    this.#happen({ kind: 'start', generation: 500_000_000, uuid, pid: 1, seed });
  }

  #happen(event: Event): void {
    const wall = 1_700_000_000 + Math.floor(this.now / 1000);
    const { state, effects } = step(this.#state, event, { at: this.now, wall, load: '' });
    this.#state = state;
    const at = this.now - START;
    for (const effect of effects) {
      if (effect.kind === 'log') this.log.push({ at, text: effect.text });
      else if (effect.kind === 'send') this.sent.push({ at, message: effect.message });
      else if (effect.kind === 'ping') {
        // A pinged host sends back what it gets.
        const { link, message } = effect;
        if (this.deaf) continue;
        this.answeredAt = at;
        this.#happen({ kind: 'received', link, message });
      }
    }
  }

  /** Answers to pings no longer arrive. */
  deaf = false;
  answeredAt = 0;

  /** The other node says that it is active. */
  hear(seq: number): void {
    const fields = { src: 'backup', hg: '6', seq: seq.toString(16), t: 'status', st: 'active' };
    const message = Message.of({ ...fields, ts: '1', protocol: '1' });
    this.#happen({ kind: 'received', link: 'eth0', message });
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (let at = wakeAt(this.#state); at !== undefined && at <= end; at = wakeAt(this.#state)) {
      this.now = Math.max(at, this.now);
      this.#happen({ kind: 'time' });
    }
    this.now = end;
  }

  /** When a line was logged, in milliseconds since the start; undefined: never. */
  logged(pattern: RegExp): number | undefined {
    return this.log.find(({ text }) => pattern.test(text))?.at;
  }

  /** When messages of a type were sent. */
  times(type: string): readonly number[] {
    return this.sent.filter(({ message }) => message.get('t') === type).map(({ at }) => at);
  }
}

const TIMES = 'keepalive 1\ndeadtime 10\nwarntime 5\ninitdead 20';

test('keepalive: a sign of life so often', () => {
  for (const [text, interval] of [
    ['250ms', 250],
    ['2', 2000],
  ] as const) {
    const node = new Node(`keepalive ${text}`);
    node.run(10_000);
    const beats = node.times('status');
    for (let at = interval; at <= 10_000; at += interval) assert.ok(beats.includes(at), `${at}`);
    assert.ok(beats.length < 10_000 / interval + 5, `${beats.length} in 10 s`);
  }
});

test('warntime: a heartbeat that comes later is told of, one that comes in time is not', () => {
  const node = new Node(TIMES);
  for (const [seq, pause] of [
    [1, 4900],
    [2, 5100],
    [3, 0],
  ] as const) {
    node.hear(seq);
    node.run(pause);
  }
  const late = node.log.filter(({ text }) => text.startsWith('Late heartbeat'));
  assert.deepEqual(late, [{ at: 10_000, text: 'Late heartbeat: Node backup: interval 5100 ms' }]);
});

test('deadtime: silence for so long is death', () => {
  for (const [text, deadtime] of [
    ['10', 10_000],
    ['12500ms', 12_500],
  ] as const) {
    const node = new Node(`keepalive 1\ndeadtime ${text}`);
    node.run(1000);
    node.hear(1);
    node.run(60_000);
    assert.equal(node.logged(/^node backup: is dead/), 1000 + deadtime);
  }
});

test('initdead: at the start a node that was never heard is waited for so long', () => {
  const node = new Node(TIMES);
  node.run(60_000);
  assert.equal(node.logged(/^node backup: is dead/), 20_000);
});

test('deadping: a ping node may be silent for so long, whatever deadtime is', () => {
  for (const [text, deadping] of [
    ['7', 7000],
    ['30', 30_000],
  ] as const) {
    const node = new Node(`${TIMES}\nping localhost\ndeadping ${text}`);
    for (let seq = 1; seq < 100; seq++) {
      node.hear(seq);
      node.deaf = seq > 5;
      node.run(1000);
    }
    assert.equal(node.logged(/^node localhost: is dead/), node.answeredAt + deadping);
    assert.equal(node.logged(/^node backup: is dead/), undefined);
  }
});

test('hopfudge: a message may go round through so many nodes more than there are', () => {
  for (const [text, hops] of [
    ['', '3'],
    ['hopfudge 0', '2'],
    ['hopfudge 255', '257'],
  ]) {
    const node = new Node(text ?? '');
    node.run(1000);
    const [first] = node.sent;
    assert.equal(first?.message.get('ttl'), hops);
  }
});

test('max_rexmit_delay: what is missing is asked for within so long', () => {
  const delays = (text: string): readonly number[] =>
    Array.from({ length: 40 }, (_, n) => {
      const node = new Node(`${TIMES}\n${text}`, n * 0x3333333);
      node.hear(1);
      node.run(1000);
      const from = node.now - START;
      node.hear(3);
      node.run(5000);
      return (node.times('NS_rexmit')[0] ?? Number.POSITIVE_INFINITY) - from;
    });
  // What is due is looked for every 50 ms.
  const LOOK = 50;
  const longest = (text: string): number => Math.max(...delays(text));
  const [short, usual, long] = ['max_rexmit_delay 5', '', 'max_rexmit_delay 900'].map(longest);
  assert.ok(short !== undefined && usual !== undefined && long !== undefined);
  assert.ok(short <= 5 + LOOK, `${short}`);
  assert.ok(usual > 5 + LOOK && usual <= 250 + LOOK, `${usual}`);
  assert.ok(long > 250 + LOOK && long <= 900 + LOOK, `${long}`);
});

test('node: who is not listed is not heard', () => {
  const node = new Node(TIMES);
  node.run(100);
  node.hear(1);
  assert.notEqual(node.logged(/^Status update for node backup: status active/), undefined);
  const alone = new Node('node other');
  alone.run(100);
  assert.equal(alone.logged(/node other/), undefined);
});

test('auto_failback: legacy nodes neither announce a beginning nor wait', () => {
  const words = (text: string): boolean => {
    const node = new Node(`${TIMES}\n${text}`);
    node.run(100);
    node.hear(1);
    node.run(5000);
    return node.times('starting').length > 0;
  };
  assert.deepEqual(
    ['', 'auto_failback legacy', 'auto_failback on', 'auto_failback off'].map(words),
    [false, false, true, true],
  );
  assert.equal(words('auto_failback on\nnice_failback on'), true);
  assert.equal(words('nice_failback on\nauto_failback legacy'), false);
});

test('each directive is named once', () => {
  assert.deepEqual([...new Set(DIRECTIVES)], DIRECTIVES);
  for (const name of DIRECTIVES) {
    const { lineProblems } = parseHaCf({ path: PATH, text: `${name}\n` }, machineFixture());
    const illegal = lineProblems.filter(({ code }) => code === 'HA_CF_ILLEGAL_DIRECTIVE');
    assert.deepEqual(illegal, [], name);
  }
});
