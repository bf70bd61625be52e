/** What a mail looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from './alerts.js';
import { readMessage } from './mailserver.fixture.js';
import { messageText } from './message.js';

const ALERT: Alert = { to: 'a@example.com, b@example.com', text: 'Deleted', status: 'running' };
const sender = { address: 'root@host', date: new Date(1e12), id: 'x@host' };

/** A configuration's text: one character for each byte. */
function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

test('for sendmail: what ldirectord 4.12 writes, and nothing else', () => {
  assert.equal(
    messageText({ alert: ALERT, host: 'host' }),
    'To: a@example.com, b@example.com\nSubject: Deleted\n\n' +
      'ldirectord host: host\nLog-Message: Deleted\nDaemon-Status: running\n',
  );
});

test('for a mail server: with a sender and a date; name and comment where given', () => {
  const alert = { ...ALERT, serviceName: 'Shop', comment: 'call Joe' };
  assert.equal(
    messageText({ alert, host: 'host', sender }),
    'From: root@host\nTo: a@example.com, b@example.com\nSubject: [Shop] Deleted\n' +
      'Date: Sun, 09 Sep 2001 01:46:40 +0000\nMessage-ID: <x@host>\n\n' +
      'ldirectord host: host\nLog-Message: [Shop] Deleted\nDaemon-Status: running\n\n' +
      'Service name: Shop\nComment: call Joe\n\n',
  );
});

test('what is not ASCII is UTF-8, and encoded in the subject', () => {
  const alert = { ...ALERT, serviceName: bytes('Größe der Warenkörbe in Köln und Düsseldorf') };
  const { header, body } = readMessage(messageText({ alert, host: 'host' }).replace(/\n /g, ' '));
  const words = header.Subject?.split(' ') ?? [];
  assert.ok(words.length > 1 && words.every((word) => word.length <= 75));
  const subject = words.map((word) => /^=\?utf-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '');
  assert.equal(
    subject.map((word) => Buffer.from(word, 'base64').toString()).join(''),
    '[Größe der Warenkörbe in Köln und Düsseldorf] Deleted',
  );
  assert.equal(header['Content-Type'], 'text/plain; charset=utf-8');
  assert.match(body, /^Log-Message: \[Größe/m);
});

test('nothing of a configuration ends a header line or the header', () => {
  const text = fc.string({ unit: 'binary' }).map(bytes);
  fc.assert(
    fc.property(text, text, text, text, (to, from, serviceName, comment) => {
      const alert = { ...ALERT, to, from, serviceName, comment };
      const written = messageText({ alert, host: 'host', sender });
      const header = written.slice(0, written.indexOf('\n\n'));
      const names = header
        .split('\n')
        .filter((line) => !line.startsWith(' '))
        .map((line) => /^([\w-]+):/.exec(line)?.[1]);
      const mime = ['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'];
      const plain = ['From', 'To', 'Subject', 'Date', 'Message-ID'];
      assert.deepEqual(names, names.length > plain.length ? [...plain, ...mime] : plain);
    }),
  );
});
