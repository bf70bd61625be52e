/** The check of pgsql against a server that is written by hand, and ones that misbehave. */
import assert from 'node:assert/strict';
import type net from 'node:net';
import test, { after, before } from 'node:test';
import tls from 'node:tls';
import { Authority } from './certificates.fixture.js';
import type { NegotiateSpec } from './check.js';
import { type LoopbackServer, serve, specOf } from './loopback.fixture.js';
import { allClosed, check, LIMIT, refusedPort } from './server.fixture.js';
import { TlsRules } from './tls.js';

// Loading takes its time, which the short limits here have no room for.
before(() => import('pg'));

const authority = new Authority();
after(() => authority.dispose());
const own = authority.sign('IP:127.0.0.1');

const ASKED: Partial<NegotiateSpec> = {
  login: 'mon',
  password: 'hush-hush',
  database: 'test',
  request: '/SELECT 1',
};

function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const WELCOME = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I')]);
const COLUMN = message('T', '\0\x01x\0\0\0\0\0\0\0\0\0\0\x72\0\x04\xff\xff\xff\xff\0\0');
const ROW = message('D', '\0\x01\0\0\0\x011');
const READY = message('Z', 'I');

function complete(tag: string): Buffer {
  return message('C', `${tag}\0`);
}

function failure(text: string): Buffer {
  return message('E', `SERROR\0CXX000\0M${text}\0\0`);
}

interface Script {
  /** What follows the startup message, and the query. */
  readonly welcome?: Buffer;
  readonly answer?: Buffer;
  /** A certificate: TLS is offered. */
  readonly own?: tls.TlsOptions;
  /** What is said to a startup without TLS, or with it, instead of the welcome. */
  readonly plain?: Buffer;
  readonly secure?: Buffer;
}

/** Plays the script; notes the types of what it is told, and the startup message. */
function play(script: Script, told: string[]): (socket: net.Socket) => void {
  const talk = (socket: net.Socket, secure: boolean): void => {
    let rest = Buffer.alloc(0);
    let started = false;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (rest.length < head + 4) return;
        const length = head + rest.readUInt32BE(head);
        if (rest.length < length) return;
        const bytes = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (!started) {
          if (bytes.length === 8) {
            socket.write(script.own ? 'S' : 'N');
            if (script.own === undefined) continue;
            socket.removeAllListeners('data');
            talk(new tls.TLSSocket(socket, { isServer: true, ...script.own }), true);
            return;
          }
          started = true;
          told.push(`${secure ? 'tls' : 'plain'} ${bytes.subarray(8).toString()}`);
          socket.write((secure ? script.secure : script.plain) ?? script.welcome ?? WELCOME);
          continue;
        }
        told.push(String.fromCharCode(bytes[0] ?? 0));
        if (bytes[0] === 'Q'.charCodeAt(0) && script.answer) socket.write(script.answer);
      }
    });
  };
  return (socket) => talk(socket, false);
}

async function server(script: Script, told: string[] = []): Promise<LoopbackServer> {
  return serve(play(script, told));
}

const FOUND = Buffer.concat([COLUMN, ROW, complete('SELECT 1'), READY]);

test('a login, a row, and an end in order', async () => {
  const told: string[] = [];
  const good = await server({ answer: FOUND }, told);
  const result = await check(specOf('pgsql', good, ASKED));
  assert.deepEqual([result.up, result.message], [true, '']);
  await allClosed(good);
  assert.match(told[0] ?? '', /^plain user\0mon\0database\0test\0/);
  assert.deepEqual(told.slice(1), ['Q', 'X']);
});

test('without a database it is that of the login', async () => {
  const told: string[] = [];
  const good = await server({ answer: FOUND }, told);
  await check(specOf('pgsql', good, { ...ASKED, database: '' }));
  assert.match(told[0] ?? '', /\0database\0mon\0/);
});

test('rows decide, also of requests that change them', async () => {
  const cases: readonly [string, readonly Buffer[], boolean, string][] = [
    ['none', [COLUMN, complete('SELECT 0')], false, 'no rows'],
    ['changed', [complete('UPDATE 2')], true, ''],
    ['not changed', [complete('UPDATE 0')], false, 'no rows'],
    ['made', [complete('CREATE TABLE')], false, 'no rows'],
    ['second of two', [complete('SET'), COLUMN, ROW, complete('SELECT 1')], true, ''],
    ['empty', [message('I', '')], false, 'no rows'],
    ['error', [failure('no such table')], false, 'no such table'],
    ['error behind a row', [COLUMN, ROW, failure('gone')], false, 'gone'],
    ['a bad value', [COLUMN.fill('r', 16, 17), ROW, complete('SELECT 1')], true, ''],
    ['copy', [message('G', '\0\0\0'), failure('copied')], false, 'copied'],
    ['no protocol', [message('?', 'what')], false, 'received invalid response: 3f'],
  ];
  for (const [what, answers, up, text] of cases) {
    const one = await server({ answer: Buffer.concat([...answers, READY]) });
    const result = await check(specOf('pgsql', one, ASKED));
    assert.deepEqual([result.up, result.message], [up, text], what);
    await allClosed(one);
  }
});

