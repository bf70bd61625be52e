/** Signing and verification with a keyring. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeDatagram, decodeFrame, encodeFrame } from '../message/datagram.js';
import { bytesOf, textOf } from '../message/latin1.js';
import { Message } from '../message/message.js';
import type { Keyring } from './keyring.js';
import { sign, verify } from './sign.js';

const KEYRING: Keyring = {
  signing: 1,
  keys: new Map([
    [1, { method: 'crc', key: '' }],
    [2, { method: 'md5', key: 'sch\xfcssel' }],
  ]),
};

test('a key rotation: both keys are accepted while one signs', () => {
  const later = { ...KEYRING, signing: 2 };
  assert.deepEqual(verify('text', sign('text', KEYRING), later), { ok: true, key: 1 });
  assert.deepEqual(verify('text', sign('text', later), KEYRING), { ok: true, key: 2 });
  assert.throws(() => sign('text', { ...KEYRING, signing: 3 }), RangeError);
});

test('a token is read as the genuine program reads it', () => {
  const good = sign('text', KEYRING);
  for (const token of [` ${good}`, `+${good}`, `0${good}`, good.replace(' ', '\t '), `${good} x`]) {
    assert.deepEqual(verify('text', token, KEYRING), { ok: true, key: 1 }, token);
  }
});

test('a bad token is refused with its reason', () => {
  const good = sign('text', KEYRING);
  for (const token of [undefined, '', '1', '1 ', 'x ff', 'ff', '99999 ff', `1 ${'f'.repeat(65)}`]) {
    assert.deepEqual(verify('text', token, KEYRING), { ok: false, reason: 'token' }, token);
  }
  assert.deepEqual(verify('text', '7 ff', KEYRING), { ok: false, reason: 'method', key: 7 });
  const digest = good.slice(2);
  const bad = ['0', `0${digest}`, digest.slice(1), digest.toUpperCase(), `${digest}x`];
  for (const token of [...bad.map((word) => `1 ${word}`), `2 ${digest}`]) {
    const verification = verify('text', token, KEYRING);
    assert.equal(verification.ok ? 'ok' : verification.reason, 'digest', token);
  }
});

/** What is logged for a frame or datagram. */
function complaint(text: string): readonly string[] {
  const received = text.startsWith('###')
    ? decodeDatagram(bytesOf(text), KEYRING)
    : decodeFrame(text, KEYRING);
  return received.ok ? [] : received.log.map((line) => line.text);
}

test('a refused message is logged in the genuine words', () => {
  const message = Message.of({ t: 'status', src: 'backup' });
  const signed = textOf(encodeFrame(message, KEYRING));
  const failed = 'string2msg_ll: node [backup] failed authentication';
  assert.deepEqual(complaint(signed), []);
  assert.deepEqual(complaint(signed.replace('auth=1', 'auth=7')), [
    'Invalid authentication type [7] in message!',
    failed,
  ]);
  assert.deepEqual(complaint(signed.replace('t=status', 't=statuS')), [failed]);
  assert.deepEqual(complaint('>>>\nt=status\nsrc=backup\n<<<\n'), [
    'Bad/invalid auth token, authtoken=(nil)',
    failed,
  ]);
  assert.deepEqual(complaint('>>>\nx\ny\x1b\n<<<\n'), [
    "ha_msg_add_nv_depth: line doesn't contain '='",
    'NV failure (string2msg_ll):',
    'Input string: [>>>.x.y..<<<.]',
  ]);
  assert.deepEqual(complaint('no message'), []);
  assert.deepEqual(complaint('###\n11:(0)t=status,%%%\n'), [
    'peel_netstring() error in getting auth string',
    's=###.11:(0)t=status,%%%.',
  ]);
  assert.deepEqual(complaint('###\n11:(0)t=status,%%%\n4:1 ff,'), [
    'authtoken does not match, authtoken=ff',
    'netstring authentication failed, s=###.11:(0)t=status,%%%.4:1 ff,, autotoken=1 ff',
  ]);
});
