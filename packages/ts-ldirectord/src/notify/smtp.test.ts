/** Mails to a mail server that takes them, refuses them, says nothing, or is not there. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { MailServer } from './mailserver.fixture.js';
import type { Delivery } from './outbox.js';
import { deliverBySmtp, recipients } from './smtp.js';

const DEADLINE_MS = 10_000;
const TEXT = 'To: a@example.com\nSubject: hello\n\n.one dot\nlast\n';

const server = new MailServer();
await server.open(0);
after(() => server.close());

beforeEach(() => {
  server.silent = false;
  server.answers.clear();
  server.mails.splice(0);
});

function deliver(to = 'a@example.com', deadlineMs = DEADLINE_MS): Promise<Delivery> {
  const envelope = { from: 'root@host', to };
  return deliverBySmtp('127.0.0.1', envelope, TEXT, deadlineMs, server.port);
}

test('a mail arrives as it is, at each recipient of the list', async () => {
  assert.deepEqual(await deliver('A <a@example.com>, b@example.com, root'), { kind: 'sent' });
  assert.deepEqual(server.mails, [
    {
      from: 'root@host',
      recipients: ['a@example.com', 'b@example.com', 'root'],
      header: { To: 'a@example.com', Subject: 'hello' },
      body: '.one dot\nlast\n',
    },
  ]);
});

test('one refused recipient does not keep it from the others', async () => {
  server.answers.set('b@example.com', '550 no such user');
  const delivery = await deliver('a@example.com, b@example.com');
  assert.deepEqual(delivery, { kind: 'failed', reason: 'refused for b@example.com' });
  assert.deepEqual(server.mails[0]?.recipients, ['a@example.com']);
});

test('the word of the server says whether to try again', async () => {
  for (const [verb, answer, kind] of [
    ['a@example.com', '550 no such user', 'failed'],
    ['a@example.com', '451 greylisted', 'deferred'],
    ['MAIL', '421 too busy', 'deferred'],
    ['DATA', '554 no', 'failed'],
  ] as const) {
    server.answers.set(verb, answer);
    assert.equal((await deliver()).kind, kind, answer);
    server.answers.clear();
  }
});

test('a list without an address is said so', async () => {
  assert.deepEqual(await deliver(', ;'), { kind: 'failed', reason: 'no recipient' });
});

test('a silent server is given up at the deadline', async () => {
  server.silent = true;
  const began = performance.now();
  assert.deepEqual(await deliver('a@example.com', 200), {
    kind: 'later',
    reason: 'no answer within 0.2 s',
  });
  assert.ok(performance.now() - began < 5000);
});

test('a server that is not there, and a name that is none', async () => {
  const envelope = { from: 'root@host', to: 'a@example.com' };
  const gone = await deliverBySmtp('127.0.0.1', envelope, TEXT, DEADLINE_MS, 1);
  assert.equal(gone.kind, 'later');
  const none = await deliverBySmtp('no.such.invalid', envelope, TEXT, DEADLINE_MS, 1);
  assert.equal(none.kind, 'later');
});

test('a list of recipients never throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (list) => {
      assert.ok((await recipients(list)).every((address) => address !== ''));
    }),
  );
});
