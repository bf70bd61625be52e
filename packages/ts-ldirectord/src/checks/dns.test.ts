/** The check of dns against servers on loopback. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test, { after } from 'node:test';
import dnsPacket, { type Answer, type DecodedPacket, type Packet } from 'dns-packet';
import type { NegotiateSpec } from './check.js';
import { endless, serve, specOf } from './loopback.fixture.js';
import { allClosed, check, LIMIT, receive, refusedPort } from './server.fixture.js';

const UDP: Partial<NegotiateSpec> = { protocol: 'udp', request: '/www.example.test' };
const A: Answer = { type: 'A', name: 'www.example.test', data: '192.0.2.80' };

function answer(query: DecodedPacket, answers: Answer[], change: Packet = {}): Buffer {
  const { id = 0, questions = [] } = query;
  return dnsPacket.encode({ type: 'response', id, questions, answers, ...change });
}

interface NameServer {
  readonly address: string;
  readonly port: number;
  readonly asked: DecodedPacket[];
  readonly ports: number[];
}

async function server(
  answers: (query: DecodedPacket) => readonly Buffer[],
  address = '127.0.0.1',
  port = 0,
): Promise<NameServer> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  after(() => socket.close());
  const asked: DecodedPacket[] = [];
  const ports: number[] = [];
  socket.on('message', (bytes, from) => {
    const query = dnsPacket.decode(bytes);
    asked.push(query);
    ports.push(from.port);
    for (const reply of answers(query)) socket.send(reply, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  return { address, port: socket.address().port, asked, ports };
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

test('udp: an address that matches receive', async () => {
  for (const address of ['127.0.0.1', '::1']) {
    const good = await server((query) => [answer(query, [A])], address);
    const spec = specOf('dns', good, { ...UDP, ...receive('^192\\.0\\.2\\.80$') });
    const result = await check(spec);
    assert.deepEqual([result.up, result.message], [true, 'Success']);
    const other = await check({ ...spec, ...receive('192.0.2.81') });
    assert.deepEqual([other.up, other.message], [false, 'Response mismatch']);
    const { receive: _, ...without } = spec;
    assert.equal((await check(without)).up, false);
    assert.deepEqual(
      good.asked[0]?.questions?.map(({ type, name, class: kind }) => [type, name, kind]),
      [['A', 'www.example.test', 'IN']],
    );
    assert.equal(good.asked[0]?.flag_rd, true);
    assert.ok(new Set(good.asked.map(({ id }) => id)).size > 1);
    assert.ok(new Set(good.ports).size > 1);
  }
});

test('an address is asked for its name', async () => {
  const data = 'www.example.test';
  const good = await server((query) => [answer(query, [{ type: 'PTR', name: 'x', data }])]);
  const cases: readonly [string, string][] = [
    ['192.0.2.80', '80.2.0.192.in-addr.arpa'],
    ['2001:db8::1', `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ];
  for (const [address, name] of cases) {
    const change = { ...UDP, request: `/${address}`, ...receive('^www') };
    assert.equal((await check(specOf('dns', good, change))).up, true);
    const [question] = good.asked.at(-1)?.questions ?? [];
    assert.deepEqual([question?.type, question?.name], ['PTR', name]);
  }
});

test('other records, no records and another id are no answer', async () => {
  const records: readonly (readonly Answer[])[] = [
    [],
    [{ type: 'AAAA', name: 'x', data: '::192.0.2.80' }],
    [{ type: 'TXT', name: 'x', data: '192.0.2.80' }],
  ];
  for (const answers of records) {
    const wrong = await server((query) => [answer(query, [...answers])]);
    const result = await check(specOf('dns', wrong, { ...UDP, ...receive('192') }));
    assert.deepEqual([result.up, result.message], [false, 'Response mismatch']);
  }
  const spoofed = await server((query) => [
    answer({ ...query, id: ((query.id ?? 0) + 1) & 0xffff }, [A]),
    answer(query, [A], { type: 'query' }),
    Buffer.from('noise'),
  ]);
  const spec = specOf('dns', spoofed, { ...UDP, ...receive('192'), timeout: LIMIT });
  assert.equal((await check(spec)).message, 'no answer within 0.3 s');
});

test('an alias is followed in the answer; noise before it does not matter', async () => {
  const alias: Answer = { type: 'CNAME', name: 'www.example.test', data: 'web.example.test' };
  const good = await server((query) => [Buffer.from('noise'), answer(query, [alias, A])]);
  assert.equal((await check(specOf('dns', good, { ...UDP, ...receive('80$') }))).up, true);
});

test('an answer cut short over udp is fetched over tcp', async () => {
  const tcp = await serve((socket) => {
    socket.once('data', (bytes: Buffer) => {
      socket.write(framed(answer(dnsPacket.decode(bytes.subarray(2)), [A])));
    });
  });
  const flags = dnsPacket.TRUNCATED_RESPONSE;
  const udp = await server((query) => [answer(query, [], { flags })], '127.0.0.1', tcp.port);
  assert.equal((await check(specOf('dns', udp, { ...UDP, ...receive('80$') }))).up, true);
  await allClosed(tcp);
});

const TCP: Partial<NegotiateSpec> = { request: '/www.example.test', ...receive('80$') };

test('tcp: the query is the recorded one, and the answer may come in pieces', async () => {
  const asked: Buffer[] = [];
  const good = await serve((socket) => {
    socket.setNoDelay(true).once('data', (bytes: Buffer) => {
      asked.push(bytes);
      const reply = framed(answer(dnsPacket.decode(bytes.subarray(2)), [A]));
      let at = 0;
      const timer = setInterval(() => {
        if (at >= reply.length || socket.destroyed) clearInterval(timer);
        else socket.write(reply.subarray(at, ++at));
      }, 1);
    });
  }, '::1');
  assert.equal((await check(specOf('dns', good, TCP))).up, true);
  const recorded = '010000010000000000000377777707657861';
  assert.equal(asked[0]?.subarray(4, 22).toString('hex'), recorded);
  assert.equal(asked[0]?.readUInt16BE(0), 34);
  await allClosed(good);
});

test('tcp: servers that answer wrong, break off or never end', async () => {
  const wrong: readonly Buffer[] = [framed(Buffer.from('noise')), Buffer.of(0, 0)];
  for (const bytes of wrong) {
    const server = await serve((socket) => socket.once('data', () => socket.write(bytes)));
    assert.equal((await check(specOf('dns', server, TCP))).message, 'not an answer of DNS');
    await allClosed(server);
  }
  const short = await serve((socket) => socket.once('data', () => socket.end(Buffer.of(9, 9, 9))));
  assert.equal((await check(specOf('dns', short, TCP))).message, 'connection closed');
  const more = await serve((socket) => {
    socket.once('data', () => endless(socket, Buffer.alloc(9999, 0xff)));
  });
  assert.equal((await check(specOf('dns', more, TCP))).up, false);
  await allClosed(more);
  const silent = await serve((socket) => socket.resume());
  assert.equal((await check(specOf('dns', silent, { ...TCP, timeout: LIMIT }))).up, false);
  await allClosed(silent);
});

test('nobody there, and a request that is no name', async () => {
  const port = await refusedPort();
  for (const protocol of ['tcp', 'udp'] as const) {
    const spec = specOf('dns', { address: '127.0.0.1', port }, { ...TCP, protocol });
    assert.equal((await check(spec)).message, 'ECONNREFUSED');
  }
  for (const request of ['/a..b', `/${'x'.repeat(64)}.test`, `/${'abcdefg.'.repeat(32)}test`]) {
    const spec = specOf('dns', { address: '127.0.0.1', port }, { ...TCP, request });
    const result = await check(spec);
    assert.deepEqual([result.up, result.impossible], [false, true]);
  }
});
