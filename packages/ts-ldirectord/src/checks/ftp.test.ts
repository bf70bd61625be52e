/** The check of ftp. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, test } from 'node:test';
import type { CheckResult, NegotiateSpec } from './check.js';
import { classicPort, extendedPort, fetchFile } from './ftp.js';
import { Said, sameHoweverCut } from './said.fixture.js';
import { type Script, scripted } from './script.fixture.js';
import * as fixture from './server.fixture.js';

/** What an ftp server of a test says, and how it sends its file. */
interface Ftp {
  readonly change?: Partial<NegotiateSpec>;
  /** Come before what a server says that is well. */
  readonly script?: Script;
  /** Port of the passive mode, as the reply shall say it. */
  readonly passive?: (port: number) => string;
  readonly send?: (socket: net.Socket) => void;
}

/** With every connection closed again. */
interface Outcome extends CheckResult {
  readonly heard: readonly string[];
}

const sendFile = (socket: net.Socket): void => void socket.end('hello file\n');

async function fetched(ftp: Ftp = {}, six = false): Promise<Outcome> {
  const { change, script = [], send = sendFile } = ftp;
  const host = six ? '::1' : '127.0.0.1';
  const data = await fixture.listen(net.createServer(send), host);
  const { port } = data;
  const passive = six
    ? `229 Entering Extended Passive Mode (|||${port}|)`
    : `227 Entering Passive Mode (127,0,0,1,${port >> 8},${port & 255})`;
  const well: Script = [
    ...script,
    [/^USER/, '331 password\r\n'],
    [/^PASS/, '230-welcome\r\n230 in\r\n'],
    [/^(CWD|TYPE)/, '550 no\r\n'],
    [six ? /^EPSV/ : /^PASV/, `${ftp.passive?.(port) ?? passive}\r\n`],
    [/^RETR/, '150 here\r\n226 done\r\n'],
  ];
  const control = await scripted('220 ftp.test\r\n', well, undefined, host);
  const request = { request: '/hello.txt', ...fixture.receive('hello') };
  const account = { login: 'anonymous', password: 'ldirectord@director.test' };
  const spec = { service: 'ftp', address: host, timeout: fixture.PATIENCE } as const;
  const asked = fixture.negotiate(control.port, { ...spec, ...request, ...account, ...change });
  const result = await fixture.check(asked);
  await fixture.allClosed(control);
  await fixture.allClosed(data);
  return { ...result, heard: control.heard };
}

const TO_LOGIN = ['USER anonymous', 'PASS ldirectord@director.test'];
const TO_FILE = [...TO_LOGIN, 'CWD /', 'TYPE I'];

test('a file is fetched in passive mode and looked at', async () => {
  const { up, heard } = await fetched();
  assert.equal(up, true);
  assert.deepEqual(heard, [...TO_FILE, 'PASV', 'RETR /hello.txt', 'QUIT']);
});

test('IPv6 takes EPSV', async () => {
  const { up, heard } = await fetched({}, true);
  assert.deepEqual([up, heard[4]], [true, 'EPSV']);
});

test('no password is sent where none is wanted, and the default login is anonymous', async () => {
  const script: Script = [[/^USER/, '230 in\r\n']];
  const { up, heard } = await fetched({ script, change: { login: '' } });
  assert.deepEqual([up, heard[0], heard[1]], [true, 'USER anonymous', 'CWD /']);
});

test('the file decides, and without receive that it can be fetched', async () => {
  const other = (socket: net.Socket): void => void socket.end('something else');
  assert.equal((await fetched({ send: other })).up, false);
  const anything: Partial<NegotiateSpec> = { receive: undefined as never };
  assert.equal((await fetched({ send: other, change: anything })).up, true);
  const empty = (socket: net.Socket): void => void socket.end();
  assert.equal((await fetched({ send: empty, change: anything })).up, true);
  const failed: Script = [[/^RETR/, '150 here\r\n451 disk\r\n']];
  const { up, message } = await fetched({ send: empty, change: anything, script: failed });
  assert.deepEqual([up, message], [false, 'RETR: 451']);
});

