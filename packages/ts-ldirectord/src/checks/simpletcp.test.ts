/** The check simpletcp. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import type { NegotiateSpec } from './check.js';
import { sameHoweverCut } from './said.fixture.js';
import * as fixture from './server.fixture.js';
import { lookForLine } from './simpletcp.js';

/** Answers when our half of the connection has ended, and hangs up. */
async function outcome(
  answer: string,
  change: Partial<NegotiateSpec>,
): Promise<readonly [boolean, string]> {
  let heard = '';
  const server = await fixture.listen(
    net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text;
      });
      socket.on('end', () => socket.end(answer, 'latin1'));
    }),
  );
  const spec = {
    service: 'simpletcp',
    timeout: fixture.PATIENCE,
    request: '/',
    ...change,
  } as const;
  const { up } = await fixture.check(fixture.negotiate(server.port, spec));
  return [up, heard];
}

test('the request is sent as it stands, with its line feeds, and our half ended', async () => {
  const request = '/GET x\\n\\na\xe9';
  const found = await outcome('y\n', { request, ...fixture.receive('y') });
  assert.deepEqual(found, [true, 'GET x\n\na\xe9']);
});

test('each line is looked at by itself', async () => {
  for (const [answer, pattern, up] of [
    ['a\nb\n', 'b', true],
    ['a\nb\n', 'a\\nb', false],
    ['a\nb\n', 'a\\n', true],
    ['a\nb', '^b', true],
    ['a\r\n\xe9\r\n', '\xe9\\r', true],
    ['a\n', 'b', false],
    ['', '', false],
  ] as const) {
    const [found] = await outcome(answer, fixture.receive(pattern));
    assert.equal(found, up, `${answer} ${pattern}`);
  }
});

test('without receive any line is good enough', async () => {
  assert.deepEqual((await outcome('x', {}))[0], true);
  assert.deepEqual((await outcome('', {}))[0], false);
});

test('a virtual of udp is asked with a datagram', async () => {
  const socket = dgram.createSocket('udp4');
  after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (text, from) => {
    if (text.toString() === 'ping\n') socket.send('po', from.port, '127.0.0.1');
    socket.send('ng\n', from.port, '127.0.0.1');
  });
  const asks = { service: 'simpletcp', protocol: 'udp', request: '/ping\\n' } as const;
  const spec = fixture.negotiate(socket.address().port, { ...asks, ...fixture.receive('^pong') });
  assert.equal((await fixture.check({ ...spec, timeout: fixture.PATIENCE })).up, true);
  const other = { ...spec, ...fixture.receive('other') };
  assert.equal((await fixture.check(other)).message, 'no answer within 0.3 s');
});

test('answers are the same however they are cut', () =>
  sameHoweverCut(['a\n', 'b', 'b\n', '\r', 'ab'], (server) =>
    lookForLine(server, { request: '/x', timeout: fixture.PATIENCE, ...fixture.receive('^ab$') }),
  ));
