/** The outbox: in order, bounded, tried again, and told of once. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { type Delivery, LIFE_MS, type Mail, Outbox, RETRY_MS, WAITING_MAX } from './outbox.js';

function mail(text: string): Mail {
  return { text, from: 'root@host', to: 'a@example.com' };
}

beforeEach((t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  if ('after' in t) t.after(() => mock.timers.reset());
});

class Bench {
  readonly lines: string[] = [];
  readonly tried: string[] = [];
  now = 0;
  /** What the next tries come to. */
  deliver: (mail: Mail) => Promise<Delivery> = () => Promise.resolve({ kind: 'sent' });
  readonly outbox = new Outbox({
    what: 'SMTP email',
    log: (text) => this.lines.push(text),
    at: () => this.now,
    deliver: (one) => {
      this.tried.push(one.text);
      return this.deliver(one);
    },
  });

  /** Lets time pass and everything that follows from it happen. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    mock.timers.tick(ms);
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const later = (): Promise<Delivery> => Promise.resolve({ kind: 'later', reason: 'refused' });

test('mails are sent one after the other, in order', async () => {
  const bench = new Bench();
  let open = 0;
  bench.deliver = async () => {
    open += 1;
    assert.equal(open, 1);
    await settled();
    open -= 1;
    return { kind: 'sent' };
  };
  for (const text of ['one', 'two', 'three']) bench.outbox.post(mail(text));
  await bench.outbox.close(1000);
  assert.deepEqual([bench.tried, bench.lines], [['one', 'two', 'three'], []]);
});

test('a server that is away is told of once, and tried again', async () => {
  const bench = new Bench();
  bench.deliver = later;
  bench.outbox.post(mail('one'));
  bench.outbox.post(mail('two'));
  await settled();
  for (let n = 0; n < 5; n += 1) await bench.pass(RETRY_MS);
  assert.deepEqual(bench.tried, Array(6).fill('one'));
  assert.deepEqual(bench.lines, [
    'failed to send SMTP email message: refused; trying again every 30 s',
  ]);
  bench.deliver = () => Promise.resolve({ kind: 'sent' });
  await bench.pass(RETRY_MS);
  assert.deepEqual(bench.tried.slice(6), ['one', 'two']);
  bench.deliver = later;
  bench.outbox.post(mail('three'));
  await settled();
  assert.equal(bench.lines.length, 2);
});

test('a mail that is deferred lets others go first, and many of them end the round', async () => {
  const bench = new Bench();
  const defer = new Set(['one']);
  bench.deliver = ({ text }) =>
    Promise.resolve(defer.has(text) ? { kind: 'deferred', reason: '451' } : { kind: 'sent' });
  for (const text of ['one', 'two', 'three']) bench.outbox.post(mail(text));
  await settled();
  assert.deepEqual(bench.tried, ['one', 'two', 'three', 'one']);
  assert.equal(bench.lines.length, 1);
  bench.tried.splice(0);
  for (let n = 0; n < 50; n += 1) {
    defer.add(`${n}`);
    bench.outbox.post(mail(`${n}`));
  }
  await bench.pass(RETRY_MS);
  assert.deepEqual(bench.tried.length, 10);
  defer.clear();
  await bench.pass(RETRY_MS);
  assert.equal(bench.tried.length, 10 + 51);
});

test('too many, and too old ones, are given up and counted', async () => {
  const bench = new Bench();
  bench.deliver = later;
  for (let n = 0; n < WAITING_MAX + 7; n += 1) bench.outbox.post(mail(`${n}`));
  await settled();
  bench.now += LIFE_MS;
  bench.outbox.post(mail('new'));
  bench.deliver = () => Promise.resolve({ kind: 'sent' });
  await bench.pass(RETRY_MS);
  assert.deepEqual(bench.tried, ['0']);
  bench.outbox.post(mail('newer'));
  await settled();
  assert.deepEqual(bench.tried, ['0', 'newer']);
  assert.equal(bench.lines[1], `${WAITING_MAX + 8} email messages were not sent`);
});

test('what failed for good is not tried again, and does not hold up the next', async () => {
  const bench = new Bench();
  bench.deliver = () => Promise.resolve({ kind: 'failed', reason: '550' });
  for (const text of ['one', 'two']) bench.outbox.post(mail(text));
  await settled();
  assert.deepEqual(bench.tried, ['one', 'two']);
  assert.deepEqual(bench.lines, ['failed to send SMTP email message: 550']);
});

test('the end waits for what is on its way, not for a server that is away', async () => {
  const bench = new Bench();
  bench.deliver = () => new Promise<Delivery>(() => undefined);
  bench.outbox.post(mail('one'));
  let closed = false;
  const closing = bench.outbox.close(3000).then(() => {
    closed = true;
  });
  await bench.pass(2999);
  assert.ok(!closed);
  await bench.pass(1);
  await closing;
  assert.deepEqual(bench.lines, ['1 email messages were not sent']);
  const away = new Bench();
  away.deliver = later;
  away.outbox.post(mail('one'));
  await settled();
  await away.outbox.close(3000);
});
