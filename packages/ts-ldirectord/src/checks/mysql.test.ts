/** The check of mysql against a server that is written by hand, and ones that misbehave. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type net from 'node:net';
import test, { after, before } from 'node:test';
import tls from 'node:tls';
import { Authority } from './certificates.fixture.js';
import type { NegotiateSpec } from './check.js';
import { type LoopbackServer, serve, specOf } from './loopback.fixture.js';
import { allClosed, check, LIMIT, refusedPort } from './server.fixture.js';
import { TlsRules } from './tls.js';

// Loading takes its time, which the short limits here have no room for.
before(() => import('mysql2'));

const authority = new Authority();
after(() => authority.dispose());
const own = authority.sign('IP:127.0.0.1');

const ASKED: Partial<NegotiateSpec> = {
  login: 'mon',
  password: 'hush-hush',
  database: 'test',
  request: '/SELECT 1',
};
const SSL = 0x800;
const LOCAL_FILES = 0x80;
const SCRAMBLE = Buffer.from('abcdefghijklmnopqrst');

/** Capabilities of a server of today, but for TLS. */
const CAPABILITIES = 0x3a_f7fe & ~SSL;

function greeting(capabilities: number, plugin = 'mysql_native_password'): Buffer {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(capabilities >>> 0);
  return Buffer.concat([
    Buffer.from('\x0a8.0.40\0\x01\0\0\0', 'latin1'),
    SCRAMBLE.subarray(0, 8),
    Buffer.of(0),
    flags.subarray(0, 2),
    Buffer.from([0x21, 2, 0]),
    flags.subarray(2),
    Buffer.of(21),
    Buffer.alloc(10),
    SCRAMBLE.subarray(8),
    Buffer.from(`\0${plugin}\0`),
  ]);
}

const OK = Buffer.from('00000002000000', 'hex');
const EOF = Buffer.from('fe00000200', 'hex');
const COUNT = Buffer.of(1);
const COLUMN = Buffer.from('0364656600000001780c3f000100000008810000000000', 'hex');
const ROW = Buffer.from('0131', 'hex');

function failure(code: number, text: string): Buffer {
  const bytes = Buffer.from(`\xff\0\0#HY000${text}`, 'latin1');
  bytes.writeUInt16LE(code, 1);
  return bytes;
}

function changed(rows: number): Buffer {
  return Buffer.from([0, rows, 0, 2, 0, 0, 0]);
}

interface Script {
  readonly greeting?: Buffer;
  /** What is said to the login, and to the request: packets. */
  readonly login?: readonly Buffer[];
  readonly answer?: readonly Buffer[];
  readonly own?: tls.TlsOptions;
  /** What is said to a login without TLS. */
  readonly plain?: readonly Buffer[];
}

interface Told {
  readonly how: 'plain' | 'tls';
  readonly packet: Buffer;
}

/** Plays the script; notes what it is told. */
function play(script: Script, told: Told[]): (socket: net.Socket) => void {
  const talk = (socket: net.Socket, how: Told['how'], first: number): void => {
    let rest = Buffer.alloc(0);
    let left = how === 'plain' ? [script.plain ?? script.login] : [script.login];
    left = [...left, script.answer];
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4) {
        const length = rest.readUIntLE(0, 3) + 4;
        if (rest.length < length) return;
        const packet = rest.subarray(4, length);
        const sequence = rest[3] ?? 0;
        rest = rest.subarray(length);
        told.push({ how, packet });
        if (script.own && how === 'plain' && packet.length === 32) {
          socket.removeAllListeners('data').pause();
          // The beginning of TLS may have come with the request for it.
          socket.unshift(rest);
          talk(new tls.TLSSocket(socket, { isServer: true, ...script.own }), 'tls', first + 1);
          return;
        }
        for (const [index, answer] of (left.shift() ?? []).entries()) {
          socket.write(framed(sequence + 1 + index, answer));
        }
      }
    });
  };
  return (socket) => {
    const offered = script.own ? CAPABILITIES | SSL : CAPABILITIES;
    socket.write(framed(0, script.greeting ?? greeting(offered)));
    talk(socket, 'plain', 1);
  };
}

function framed(sequence: number, packet: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(packet.length, 0, 3);
  head.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([head, packet]);
}

