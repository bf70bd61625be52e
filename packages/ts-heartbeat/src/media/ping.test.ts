/** Tests of the ping media: what counts as an answer, and real ones on a segment of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Answered, echoId, makePinger, type Pinger } from './pinger.js';
import { End, onSegment, shell } from './segment.fixture.js';

/** A network on which everything is possible. */
class Anything implements Pinger {
  readonly sent: { readonly address: string; readonly seq: number; readonly text: string }[] = [];
  readonly #listeners: Answered[] = [];
  /** Addresses that cannot be sent to. */
  readonly unreachable = new Set<string>();

  subscribe(_family: 4 | 6, answered: Answered): void {
    this.#listeners.push(answered);
  }

  send(_family: 4 | 6, address: string, seq: number, payload: Uint8Array): string | undefined {
    if (this.unreachable.has(address)) return 'ENETUNREACH';
    this.sent.push({ address, seq, text: Buffer.from(payload).toString('latin1') });
    return undefined;
  }

  answer(address: string, seq: number, text: string): void {
    for (const listener of this.#listeners) listener(address, seq, Buffer.from(text, 'latin1'));
  }

  close(): void {}
}

onSegment(import.meta.url, 'ping media, on a segment of their own', () => {
  testAnswers();
  testTrouble();
  testReal();
});

async function openGroup(network: Anything, name: string, ...hosts: string[]): Promise<End> {
  const group = new End({ kind: 'ping_group', name, hosts }, network);
  await group.medium.open();
  return group;
}

function testAnswers(): void {
  test('every member gets the same request; the first answer counts, no other', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', '10.0.0.1', '10.0.0.2');
    group.send('first');
    group.send('second');
    assert.deepEqual(network.sent, [
      { address: '10.0.0.1', seq: 0, text: 'first' },
      { address: '10.0.0.2', seq: 0, text: 'first' },
      { address: '10.0.0.1', seq: 1, text: 'second' },
      { address: '10.0.0.2', seq: 1, text: 'second' },
    ]);
    network.answer('10.0.0.2', 1, 'second');
    network.answer('10.0.0.1', 1, 'second');
    // Late, but of use.
    network.answer('10.0.0.1', 0, 'first');
    network.answer('10.0.0.1', 0, 'first');
    assert.deepEqual(group.received, ['second', 'first']);
  });

  test('strangers, unasked numbers and changed payloads are as if they had not come', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', '10.0.0.1');
    group.send('asked');
    network.answer('10.0.0.9', 0, 'asked');
    network.answer('10.0.0.1', 1, 'asked');
    network.answer('10.0.0.1', 0, 'aske');
    network.answer('10.0.0.1', 0, 'asked and more');
    network.answer('10.0.0.1', 0, '');
    assert.deepEqual(group.received, []);
    network.answer('10.0.0.1', 0, 'asked');
    assert.deepEqual(group.received, ['asked']);
  });

  test('media that ask one host under one number take no answer from each other', async () => {
    const network = new Anything();
    const groups = [
      await openGroup(network, 'g', '10.0.0.1'),
      await openGroup(network, 'h', '10.0.0.1'),
    ];
    const [g, h] = groups;
    g?.send('of g');
    h?.send('of h');
    network.answer('10.0.0.1', 0, 'of h');
    network.answer('10.0.0.1', 0, 'of g');
    assert.deepEqual(
      groups.map((group) => group.received),
      [['of g'], ['of h']],
    );
  });

  test('answers older than the last 128 requests are too late', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', '10.0.0.1');
    for (let n = 0; n < 129; n += 1) group.send(`number ${n}`);
    network.answer('10.0.0.1', 0, 'number 0');
    network.answer('10.0.0.1', 1, 'number 1');
    assert.deepEqual(group.received, ['number 1']);
  });

  test('whatever is answered, nothing but what was asked comes home, and once', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', '10.0.0.1', '10.0.0.2');
    const texts = ['one', 'two', 'three'];
    for (const text of texts) group.send(text);
    fc.assert(
      fc.property(
        fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '::1', ''),
        fc.integer({ min: -1, max: 5 }),
        fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 8 })),
        (address, seq, text) => {
          network.answer(address, seq, text);
          assert.equal(new Set(group.received).size, group.received.length);
          assert.ok(group.received.every((received) => texts.includes(received)));
        },
      ),
    );
  });
}

function testTrouble(): void {
  test('what cannot be sent to one member is told once, and the others are asked', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', '10.0.0.1', '10.0.0.2');
    network.unreachable.add('10.0.0.1');
    for (const n of [0, 1, 2]) {
      group.send('asked');
      network.answer('10.0.0.2', n, 'asked');
    }
    assert.equal(group.received.length, 3);
    assert.deepEqual(group.lines.slice(1), [
      'error: glib: Error sending packet: Network is unreachable',
      'error: write_child: write failure on ping_group g.: Network is unreachable',
    ]);
  });

  test('a member whose name is unknown does not keep the others from being asked', async () => {
    const network = new Anything();
    const group = await openGroup(network, 'g', 'nosuch.invalid', '10.0.0.2');
    assert.deepEqual(group.lines, ['info: glib: ping group heartbeat started.']);
    group.send('asked');
    assert.deepEqual(network.sent, [{ address: '10.0.0.2', seq: 0, text: 'asked' }]);
    const nobody = await openGroup(network, 'h', 'nosuch.invalid');
    nobody.send('asked');
    assert.equal(network.sent.length, 1);
  });

  test('an IPv6 address is known in every form', async () => {
    const network = new Anything();
    const host = new End({ kind: 'ping6', host: '2001:DB8:0::0001' }, network);
    await host.medium.open();
    assert.equal(host.medium.link, '2001:DB8:0::0001');
    assert.deepEqual(host.lines, ['info: glib: ping heartbeat started.']);
    host.send('asked');
    assert.equal(network.sent[0]?.address, '2001:db8::1');
    network.answer('2001:db8::1', 0, 'asked');
    assert.deepEqual(host.received, ['asked']);
  });
}

function testReal(): void {
  test('the id is the low half of the process id, as it stands in memory', () => {
    assert.equal(echoId(0x12345), 0x4523);
  });

  test('hosts of both families bring messages home, also long ones', async () => {
    shell('ip -6 addr add 2001:db8::2/64 dev b0 nodad');
    const pinger = makePinger(process.pid, () => undefined);
    const hosts = ['127.0.0.1', '127.0.0.2'];
    const ends = [
      new End({ kind: 'ping', host: '127.0.0.1' }, pinger),
      new End({ kind: 'ping_group', name: 'group1', hosts }, pinger),
      new End({ kind: 'ping6', host: '::1' }, pinger),
      new End({ kind: 'ping6', host: '2001:db8::2' }, pinger),
    ];
    await Promise.all(ends.map((end) => end.medium.open()));
    assert.deepEqual(
      ends.map((end) => end.lines.length),
      [1, 1, 1, 1],
    );
    const texts = ends.map((end) => `to ${end.medium.link} ${'x'.repeat(5000)}`);
    for (const [n, end] of ends.entries()) end.send(texts[n] ?? '');
    for (const [n, end] of ends.entries()) assert.deepEqual(await end.heard(1), [texts[n]]);
    pinger.close();
  });
}
