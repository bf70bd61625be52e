/**
 * Servers that do their worst to the checks that speak binary protocols: each check ends within its
 * limit, lets go of its connection, and nothing gets past it.
 */
import assert from 'node:assert/strict';
import type net from 'node:net';
import test, { before } from 'node:test';
import fc from 'fast-check';
import type { NegotiateSpec } from './check.js';
import { endless, serve, specOf } from './loopback.fixture.js';
import { allClosed, check, LIMIT, receive } from './server.fixture.js';

// Loading takes its time, which the short limits here have no room for.
before(() => Promise.all([import('mysql2'), import('pg'), import('dns-packet')]));

const SERVICES = ['ldap', 'ldaps', 'dns', 'mysql', 'pgsql'] as const;
type Tested = (typeof SERVICES)[number];

function asked(service: Tested): Partial<NegotiateSpec> {
  return {
    request: '/x',
    login: 'mon',
    password: 'secret',
    timeout: LIMIT,
    ...(service === 'dns' && receive('.')),
  };
}

/** What a server that is well begins with, so that noise gets further than the first byte. */
const BEGINNINGS: Readonly<Record<Tested, readonly Buffer[]>> = {
  ldap: [
    hex('300c02010161070a010004000400'),
    hex('300d02010264080404' + '78783d783000'),
    hex('300c02010265070a010004000400'),
  ],
  ldaps: [],
  dns: [
    hex('0023000081800001000100000000' + '01780000010001'),
    hex('c00c00010001000000010004c0000250'),
  ],
  mysql: [
    hex(
      '4a0000000a382e302e343000010000006162636465666768' +
        '00fef7210200bf8015000000000000000000006d6e6f70717273747576777800' +
        '6d7973716c5f6e61746976655f70617373776f726400',
    ),
    hex('0700000200000002000000'),
    hex('0100000101'),
    hex('170000020364656600000001780c3f000100000008810000000000'),
    hex('05000003fe00000200'),
    hex('020000040131'),
    hex('05000005fe00000200'),
  ],
  pgsql: [
    Buffer.from('N'),
    hex('5200000008000000005a0000000549'),
    hex('540000001a00017800000000000000000000720004ffffffff0000'),
    hex('440000000b00010000000131'),
    hex('430000000d53454c454354203100'),
    hex('5a0000000549'),
  ],
};

/** How often a check speaks before it waits for the rest. */
const TURNS: Readonly<Record<Tested, number>> = { ldap: 2, ldaps: 2, dns: 1, mysql: 2, pgsql: 3 };

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** Writes a byte at a time. */
function drip(socket: net.Socket, bytes: Uint8Array): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(Buffer.of(bytes[at++ % bytes.length] ?? 0));
  }, 20);
}

const NOISE = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) & 0xff));

/** Each is called when a connection stands; it may wait for what the check says. */
const BEHAVIOURS: readonly (readonly [string, (socket: net.Socket, service: Tested) => void])[] = [
  ['says nothing', () => {}],
  ['hangs up at once', (socket) => socket.end()],
  ['resets at once', (socket) => socket.resetAndDestroy()],
  ['hangs up when spoken to', (socket) => socket.once('data', () => socket.end())],
  ['resets when spoken to', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['sends noise for ever', (socket) => endless(socket, NOISE)],
  ['sends zeros for ever', (socket) => endless(socket, Buffer.alloc(4096))],
  ['sends ones for ever', (socket) => endless(socket, Buffer.alloc(4096, 0xff))],
  ['answers with noise for ever', (socket) => socket.once('data', () => endless(socket, NOISE))],
  ['drips noise', (socket) => drip(socket, NOISE)],
  ['drips what is right', (socket, service) => drip(socket, right(service))],
  [
    'announces two gigabytes',
    (socket, service) => {
      socket.write(announcement(service));
      endless(socket, Buffer.alloc(4096, 'x'));
    },
  ],
  ['speaks SSH', (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')],
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['begins TLS', (socket) => socket.write(hex('160303004a02000046030300'))],
];

function right(service: Tested): Buffer {
  return Buffer.concat([...BEGINNINGS[service], Buffer.alloc(1)]);
}

/** The longest message that the protocol can announce. */
function announcement(service: Tested): Buffer {
  switch (service) {
    case 'pgsql':
      return Buffer.concat([hex('4e'), hex('447fffffff')]);
    case 'mysql':
      return hex('ffffff00');
    case 'dns':
      return hex('ffff');
    default:
      return hex('30847fffffff');
  }
}

for (const service of SERVICES) {
  test(`${service}: whatever a server does, the check ends in time and lets go`, async () => {
    const cases = BEHAVIOURS.map(async ([what, behave]) => {
      const server = await serve((socket) => {
        behave(socket, service);
        socket.resume();
      });
      const result = await check(specOf(service, server, asked(service)));
      assert.equal(result.up, false, what);
      assert.ok(result.message.length < 500, what);
      await allClosed(server);
    });
    await Promise.all(cases);
  });
}

interface Mutant {
  readonly service: Tested;
  /** One is sent each time the check has said something, and the rest at last. */
  readonly parts: readonly Buffer[];
}

/** A right conversation with bytes changed, dropped and put in. */
const mutant: fc.Arbitrary<Mutant> = fc
  .record({
    service: fc.constantFrom<Tested>('ldap', 'dns', 'mysql', 'pgsql'),
    edits: fc.array(
      fc.record({
        part: fc.nat(9),
        at: fc.nat(80),
        remove: fc.nat(4),
        insert: fc.uint8Array({ maxLength: 5 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    together: fc.boolean(),
    noise: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ service, edits, together, noise }) => {
    const parts = BEGINNINGS[service].map((part) => Buffer.from(part));
    for (const { part, at, remove, insert } of edits) {
      const index = part % parts.length;
      const old = parts[index] ?? Buffer.alloc(0);
      const from = Math.min(at, old.length);
      parts[index] = Buffer.concat([old.subarray(0, from), insert, old.subarray(from + remove)]);
    }
    parts.push(Buffer.from(noise));
    return { service, parts: together ? [Buffer.concat(parts)] : parts };
  });

/** Makes a check of a server that has these things to say. */
async function converse({ service, parts }: Mutant, timeout = LIMIT): Promise<boolean> {
  const server = await serve((socket) => {
    const left = [...parts];
    if (service === 'mysql') socket.write(left.shift() ?? '');
    let turn = 0;
    socket.on('data', (bytes: Buffer) => {
      turn += 1;
      const now = left.splice(0, turn < TURNS[service] ? 1 : left.length);
      // The answer to a question bears its number.
      if (service === 'dns' && (now[0]?.length ?? 0) >= 4) bytes.copy(now[0] ?? bytes, 2, 2, 4);
      for (const part of now) socket.write(part);
    });
  });
  const { up } = await check(specOf(service, server, { ...asked(service), timeout }));
  await allClosed(server);
  return up;
}

test('the conversations that are to go wrong are right', async () => {
  for (const service of ['ldap', 'dns', 'mysql', 'pgsql'] as const) {
    assert.equal(await converse({ service, parts: BEGINNINGS[service] }, 20_000), true, service);
  }
});

/** So many at the same time: most of them wait for the end of their limit. */
const AT_ONCE = 60;

test('conversations that go wrong anywhere end in time, and let go', async () => {
  const mutants = fc.array(mutant, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const property = fc.asyncProperty(mutants, async (all) => {
    await Promise.all(all.map((one) => converse(one)));
  });
  await fc.assert(property, { numRuns: 5, endOnFailure: true });
});
