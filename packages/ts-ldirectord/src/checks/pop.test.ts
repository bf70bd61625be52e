/** The checks of pop and pops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NegotiateSpec } from './check.js';
import { collectMail } from './pop.js';
import { sameHoweverCut } from './said.fixture.js';
import { type Script, scripted } from './script.fixture.js';
import { allClosed, check, negotiate, PATIENCE } from './server.fixture.js';

const ACCOUNT = { login: 'mon', password: 'secret' };

async function outcome(
  banner: string,
  script: Script,
  account: Partial<NegotiateSpec> = ACCOUNT,
): Promise<readonly unknown[]> {
  const server = await scripted(banner, script);
  const spec = { service: 'pop', timeout: PATIENCE, ...account } as const;
  const { up, message, impossible } = await check(negotiate(server.port, spec));
  await allClosed(server);
  const { heard } = server;
  return [up, message, heard, ...(impossible === undefined ? [] : [impossible])];
}

const OPEN: Script = [
  [/^CAPA/, '-ERR\r\n'],
  [/^(USER|PASS|STAT)/, '+OK 0 0\r\n'],
];

test('without a login the banner decides', async () => {
  assert.deepEqual(await outcome('+OK <1@test>\r\n', [], { login: '' }), [true, '', ['QUIT']]);
  assert.deepEqual(await outcome('-ERR busy\r\n', [], { login: '' }), [false, 'banner', []]);
});

test('with a login the mailbox has to open', async () => {
  const said = ['CAPA', 'USER mon', 'PASS secret'];
  assert.deepEqual(await outcome('+OK\r\n', OPEN), [true, '', [...said, 'STAT', 'QUIT']]);
  for (const [command, heard] of [
    ['USER', said.slice(0, 2)],
    ['PASS', said],
    ['STAT', [...said, 'STAT']],
  ] as const) {
    const refuses: Script = [[new RegExp(`^${command}`), '-ERR PASS secret\r\n'], ...OPEN];
    // What the server says may hold the password, so that it is not repeated.
    const expected = [false, `${command} was refused`, heard];
    assert.deepEqual(await outcome('+OK\r\n', refuses), expected);
  }
});

test('the password is not sent in clear where the server knows better', async () => {
  // The examples of RFC 1939 and RFC 2195.
  const stamp = '+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n';
  const apop = 'APOP mrose c4c9334bac560ecc979e58001b3e22fb';
  const mrose = { login: 'mrose', password: 'tanstaaf' };
  const accepts: Script = [[/^(APOP|STAT)/, '+OK\r\n']];
  assert.deepEqual(await outcome(stamp, accepts, mrose), [true, '', [apop, 'STAT', 'QUIT']]);
  const refuses: Script = [[/^APOP/, '-ERR\r\n'], ...OPEN];
  const clear = ['CAPA', 'USER mrose', 'PASS tanstaaf', 'STAT', 'QUIT'];
  assert.deepEqual(await outcome(stamp, refuses, mrose), [true, '', [apop, ...clear]]);

  const tim = { login: 'tim', password: 'tanstaaftanstaaf' };
  const response = 'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw';
  const challenge = 'PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+';
  const cram: Script = [
    [/^CAPA/, '+OK\r\nUIDL\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'],
    [/^AUTH/, `+ ${challenge}\r\n`],
    [new RegExp(`^${response}$`), '+OK\r\n'],
    [/^STAT/, '+OK\r\n'],
  ];
  const said = ['CAPA', 'AUTH CRAM-MD5', response, 'STAT', 'QUIT'];
  assert.deepEqual(await outcome('+OK\r\n', cram, tim), [true, '', said]);
});

test('a login or password never becomes a second command', async () => {
  const text = 'login, passwd or request holds the end of a line';
  for (const account of [
    { login: 'mon\r\nDELE 1', password: '' },
    { login: 'mon', password: 'x\nDELE 1' },
  ]) {
    const [up, message, heard, impossible] = await outcome('+OK\r\n', OPEN, account);
    assert.deepEqual([up, message, impossible], [false, text, true]);
    assert.ok(Array.isArray(heard) && !heard.join().includes('DELE'));
  }
});

test('answers are the same however they are cut', () =>
  sameHoweverCut(
    ['+OK\r\n', '+OK <1@x>\n', '-ERR\r\n', 'SASL CRAM-MD5\r\n', '.\r\n', '+ PDE+\r\n', '+'],
    (server) => collectMail(server, ACCOUNT),
  ));
