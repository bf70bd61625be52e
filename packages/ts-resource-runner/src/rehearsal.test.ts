/** The takeover of nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { after, test } from 'node:test';
import { systemClock } from '@ts-heartbeat/platform/clock';
import { places } from './places.js';
import { rehearse } from './rehearsal.js';

const directory = mkdtempSync(`${os.tmpdir()}/rehearsal-`);
after(() => rmSync(directory, { recursive: true }));

test('a rehearsal ends, touches nothing else and leaves nothing behind', async () => {
  writeFileSync(`${directory}/runner.journal`, 'of the real one');
  await rehearse(places(`${directory}/none`, directory, `${directory}/socket`), systemClock());
  assert.deepEqual(readdirSync(directory), ['runner.journal']);
});

test('where nothing can be written there is none', async () => {
  const file = `${directory}/runner.journal`;
  await rehearse(places(directory, `${file}/below`, file), systemClock());
});
