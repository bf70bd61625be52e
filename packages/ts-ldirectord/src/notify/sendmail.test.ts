/** Mails by a sendmail program: what it is called with, and what its end means. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { deliverBySendmail } from './sendmail.js';

const directory = mkdtempSync(path.join(tmpdir(), 'sendmail-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const program = path.join(directory, 'sendmail');
const DEADLINE_MS = 10_000;
/** More than a pipe holds. */
const TEXT = `To: a@example.com\n\n${'long '.repeat(20_000)}\n`;

function script(text: string): void {
  writeFileSync(program, `#!/bin/sh\n${text}\n`);
  chmodSync(program, 0o755);
}

test('it is called with -t and reads the message', async () => {
  script('echo "$*" >"$0.words"; cat >"$0.text"');
  const delivery = await deliverBySendmail(TEXT, DEADLINE_MS, ['/nonexistent', program]);
  assert.deepEqual(delivery, { kind: 'sent' });
  assert.equal(readFileSync(`${program}.words`, 'utf8'), '-t\n');
  assert.equal(readFileSync(`${program}.text`, 'utf8'), TEXT);
});

test('its exit code says whether to try again', async () => {
  script('echo no such user >&2; exit 67');
  const failed = { kind: 'failed', reason: 'exit code 67: no such user' };
  assert.deepEqual(await deliverBySendmail(TEXT, DEADLINE_MS, [program]), failed);
  script('exit 75');
  const deferred = { kind: 'deferred', reason: 'exit code 75' };
  assert.deepEqual(await deliverBySendmail(TEXT, DEADLINE_MS, [program]), deferred);
});

test('one that does not end is stopped, and one that is not there is said so', async () => {
  script('exec sleep 600');
  const late = { kind: 'failed', reason: 'no end within 0.2 s' };
  assert.deepEqual(await deliverBySendmail(TEXT, 200, [program]), late);
  const none = { kind: 'later', reason: 'there is no sendmail program' };
  assert.deepEqual(await deliverBySendmail(TEXT, DEADLINE_MS, ['/nonexistent']), none);
});
