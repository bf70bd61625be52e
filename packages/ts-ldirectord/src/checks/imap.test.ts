/** The checks of imap and imaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitMailbox } from './imap.js';
import { sameHoweverCut } from './said.fixture.js';
import { type Script, scripted } from './script.fixture.js';
import { allClosed, check, negotiate, PATIENCE } from './server.fixture.js';

async function outcome(
  banner: string,
  script: Script,
  login = 'mon',
  password = 'secret',
): Promise<readonly unknown[]> {
  const server = await scripted(banner, script);
  const spec = { service: 'imap', timeout: PATIENCE, login, password } as const;
  const { up, message } = await check(negotiate(server.port, spec));
  await allClosed(server);
  const { heard } = server;
  return [up, message, heard];
}

test('without a login the banner decides, and nothing is expunged', async () => {
  for (const banner of ['* OK ready\r\n', '* ok\r\n', '* PREAUTH x\r\n']) {
    assert.deepEqual(await outcome(banner, [], ''), [true, '', ['1 LOGOUT']]);
  }
  for (const banner of ['* BYE busy\r\n', '* NO\r\n', 'OK\r\n', '* OKAY\r\n']) {
    assert.deepEqual(await outcome(banner, [], ''), [false, 'banner', []]);
  }
});

test('with a login it has to be accepted', async () => {
  const login = '0 LOGIN "mon" "secret"';
  const answers = (answer: string): Script => [[/LOGIN/, answer]];
  assert.deepEqual(await outcome('* OK\r\n', answers('* CAPABILITY X\r\n0 OK in\r\n')), [
    true,
    '',
    [login, '1 LOGOUT'],
  ]);
  for (const answer of ['0 NO bad\r\n', '0 BAD what\r\n', '* 0 OK\r\n0 NO\r\n', '0 OKAY\r\n']) {
    const expected = [false, 'LOGIN was refused', [login]];
    assert.deepEqual(await outcome('* OK\r\n', answers(answer)), expected);
  }
});

test('a login or password never becomes more than one word', async () => {
  const script: Script = [[/LOGIN/, '0 OK\r\n']];
  const [up, , heard] = await outcome('* OK\r\n', script, 'a "b" \\', '" x');
  assert.deepEqual([up, heard], [true, ['0 LOGIN "a \\"b\\" \\\\" "\\" x"', '1 LOGOUT']]);
  const [other, message, nothing] = await outcome('* OK\r\n', script, 'a', 'b\r\n1 DELETE "x"');
  assert.deepEqual([other, nothing], [false, []]);
  assert.match(String(message), /holds the end of a line/);
});

test('answers are the same however they are cut', () =>
  sameHoweverCut(['* OK x\r\n', '0 OK\r\n', '0 NO\r\n', '* X\n', '+ \r\n', '0'], (server) =>
    visitMailbox(server, { login: 'mon', password: 'secret' }),
  ));
