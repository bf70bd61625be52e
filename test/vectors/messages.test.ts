/** Everything recorded on the media of genuine clusters decodes, verifies, and encodes again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import {
  decodeDatagram,
  decodeFrame,
  encodeDatagram,
  encodeFrame,
  encodeNetstringDatagram,
} from '@ts-heartbeat/core/message/datagram';
import { Framing } from '@ts-heartbeat/core/message/framing';
import type { Message } from '@ts-heartbeat/core/message/message';

import {
  messageRecordings,
  type RecordedItem,
  type RecordedValue,
  vectorFiles,
} from './recording.js';

const bytesOf = (item: RecordedItem) => new Uint8Array(Buffer.from(item.base64, 'base64'));

const isGenuine = (item: RecordedItem) => Object.values(item.verified).every((ok) => ok === true);

/** The message in the form the recordings have: strings as they stand on the wire. */
function asRecorded(message: Message): Record<string, RecordedValue> {
  return Object.fromEntries(
    message.fields.map((field): [string, RecordedValue] => {
      if (field.type === 'string') return [field.name, field.value.replaceAll('\n', '\x13')];
      assert.equal(field.type, 'binary');
      const value = field.type === 'binary' ? field.value : new Uint8Array();
      return [field.name, { type: 1, base64: Buffer.from(value).toString('base64') }];
    }),
  );
}

/** Encodes as the sender did; a NUL may follow a netstring too. */
function encodeAgain(item: RecordedItem, message: Message, keyring: Keyring, serial: boolean) {
  const nul = !serial && bytesOf(item).at(-1) === 0;
  if (item.encoding === 'string') {
    return nul ? encodeDatagram(message, keyring) : encodeFrame(message, keyring);
  }
  const encoded = encodeNetstringDatagram(message, keyring, message.get('auth') !== undefined);
  return nul ? Uint8Array.of(...encoded, 0) : encoded;
}

function check(item: RecordedItem, keyring: Keyring, serial: boolean): void {
  const bytes = bytesOf(item);
  const received = serial
    ? decodeFrame(new Framing().push(bytes).join(''), keyring)
    : decodeDatagram(bytes, keyring);
  assert.ok(received.ok);
  assert.equal(received.encoding, item.encoding);
  const fields = { ...item.fields };
  const { message } = received;
  assert.deepEqual(asRecorded(message), fields);
  const names = message.fields.map((field) => field.name);
  if (item.fieldOrder !== undefined) assert.deepEqual(names, item.fieldOrder);
  if (item.encoding === 'netstring-1.99.4') return;
  const encoded = encodeAgain(item, message, { ...keyring, signing: received.key }, serial);
  assert.deepEqual(Buffer.from(encoded), Buffer.from(bytes));
}

for (const { version, file, keyring, items } of messageRecordings()) {
  const serial = file.startsWith('serial-');
  const genuine = items.filter(isGenuine);
  const refused = items.filter((item) => !isGenuine(item));
  test(`${version}/${file}`, (context) => {
    for (const [index, item] of genuine.entries()) {
      try {
        check(item, keyring, serial);
      } catch (error) {
        throw new Error(`genuine item ${index} of ${file}`, { cause: error });
      }
    }
    for (const item of refused) {
      const received = decodeDatagram(bytesOf(item), keyring);
      assert.equal(received.ok ? 'accepted' : received.rejected, 'auth.digest');
    }
    context.diagnostic(`${genuine.length} verified and encoded again, ${refused.length} refused`);
  });
}

test('every file of the older releases is among them', () => {
  const read = messageRecordings().map(({ version, file }) => `${version}/${file}`);
  for (const version of ['heartbeat-2.1', 'heartbeat-1.99.4']) {
    for (const file of vectorFiles(version)) assert.ok(read.includes(`${version}/${file}`), file);
  }
});

test('the recordings are all there', (context) => {
  const counts = new Map<string, number>();
  for (const { version, items } of messageRecordings()) {
    for (const item of items) {
      const kind = `${version} ${item.encoding} ${isGenuine(item) ? 'verified' : 'refused'}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  for (const [kind, count] of counts) context.diagnostic(`${kind}: ${count}`);
  assert.deepEqual(Object.fromEntries(counts), {
    'heartbeat netstring verified': 729,
    'heartbeat netstring refused': 1,
    'heartbeat string verified': 284,
    'heartbeat-2.1 string verified': 1328,
    'heartbeat-2.1 netstring verified': 87,
    'heartbeat-1.99.4 string verified': 1399,
    'heartbeat-1.99.4 netstring-1.99.4 verified': 44,
  });
});