test('a transfer that breaks off counts with what came', async () => {
  const breaks = (socket: net.Socket): void => {
    socket.write('hello', () => setTimeout(() => socket.resetAndDestroy(), 20));
  };
  assert.equal((await fetched({ send: breaks })).up, true);
  const at = (socket: net.Socket): void => void socket.resetAndDestroy();
  assert.equal((await fetched({ send: at })).up, false);
});

describe('a server that refuses a step is down at once', () => {
  for (const [pattern, reply, message] of [
    [/^USER/, '530 no', 'USER: 530'],
    [/^PASS/, '530 PASS x', 'PASS: 530'],
    [/^PASV/, '500 no', 'PASV: 500'],
    [/^PASV/, '227 here', 'PASV: no port'],
    [/^PASV/, '227 (127,0,0,1,0,0)', 'PASV: no port'],
    [/^PASV/, '227 (127,0,0,1,999,0)', 'PASV: no port'],
    [/^RETR/, '550 no such file', 'RETR: 550'],
    [/^RETR/, '226 done', 'RETR: 226'],
  ] as const) {
    test(`${pattern.source} ${reply}`, async () => {
      const outcome = await fetched({ script: [[pattern, `${reply}\r\n`]] });
      assert.deepEqual([outcome.up, outcome.message], [false, message]);
    });
  }
});

describe('a server that falls silent at a step is down in time', () => {
  for (const pattern of [/^USER/, /^PASS/, /^CWD/, /^TYPE/, /^PASV/, /^RETR/]) {
    test(pattern.source, async () => {
      const change = { timeout: fixture.LIMIT };
      const { up } = await fetched({ change, script: [[pattern, '']] });
      assert.equal(up, false);
    });
  }
});

test('the data connection may refuse, be silent, drip, and send for ever', async () => {
  const refused = await fixture.refusedPort();
  const nobody = await fetched({
    passive: () => `227 (127,0,0,1,${refused >> 8},${refused & 255})`,
    script: [[/^RETR/, '']],
  });
  assert.deepEqual([nobody.up, nobody.message], [false, 'data connection: ECONNREFUSED']);
  const change = { timeout: fixture.LIMIT };
  for (const send of [() => {}, (socket: net.Socket) => fixture.drip(socket, 'hello')]) {
    const { up } = await fetched({ change, send });
    assert.equal(up, false);
  }
  for (const [first, up] of [
    ['hello', true],
    ['', false],
  ] as const) {
    const send = (socket: net.Socket) => fixture.endless(socket, first, 'x'.repeat(9999));
    const endless = await fetched({ send });
    assert.equal(endless.up, up);
  }
});

test('the file is fetched from the server itself, whatever address it names', async () => {
  const passive = (port: number): string => `227 (192,0,2,1,${port >> 8},${port & 255})`;
  assert.equal((await fetched({ passive })).up, true);
});

test('login, password and request never become a second command', async () => {
  for (const change of [
    { login: 'x\r\nDELE /y' },
    { password: 'x\nDELE /y' },
    { request: '/x\r\nDELE /y' },
  ]) {
    const { up, heard, impossible } = await fetched({ change });
    assert.deepEqual([up, impossible], [false, true]);
    assert.ok(!heard.join().includes('DELE'));
  }
});

test('the port of a passive mode is read as it is written', () => {
  assert.equal(classicPort('227 Entering Passive Mode (10,0,0,1,195,80).'), 50_000);
  assert.equal(classicPort('227 =10,0,0,1,0,21'), 21);
  assert.equal(classicPort('227 Entering'), 0);
  assert.equal(extendedPort('229 ok (|||50000|)'), 50_000);
  assert.equal(extendedPort('229 ok (!!!21!)'), 21);
  assert.equal(extendedPort('229 ok (|||50000!)'), 0);
});

const PHRASES = ['220 x\r\n', '230 in\r\n', '227 (1,2,3,4,5,6)\r\n', '150 x\r\n', '226\r\n', '2'];

test('replies are the same however they are cut', () =>
  sameHoweverCut(PHRASES, (server) => {
    const timeout = fixture.PATIENCE;
    const wanted = { address: '127.0.0.1', login: '', password: '', request: '/x', timeout };
    const file = new Said([Buffer.from('hello')]);
    return fetchFile(server, { ...wanted, ...fixture.receive('hello') }, () => file);
  }));
