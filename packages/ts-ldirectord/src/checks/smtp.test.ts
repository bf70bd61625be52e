/** The check of smtp and submission. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameHoweverCut } from './said.fixture.js';
import { type Script, scripted } from './script.fixture.js';
import { allClosed, check, negotiate, PATIENCE } from './server.fixture.js';
import { greet } from './smtp.js';

async function outcome(banner: string, script: Script): Promise<readonly unknown[]> {
  const server = await scripted(banner, script);
  const spec = { service: 'submission', timeout: PATIENCE } as const;
  const { up, message } = await check(negotiate(server.port, spec));
  await allClosed(server);
  const { heard } = server;
  return [up, message, heard];
}

const EHLO = 'EHLO localhost.localdomain';
const HELO = 'HELO localhost.localdomain';

test('the server is greeted as by the genuine program', async () => {
  assert.deepEqual(
    await outcome('220 mail.test ESMTP\r\n', [[/^EHLO/, '250-mail.test\r\n250 8BITMIME\r\n']]),
    [true, '', [EHLO, 'QUIT']],
  );
});

test('a server that does not know EHLO is asked with HELO', async () => {
  const old: Script = [
    [/^EHLO/, '502 what\r\n'],
    [/^HELO/, '250 mail.test\r\n'],
  ];
  assert.deepEqual(await outcome('220 mail.test\r\n', old), [true, '', [EHLO, HELO, 'QUIT']]);
  const refuses: Script = [[/^(EHLO|HELO)/, '502 no\r\n']];
  assert.deepEqual(await outcome('220 x\r\n', refuses), [false, 'HELO: 502', [EHLO, HELO]]);
});

test('a server that is busy is down', async () => {
  assert.deepEqual(await outcome('421 busy\r\n', []), [false, 'banner: 421', []]);
  const busy: Script = [[/^EHLO/, '421 busy\r\n']];
  assert.deepEqual(await outcome('220 x\r\n', busy), [false, 'EHLO: 421', [EHLO]]);
  assert.deepEqual(await outcome('SSH-2.0-x\r\n', []), [false, 'no reply code', []]);
});

test('greetings are the same however they are cut', () =>
  sameHoweverCut(['220 x\r\n', '220-x\n', '250 x\r\n', '502 no\r\n', '421'], greet));
