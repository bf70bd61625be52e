/** The checks of ldap and ldaps against servers that answer right, wrong and never. */
import assert from 'node:assert/strict';
import type net from 'node:net';
import test, { after } from 'node:test';
import tls from 'node:tls';
import { Authority } from './certificates.fixture.js';
import type { NegotiateSpec } from './check.js';
import { baseSearchRequest, bindRequest, messageLength, unbindRequest } from './ldapmessage.js';
import { type LoopbackServer, serve, specOf } from './loopback.fixture.js';
import { allClosed, check, LIMIT, receive, refusedPort } from './server.fixture.js';
import { TlsRules } from './tls.js';

const authority = new Authority();
after(() => authority.dispose());
const own = authority.sign('IP:127.0.0.1');

const BOUND = answer(1, 0x61, '0a010004000400');
const INVALID_CREDENTIALS = answer(1, 0x61, '0a013104000400');
const ENTRY = answer(2, 0x64, `0404${Buffer.from('dc=x').toString('hex')}3000`);
const REFERENCE = answer(2, 0x73, '040161');
const DONE = answer(2, 0x65, '0a010004000400');
const NO_SUCH_OBJECT = answer(2, 0x65, '0a012004000400');

function answer(id: number, tag: number, hex: string): Buffer {
  const content = Buffer.from(hex, 'hex');
  const head = Buffer.of(0x30, content.length + 5, 0x02, 1, id, tag, content.length);
  return Buffer.concat([head, content]);
}

/** Answers the first message with the first of these, and so on; notes what it has been told. */
async function script(
  answers: readonly (Buffer | 'close')[],
  told: Buffer[] = [],
  address?: string,
): Promise<LoopbackServer> {
  return serve((socket) => speak(socket, answers, told), address);
}

function speak(
  socket: net.Socket,
  answers: readonly (Buffer | 'close')[],
  told: Buffer[] = [],
): void {
  const left = [...answers];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (
      let length = messageLength(rest);
      typeof length === 'number';
      length = messageLength(rest)
    ) {
      if (rest.length < length) return;
      told.push(rest.subarray(0, length));
      rest = rest.subarray(length);
      const next = left.shift();
      if (next === 'close') socket.destroy();
      else if (next !== undefined) socket.write(next);
    }
  });
}

const FOUND = [BOUND, Buffer.concat([ENTRY, DONE])];

test('a bind and a search that finds one entry', async () => {
  const told: Buffer[] = [];
  const server = await script(FOUND, told);
  const result = await check(specOf('ldap', server, { request: '/dc=x' }));
  assert.deepEqual([result.up, result.message], [true, 'Success']);
  await allClosed(server);
  assert.deepEqual(told, [bindRequest(1, '', ''), baseSearchRequest(2, 'dc=x'), unbindRequest(3)]);
});

test('the login is used when there is a password as well', async () => {
  const cases: readonly [Partial<NegotiateSpec>, Buffer][] = [
    [{ login: 'cn=m\xe9n', password: 'secret' }, bindRequest(1, 'cn=m\xe9n', 'secret')],
    [{ login: 'cn=mon' }, bindRequest(1, '', '')],
    [{ password: 'secret' }, bindRequest(1, '', '')],
  ];
  for (const [change, bind] of cases) {
    const told: Buffer[] = [];
    const server = await script(FOUND, told);
    assert.equal((await check(specOf('ldap', server, change))).up, true);
    assert.deepEqual(told[0], bind);
  }
});

test('the entries and the name decide', async () => {
  const cases: readonly [string, readonly Buffer[], boolean, string][] = [
    ['one', [ENTRY, DONE], true, 'Success'],
    ['one and a reference', [REFERENCE, ENTRY, DONE], true, 'Success'],
    ['one and an error', [ENTRY, NO_SUCH_OBJECT], true, 'Success'],
    ['none', [DONE], false, 'No answer received'],
    ['no such object', [NO_SUCH_OBJECT], false, 'No answer received'],
    ['two', [ENTRY, ENTRY, DONE], false, 'No answer received'],
    ['an answer to something else', [answer(7, 0x64, '0400')], false, 'No answer received'],
    ['notice of disconnection', [answer(0, 0x78, '0a013404000400')], false, 'No answer received'],
    ['no LDAP', [Buffer.from('HTTP/1.1 400\r\n\r\n')], false, 'not an LDAP answer'],
  ];
  for (const [what, answers, up, message] of cases) {
    const server = await script([BOUND, Buffer.concat(answers)]);
    const result = await check(specOf('ldap', server));
    assert.deepEqual([result.up, result.message], [up, message], what);
    await allClosed(server);
  }
  const server = await script(FOUND);
  assert.equal((await check(specOf('ldap', server, receive('^dc=x$')))).up, true);
  const other = await check(specOf('ldap', server, receive('dc=y')));
  assert.deepEqual([other.up, other.message], [false, 'Response mismatch']);
});

test('a bind that is not accepted', async () => {
  for (const first of [INVALID_CREDENTIALS, answer(2, 0x61, '0a010004000400'), ENTRY]) {
    const server = await script([first]);
    const result = await check(specOf('ldap', server));
    assert.deepEqual([result.up, result.message], [false, 'Bind failed']);
    await allClosed(server);
  }
});

test('a server that hangs up, or stops, in each state', async () => {
  for (const answers of [['close'], [BOUND, 'close']] as const) {
    const server = await script(answers);
    const result = await check(specOf('ldap', server));
    assert.deepEqual([result.up, result.message], [false, 'connection closed']);
    await allClosed(server);
  }
  for (const answers of [[], [BOUND.subarray(0, 9)], [BOUND], [BOUND, ENTRY]]) {
    const server = await script(answers);
    assert.equal((await check(specOf('ldap', server, { timeout: LIMIT }))).up, false);
    await allClosed(server);
  }
  const port = await refusedPort();
  const refused = await check(specOf('ldap', { address: '127.0.0.1', port }));
  assert.deepEqual([refused.up, refused.message], [false, 'ECONNREFUSED']);
});

test('answers may come in pieces, and over IPv6', async () => {
  const pieces = (socket: net.Socket): void => {
    socket.setNoDelay(true).resume();
    const bytes = Buffer.concat([BOUND, ENTRY, DONE]);
    let at = 0;
    const timer = setInterval(() => {
      if (at >= bytes.length || socket.destroyed) clearInterval(timer);
      else socket.write(bytes.subarray(at, ++at));
    }, 1);
  };
  const server = await serve(pieces, '::1');
  assert.equal((await check(specOf('ldap', server))).up, true);
  await allClosed(server);
});

test('ldaps: any certificate unless told otherwise, and nothing but TLS', async () => {
  const server = await serve((socket) => {
    speak(new tls.TLSSocket(socket, { isServer: true, ...own }), FOUND);
  });
  assert.equal((await check(specOf('ldaps', server, receive('dc=x')))).up, true);
  await allClosed(server);
  const known = new TlsRules({ verify: true, ca: authority.certificate });
  assert.equal((await check(specOf('ldaps', server), known)).up, true);
  const strange = new TlsRules({ verify: true });
  assert.equal((await check(specOf('ldaps', server), strange)).up, false);
  await allClosed(server);
  const plain = await script(FOUND);
  assert.equal((await check(specOf('ldaps', plain, { timeout: LIMIT }))).up, false);
  await allClosed(plain);
});