const FOUND = [COUNT, COLUMN, EOF, ROW, EOF];

async function server(script: Script, told: Told[] = []): Promise<LoopbackServer> {
  return serve(play({ login: [OK], answer: FOUND, ...script }, told));
}

/** The answer to the scramble, as a server that knows the password expects it. */
function nativeToken(password: string): Buffer {
  const sha1 = (...parts: readonly Uint8Array[]): Buffer => {
    const sum = createHash('sha1');
    for (const part of parts) sum.update(part);
    return sum.digest();
  };
  const once = sha1(Buffer.from(password));
  const mask = sha1(SCRAMBLE, sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

test('a login, a row, and an end in order', async () => {
  const told: Told[] = [];
  const good = await server({}, told);
  const result = await check(specOf('mysql', good, ASKED));
  assert.deepEqual([result.up, result.message], [true, '']);
  await allClosed(good);
  const [login, query, quit] = told.map(({ packet }) => packet);
  assert.equal((login?.readUInt32LE(0) ?? 0) & (LOCAL_FILES | SSL), 0);
  assert.ok(login?.includes(nativeToken('hush-hush')));
  assert.ok(login?.includes('mon\0') && login.includes('test\0'));
  assert.equal(login?.includes('hush-hush'), false);
  assert.ok(query?.toString('latin1').endsWith('SELECT 1'));
  assert.deepEqual(quit, Buffer.of(1));
});

test('rows decide, also of requests that change them', async () => {
  const cases: readonly [string, readonly Buffer[], boolean, string][] = [
    ['none', [COUNT, COLUMN, EOF, EOF], false, 'no rows'],
    ['changed', [changed(2)], true, ''],
    ['not changed', [changed(0)], false, 'no rows'],
    ['error', [failure(1146, 'no such table')], false, 'no such table'],
    ['error behind a row', [COUNT, COLUMN, EOF, ROW, failure(1, 'gone')], false, 'gone'],
  ];
  for (const [what, answer, up, text] of cases) {
    const one = await server({ answer });
    const result = await check(specOf('mysql', one, ASKED));
    assert.deepEqual([result.up, result.message], [up, text], what);
    await allClosed(one);
  }
});

test('more rows than are looked at are rows', async () => {
  const many = new Array<Buffer>(300).fill(
    Buffer.alloc(4096, 'x').fill(Buffer.from('fcfd0f', 'hex'), 0, 3),
  );
  const one = await server({ answer: [COUNT, COLUMN, EOF, ...many] });
  assert.equal((await check(specOf('mysql', one, ASKED))).up, true);
  await allClosed(one);
});

test('a file of ours is not sent', async () => {
  const told: Told[] = [];
  const one = await server({ answer: [Buffer.from('\xfb/etc/passwd', 'latin1')] }, told);
  const result = await check(specOf('mysql', one, { ...ASKED, timeout: LIMIT }));
  assert.equal(result.up, false);
  await allClosed(one);
  assert.ok(told.every(({ packet }) => !packet.includes('root')));
});

test('a password is not told to a server that asks for it as it is', async () => {
  const told: Told[] = [];
  const clear = Buffer.from('\xfemysql_clear_password\0', 'latin1');
  const one = await server({ login: [clear] }, told);
  assert.equal((await check(specOf('mysql', one, ASKED))).up, false);
  await allClosed(one);
  assert.ok(told.every(({ packet }) => !packet.includes('hush-hush')));
});

test('caching_sha2_password: known, and with a key of the server that is none', async () => {
  const sha2 = greeting(CAPABILITIES, 'caching_sha2_password');
  const fast = await server({ greeting: sha2, login: [Buffer.of(1, 3), OK] });
  assert.equal((await check(specOf('mysql', fast, ASKED))).up, true);
  await allClosed(fast);
  const full = await server({
    greeting: sha2,
    login: [Buffer.of(1, 4)],
    answer: [Buffer.from('\x01no key')],
  });
  assert.equal((await check(specOf('mysql', full, ASKED))).up, false);
  await allClosed(full);
});

test('TLS only where the login is refused without', async () => {
  const denied = failure(1045, 'Access denied');
  const insists = failure(3159, 'insecure transport');
  const cases: readonly [Script, boolean, readonly string[]][] = [
    [{ own }, true, ['plain', 'plain', 'plain']],
    [{ own, plain: [denied] }, true, ['plain', 'plain', 'tls', 'tls', 'tls']],
    [{ own, plain: [insists] }, true, ['plain', 'plain', 'tls', 'tls', 'tls']],
    [{ own, plain: [denied], login: [denied] }, false, ['plain', 'plain', 'tls']],
    [{ plain: [denied] }, false, ['plain']],
    [{ plain: [failure(1040, 'Too many connections')], own }, false, ['plain']],
  ];
  for (const [script, up, ways] of cases) {
    const told: Told[] = [];
    const one = await server(script, told);
    const result = await check(specOf('mysql', one, ASKED));
    assert.equal(result.up, up);
    await allClosed(one);
    assert.deepEqual(
      told.map(({ how }) => how),
      ways,
    );
  }
});

test('where certificates are to be verified, a refusal without TLS is the end', async () => {
  const told: Told[] = [];
  const one = await server({ own, plain: [failure(3159, 'insecure transport')] }, told);
  const rules = new TlsRules({ verify: true, ca: authority.certificate });
  const result = await check(specOf('mysql', one, ASKED), rules);
  assert.deepEqual([result.up, result.message, told.length], [false, 'insecure transport', 1]);
  await allClosed(one);
});

test('packets out of order are an error, and nothing is printed', async (context) => {
  const printed = context.mock.method(console, 'error', () => {});
  const one = await serve((socket) => socket.write(framed(7, greeting(CAPABILITIES))));
  const result = await check(specOf('mysql', one, ASKED));
  assert.equal(result.up, false);
  assert.match(result.message, /out of order/);
  assert.equal(printed.mock.callCount(), 0);
  await allClosed(one);
});

test('a number that is none is an error, and nothing is printed', async (context) => {
  const printed = context.mock.method(console, 'error', () => {});
  const one = await server({ answer: [Buffer.of(0, 0xff, 0, 2, 0, 0, 0)] });
  assert.equal((await check(specOf('mysql', one, ASKED))).up, false);
  assert.equal(printed.mock.callCount(), 0);
  await allClosed(one);
});

test('no password gets into a message', async () => {
  const one = await server({ login: [failure(1, 'hush-hush is wrong')] });
  const result = await check(specOf('mysql', one, ASKED));
  assert.deepEqual([result.up, result.message], [false, '*** is wrong']);
});

test('a server that stops or hangs up in each state', async () => {
  const states: readonly Script[] = [
    { login: [] },
    { answer: [] },
    { answer: [COUNT] },
    { answer: [COUNT, COLUMN, EOF, ROW] },
    { greeting: Buffer.from([10]) },
    { own, plain: [failure(1045, 'denied')], login: [] },
    { own, plain: [failure(1045, 'denied')], login: [Buffer.alloc(9, 7)] },
    { own, plain: [failure(1045, 'denied')], answer: [COUNT] },
  ];
  for (const script of states) {
    const one = await server(script);
    assert.equal((await check(specOf('mysql', one, { ...ASKED, timeout: LIMIT }))).up, false);
    await allClosed(one);
    const talk = play({ login: [OK], answer: FOUND, ...script }, []);
    const two = await serve((socket) => {
      talk(socket);
      if (script.greeting) socket.end();
      let heard = 0;
      socket.on('data', () => {
        heard += 1;
        if (heard === (script.login || script.own ? 1 : 2)) socket.end();
      });
    });
    assert.equal((await check(specOf('mysql', two, ASKED))).up, false);
    await allClosed(two);
  }
  const port = await refusedPort();
  const refused = await check(specOf('mysql', { address: '127.0.0.1', port }, ASKED));
  assert.deepEqual([refused.up, refused.message], [false, 'ECONNREFUSED']);
});

test('a login and a request are needed', async () => {
  for (const change of [{ login: '' }, { request: '/' }]) {
    const spec = specOf('mysql', { address: '127.0.0.1', port: 1 }, { ...ASKED, ...change });
    const result = await check(spec);
    assert.deepEqual([result.up, result.impossible], [false, true]);
  }
});
