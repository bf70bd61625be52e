/** The check of sip. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import type { CheckResult, NegotiateSpec } from './check.js';
import { sameHoweverCut } from './said.fixture.js';
import { scripted } from './script.fixture.js';
import { check, LIMIT, negotiate, PATIENCE } from './server.fixture.js';
import { askOptions } from './sip.js';

const OK = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';

function sip(port: number, change: Partial<NegotiateSpec> = {}): Promise<CheckResult> {
  const login = 'ldirectord@director.test';
  return check(negotiate(port, { service: 'sip', login, timeout: PATIENCE, ...change }));
}

interface Peer {
  readonly port: number;
  readonly heard: readonly string[];
}

/** Answers every datagram with these. */
async function peer(answers: readonly string[], address = '127.0.0.1'): Promise<Peer> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const heard: string[] = [];
  after(() => socket.close());
  socket.on('message', (text, from) => {
    heard.push(text.toString('latin1'));
    for (const answer of answers) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return { port: socket.address().port, heard };
}

/** With what is different each time replaced. */
function plain(request: string): string {
  return request
    .replace(/(?<=127\.0\.0\.1:|\[::1\]:)\d+/, 'PORT')
    .replace(/(?<=branch=z9hG4bK)[0-9a-f]{16}/, 'RANDOM')
    .replace(/(?<=Call-ID: )[0-9a-f]{16}/, 'RANDOM');
}

function expected(via: string): string {
  return [
    'OPTIONS sip:ldirectord@director.test SIP/2.0',
    `Via: SIP/2.0/${via}:PORT;branch=z9hG4bKRANDOM`,
    'Max-Forwards: 70',
    'To: <sip:ldirectord@director.test>',
    'From: <sip:ldirectord@director.test>;tag=1928301774',
    'Call-ID: RANDOM',
    'CSeq: 63104 OPTIONS',
    'Contact: <sip:ldirectord@director.test>',
    'Accept: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

test('over udp and tcp the same is asked, and Via says where the answer is to go', async () => {
  const udp = await peer([OK]);
  assert.equal((await sip(udp.port, { protocol: 'udp' })).up, true);
  assert.deepEqual(udp.heard.map(plain), [expected('UDP 127.0.0.1')]);
  const six = await peer([OK], '::1');
  assert.equal((await sip(six.port, { protocol: 'udp', address: '::1' })).up, true);
  assert.deepEqual(six.heard.map(plain), [expected('UDP [::1]')]);
  for (const protocol of ['tcp', 'fwm'] as const) {
    const tcp = await scripted('', [[/^$/, OK]]);
    assert.equal((await sip(tcp.port, { protocol })).up, true);
    assert.equal(plain(`${tcp.heard.join('\r\n')}\r\n`), expected('TCP 127.0.0.1'));
  }
});

test('the status decides, and the head has to end', async () => {
  for (const [answers, up, timeout] of [
    [[OK], true, PATIENCE],
    [['SIP/2.0 200 OK\n\n'], true, PATIENCE],
    [['SIP/2.0 200 OK\r\n', 'X: y\r\n\r\n'], true, PATIENCE],
    [['SIP/2.0 200 OKAY\r\n\r\nbody'], true, PATIENCE],
    [['SIP/2.0 404 Not found\r\n\r\n'], false, PATIENCE],
    [['SIP/2.0 100 Trying\r\n\r\n', OK], false, PATIENCE],
    [['\r\n'], false, PATIENCE],
    [['SIP/2.0 200 OK\r\n'], false, LIMIT],
    [[''], false, LIMIT],
    [[], false, LIMIT],
  ] as const) {
    const { port } = await peer(answers);
    const result = await sip(port, { protocol: 'udp', timeout });
    assert.equal(result.up, up, answers.join());
  }
});

test('a udp port where nobody listens is down at once', async () => {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  const { up, message } = await sip(port, { protocol: 'udp' });
  assert.deepEqual([up, message], [false, 'ECONNREFUSED']);
});

test('a port that is none cannot be asked', async () => {
  const { up, message, impossible } = await sip(0, { protocol: 'udp' });
  assert.deepEqual([up, message, impossible], [false, 'ERR_SOCKET_BAD_PORT', true]);
});

test('datagrams without end are judged and let go of', async () => {
  const flood = await peer(Array.from({ length: 2000 }, () => 'SIP/2.0 200 OK\r\n'));
  assert.equal((await sip(flood.port, { protocol: 'udp', timeout: LIMIT })).up, false);
});

test('a login never becomes a second line', async () => {
  const { port, heard } = await peer([OK]);
  const { up, impossible } = await sip(port, { protocol: 'udp', login: 'x\r\nTo: y' });
  assert.deepEqual([up, impossible, heard], [false, true, []]);
});

test('answers are the same however they are cut', () =>
  sameHoweverCut(['SIP/2.0 200 OK', 'SIP/2.0 404 x\r\n', '\r\n', '\n', 'X: y\r\n'], (server) =>
    askOptions(server, 'OPTIONS'),
  ));
