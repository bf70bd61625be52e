/** The messages that the references of wire and client API show are recorded ones. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeFrame } from '@ts-heartbeat/core/message/datagram';
import { messageRecordings, readVectorFile } from './recording.js';

const DOCS = new URL('../../../docs/', import.meta.url);

/** The messages of a document in the string form, as they stand on a medium without a NUL. */
function shown(file: string): readonly string[] {
  const text = readFileSync(new URL(file, DOCS), 'utf8').replace(/^ {4}/gm, '');
  const messages = text.match(/^>>>\n(?:[^<\n].*\n)+<<<\n/gm) ?? [];
  // The others are forms with names for what changes.
  return messages.filter((message) => /^t=/m.test(message));
}

test('docs/wire.md shows frames that were recorded on a serial line', () => {
  const messages = shown('wire.md');
  assert.equal(messages.length, 2);
  const recorded = messageRecordings().filter(({ file }) => file === 'serial-sha1.json');
  for (const message of messages) {
    const frame = Buffer.from(message, 'latin1').toString('base64');
    const recording = recorded.find(({ items }) => items.some(({ base64 }) => base64 === frame));
    assert.ok(recording, message);
    assert.equal(decodeFrame(message, recording.keyring).ok, true);
  }
});

test('docs/client-api.md shows what clients and the genuine daemon said to each other', () => {
  const messages = shown('client-api.md');
  assert.equal(messages.length, 6);
  const sessions = ['ipc-ipfail.json', 'ipc-cl_status.json'].map((file) =>
    JSON.stringify(readVectorFile('heartbeat', file)),
  );
  for (const message of messages) {
    assert.ok(
      sessions.some((session) => session.includes(JSON.stringify(message))),
      message,
    );
  }
});
