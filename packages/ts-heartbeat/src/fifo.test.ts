/** Tests of the FIFO for scripts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Message } from '@ts-heartbeat/core/message/message';
import { type Fifo, openFifo } from './fifo.js';

const directory = mkdtempSync(join(tmpdir(), 'fifo-'));
const path = join(directory, 'fifo');
let fifo: Fifo | undefined;
after(() => {
  fifo?.close();
  rmSync(directory, { recursive: true });
});

test('messages that scripts write come in one by one, and rubbish is logged', async () => {
  writeFileSync(path, 'in the way');
  const messages: Message[] = [];
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  const say = (severity: string, text: string): void => {
    lines.push(`${severity}: ${text}`);
    wake?.();
  };
  fifo = await openFifo(path, say, (message) => {
    messages.push(message);
    wake?.();
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  assert.deepEqual(lines, [`info: Creating FIFO ${path}.`]);
  assert.equal(statSync(path).mode & 0o777, 0o600);

  // Two writers, so that the FIFO is closed in between.
  for (const word of ['all', 'foreign']) {
    const text = `>>>\\nt=ask_resources\\nrsc_hold=${word}\\ninfo=me\\n<<<\\n`;
    execFileSync('sh', ['-c', `printf '${text}' > "$1"`, 'sh', path]);
  }
  await until(() => messages.length === 2);
  assert.deepEqual(
    messages.map((message) => message.strings()),
    ['all', 'foreign'].map((word) => ({ t: 'ask_resources', rsc_hold: word, info: 'me' })),
  );

  writeFileSync(path, '>>>\nno equals sign\n<<<\n>>>\nhello=world\n<<<\n');
  writeFileSync(path, '>>>\nt=resource\nrsc_hold=foreign\ninfo=mach_down\n<<<\n');
  await until(() => messages.length === 3);
  assert.equal(messages[2]?.get('info'), 'mach_down');
  assert.deepEqual(lines.slice(1), [
    'error: NV failure (msgfromsteam): >>> no equals sign <<<',
    'error: NV failure (msgfromsteam): >>> hello=world <<<',
  ]);
});
