/** The check of radius against servers on loopback. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test, { after } from 'node:test';
import { specOf } from './loopback.fixture.js';
import { check, LIMIT, receive, refusedPort } from './server.fixture.js';

const LOGIN = { protocol: 'udp', login: 'mon', password: 'secret', secret: 's3' } as const;
const ACCEPT = 2;
const REJECT = 3;

type Answers = (request: Buffer) => readonly Buffer[];

async function server(answers: Answers, address = '127.0.0.1') {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  after(() => socket.close());
  socket.on('message', (request, from) => {
    for (const bytes of answers(request)) socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return { address, port: socket.address().port };
}

function answer(request: Buffer, code: number, secret = 's3'): Buffer {
  const head = Buffer.from([code, request[1] ?? 0, 0, 20]);
  const sum = createHash('md5').update(head).update(request.subarray(4, 20)).update(secret);
  return Buffer.concat([head, sum.digest()]);
}

test('accepted, refused, and by another secret', async () => {
  for (const address of ['127.0.0.1', '::1']) {
    const good = await server((request) => [answer(request, ACCEPT)], address);
    assert.equal((await check(specOf('radius', good, LOGIN))).up, true);
  }
  const bad = await server((request) => [answer(request, REJECT)]);
  const refused = await check(specOf('radius', bad, LOGIN));
  assert.deepEqual([refused.up, refused.message], [false, 'Access-Reject']);
  const other = await server((request) => [answer(request, ACCEPT, 's4')]);
  const unheard = await check(specOf('radius', other, { ...LOGIN, timeout: LIMIT }));
  assert.deepEqual([unheard.up, unheard.message], [false, 'no answer within 0.3 s']);
});

test('noise is passed over; receive is not looked at', async () => {
  const noisy = await server((request) => [
    Buffer.alloc(0),
    Buffer.alloc(2000, 2),
    answer(request, ACCEPT, 'no'),
    answer(request, ACCEPT),
  ]);
  assert.equal((await check(specOf('radius', noisy, { ...LOGIN, ...receive('x') }))).up, true);
});

test('a question that was lost is asked again, the same', async () => {
  const asked: Buffer[] = [];
  const forgetful = await server((request) => {
    asked.push(request);
    return asked.length < 2 ? [] : [answer(request, ACCEPT)];
  });
  assert.equal((await check(specOf('radius', forgetful, { ...LOGIN, timeout: 3000 }))).up, true);
  assert.deepEqual(asked[0], asked[1]);
});

test('nobody there, and a login that cannot be sent', async () => {
  const port = await refusedPort();
  const refused = await check(specOf('radius', { address: '127.0.0.1', port }, LOGIN));
  assert.deepEqual([refused.up, refused.message], [false, 'ECONNREFUSED']);
  const nowhere = await check(specOf('radius', { address: '127.0.0.1', port: 0 }, LOGIN));
  assert.deepEqual([nowhere.up, nowhere.impossible], [false, true]);
  const password = 'p'.repeat(200);
  const unsent = specOf('radius', { address: '127.0.0.1', port }, { ...LOGIN, password });
  assert.equal((await check(unsent)).message, 'passwd is too long for RADIUS');
});
