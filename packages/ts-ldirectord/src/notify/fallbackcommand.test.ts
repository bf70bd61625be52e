/** Fallback commands: one at a time for each virtual, each with a deadline. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { FallbackCommands } from './fallbackcommand.js';

const directory = mkdtempSync(path.join(tmpdir(), 'fallbackcommand-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function telling(command: string, verb: 'start' | 'stop') {
  const address = '10.255.0.1:80';
  return { kind: 'fallbackCommand', command, verb, address, protocol: 'tcp' } as const;
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round += 1) {
    assert.ok(round < 500, 'it did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function script(name: string, text: string): { command: string; said(): string } {
  const command = path.join(directory, name);
  const told = `${command}.told`;
  writeFileSync(told, '');
  writeFileSync(command, `#!/bin/sh\n${text.replace('TOLD', told)}\n`);
  chmodSync(command, 0o755);
  return { command, said: () => readFileSync(told, 'utf8') };
}

test('the command is run by the shell, with what has happened', async () => {
  const logged: string[] = [];
  const commands = new FallbackCommands((text) => logged.push(text));
  const { command, said } = script('plain', 'echo "$#: $*" >> TOLD');
  commands.tell(telling(`${command} "two words"`, 'start'));
  await eventually(() => said() !== '');
  assert.equal(said(), '4: two words start 10.255.0.1:80 tcp\n');
  assert.deepEqual(logged, []);
});

test('while a command runs only the last word counts; they never run side by side', async () => {
  const commands = new FallbackCommands(() => {});
  const gate = path.join(directory, 'gate');
  const { command, said } = script(
    'slow',
    `echo "$1" >> TOLD; while [ ! -e ${gate} ]; do sleep 0.02; done`,
  );
  commands.tell(telling(command, 'start'));
  await eventually(() => said() === 'start\n');
  commands.tell(telling(command, 'stop'));
  commands.tell(telling(command, 'start'));
  commands.tell(telling(command, 'stop'));
  assert.equal(said(), 'start\n');
  writeFileSync(gate, '');
  await eventually(() => said() === 'start\nstop\n');
  commands.tell(telling(command, 'start'));
  await commands.settled();
  assert.equal(said(), 'start\nstop\nstart\n');
});

test('a command that fails is logged', async () => {
  const logged: string[] = [];
  const commands = new FallbackCommands((text) => logged.push(text));
  commands.tell(telling('exit 4;', 'start'));
  await eventually(() => logged.length > 0);
  assert.deepEqual(logged, ['system(exit 4; start 10.255.0.1:80 tcp) failed: exit code 4']);
});