test('more rows than are looked at are rows', async () => {
  const rows = Buffer.concat(new Array<Buffer>(100_000).fill(ROW));
  const one = await server({ answer: Buffer.concat([COLUMN, rows]) });
  assert.equal((await check(specOf('pgsql', one, ASKED))).up, true);
  await allClosed(one);
  const chatty = Buffer.concat(new Array<Buffer>(200_000).fill(message('N', 'Mhm\0\0')));
  const two = await server({ answer: chatty });
  const result = await check(specOf('pgsql', two, ASKED));
  assert.deepEqual([result.up, result.message], [false, 'more than 1048576 bytes']);
  await allClosed(two);
});

test('TLS where it is offered, and without when it is refused with it', async () => {
  const refused = failure('not with TLS');
  const cases: readonly [Script, boolean, readonly string[]][] = [
    [{ own }, true, ['tls']],
    [{ own, secure: refused }, true, ['tls', 'plain']],
    [{ own, secure: refused, plain: refused }, false, ['tls', 'plain']],
    [{ plain: refused }, false, ['plain']],
    // A certificate that is none: the server breaks TLS off.
    [{ own: { key: own.key } }, true, ['plain']],
  ];
  for (const [script, up, ways] of cases) {
    const told: string[] = [];
    const one = await server({ answer: FOUND, ...script }, told);
    assert.equal((await check(specOf('pgsql', one, ASKED))).up, up);
    const starts = told.filter((text) => text.length > 1).map((text) => text.split(' ')[0]);
    assert.deepEqual(starts, ways);
    await allClosed(one);
  }
});

test('a certificate that is to be verified', async () => {
  const known = new TlsRules({ verify: true, ca: authority.certificate });
  const strange = new TlsRules({ verify: true });
  for (const [rules, up, ways] of [[known, true, 1] as const, [strange, false, 0] as const]) {
    const told: string[] = [];
    const one = await server({ answer: FOUND, own }, told);
    assert.equal((await check(specOf('pgsql', one, ASKED), rules)).up, up);
    await allClosed(one);
    assert.equal(told.filter((text) => /^tls /.test(text)).length, ways);
    assert.equal(told.filter((text) => /^plain /.test(text)).length, 0);
  }
});

test('what comes behind the answer to the request for TLS is not listened to', async () => {
  const one = await serve((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([Buffer.from('S'), WELCOME])));
  });
  const result = await check(specOf('pgsql', one, ASKED));
  assert.deepEqual([result.up, result.message], [false, 'no answer to the request for TLS']);
  await allClosed(one);
});

test('the error that the client library never gets to the end of', async () => {
  for (const welcome of [message('E', 'SABC'), message('E', 'SABC\0'), message('N', '')]) {
    const one = await server({ welcome });
    const result = await check(specOf('pgsql', one, ASKED));
    assert.deepEqual([result.up, result.message], [false, 'an error whose fields do not end']);
    await allClosed(one);
  }
});

test('no password gets into a message', async () => {
  const one = await server({ welcome: failure('hush-hush is wrong') });
  const result = await check(specOf('pgsql', one, ASKED));
  assert.deepEqual([result.up, result.message], [false, '*** is wrong']);
});

test('a server that stops or hangs up in each state', async () => {
  const nothing = Buffer.alloc(0);
  const states: readonly Script[] = [
    { welcome: nothing },
    { welcome: message('R', '\0\0\0\0') },
    { welcome: message('R', '\0\0\0\x03') },
    { welcome: message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0') },
    { answer: nothing },
    { answer: COLUMN },
    { answer: Buffer.concat([COLUMN, ROW]) },
    { answer: FOUND.subarray(0, 20) },
  ];
  for (const script of states) {
    const one = await server(script);
    assert.equal((await check(specOf('pgsql', one, { ...ASKED, timeout: LIMIT }))).up, false);
    await allClosed(one);
    const told: string[] = [];
    const talk = play(script, told);
    const two = await serve((socket) => {
      talk(socket);
      socket.on('data', () => told.length === (script.welcome ? 1 : 2) && socket.end());
    });
    assert.equal((await check(specOf('pgsql', two, ASKED))).up, false);
    await allClosed(two);
  }
  const port = await refusedPort();
  const refused = await check(specOf('pgsql', { address: '127.0.0.1', port }, ASKED));
  assert.deepEqual([refused.up, refused.message], [false, 'ECONNREFUSED']);
});

test('a login and a request are needed', async () => {
  for (const change of [{ login: '' }, { request: '/' }]) {
    const spec = specOf('pgsql', { address: '127.0.0.1', port: 1 }, { ...ASKED, ...change });
    const result = await check(spec);
    assert.deepEqual([result.up, result.impossible], [false, true]);
    assert.match(result.message, /^Must specify a login and request string/);
  }
});
