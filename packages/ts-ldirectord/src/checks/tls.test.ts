/** TLS of https, pops and imaps: lenient, or verified where that is asked for. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import net from 'node:net';
import { after, describe, test } from 'node:test';
import tls from 'node:tls';
import { Authority } from './certificates.fixture.js';
import type { CheckResult, NegotiateSpec } from './check.js';
import { type Script, type Scripted, scripted } from './script.fixture.js';
import * as fixture from './server.fixture.js';
import { TlsRules } from './tls.js';

const authority = new Authority();
after(() => authority.dispose());
const named = authority.sign('DNS:www.example.test,IP:127.0.0.1');
const elsewhere = authority.sign('DNS:other.example.test');

const LENIENT = new TlsRules();
const STRICT = new TlsRules({ verify: true, ca: authority.certificate });

/** What is asked of each server, and what it answers. */
const SERVICES = {
  https: { banner: '', script: [[/^$/, 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n']] },
  pops: { banner: '+OK\r\n', script: [] },
  imaps: { banner: '* OK\r\n', script: [] },
} as const satisfies Record<string, { banner: string; script: Script }>;

type Service = keyof typeof SERVICES;
const NAMES = Object.keys(SERVICES) as Service[];

interface TlsServer extends Scripted {
  /** The names that were asked for by SNI. */
  readonly asked: readonly (string | false | null)[];
}

async function serve(service: Service, options: tls.TlsOptions): Promise<TlsServer> {
  const asked: (string | false | null)[] = [];
  const { banner, script } = SERVICES[service];
  const server = await scripted(banner, script, (speak) =>
    tls.createServer(options, (socket) => {
      asked.push(socket.servername);
      speak(socket);
    }),
  );
  return { ...server, asked };
}

function check(
  service: Service,
  port: number,
  rules: TlsRules,
  change: Partial<NegotiateSpec> = {},
): Promise<CheckResult> {
  const url = `https://127.0.0.1:${port}/`;
  const spec = fixture.negotiate(port, { service, url, timeout: fixture.PATIENCE, ...change });
  return fixture.check(spec, rules);
}

const VIRTUAL = { virtualHost: 'www.example.test:8443' };

for (const service of NAMES) {
  test(`${service}: any certificate is good enough, and SNI is the virtualhost`, async () => {
    const server = await serve(service, elsewhere);
    assert.equal((await check(service, server.port, LENIENT)).up, true);
    assert.equal((await check(service, server.port, LENIENT, VIRTUAL)).up, true);
    assert.deepEqual(server.asked, [false, 'www.example.test']);
    await fixture.allClosed(server);
  });

  test(`${service}: verified, the certificate is to be signed, and for that name`, async () => {
    const good = await serve(service, named);
    assert.equal((await check(service, good.port, STRICT)).up, true);
    assert.equal((await check(service, good.port, STRICT, VIRTUAL)).up, true);
    const other = { virtualHost: 'other.example.test' };
    const misnamed = await check(service, good.port, STRICT, other);
    assert.deepEqual([misnamed.up, misnamed.message], [false, 'ERR_TLS_CERT_ALTNAME_INVALID']);
    const address = await serve(service, elsewhere);
    assert.equal((await check(service, address.port, STRICT)).up, false);
    assert.equal((await check(service, address.port, STRICT, other)).up, true);
    const unknown = await check(service, good.port, new TlsRules({ verify: true }));
    assert.equal(unknown.up, false);
    assert.match(unknown.message, /certificate/);
    await fixture.allClosed(good);
    await fixture.allClosed(address);
  });

  test(`${service}: old versions of the protocol are spoken`, async () => {
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
      const server = await serve(service, { ...named, ...old });
      for (const rules of [LENIENT, STRICT]) {
        const { up, message } = await check(service, server.port, rules);
        assert.deepEqual([version, up], [version, true], message);
      }
    }
  });

  describe(`${service}: what is no TLS is down`, () => {
    for (const [what, speak, timeout] of [
      ['another protocol', (socket) => socket.write('220 ftp.test\r\n'), fixture.PATIENCE],
      ['a hang-up', (socket) => socket.end(), fixture.PATIENCE],
      ['a reset', (socket) => socket.resetAndDestroy(), fixture.PATIENCE],
      [
        'an alert',
        (socket) => socket.write('\x15\x03\x03\0\x02\x02\x28', 'latin1'),
        fixture.PATIENCE,
      ],
      ['silence', () => {}, fixture.LIMIT],
      [
        'half a record',
        (socket) => socket.write('\x16\x03\x03\x40\0\x02', 'latin1'),
        fixture.LIMIT,
      ],
      [
        'a byte now and then',
        (socket) => fixture.drip(socket, '\x16\x03\x03\x40\0'),
        fixture.LIMIT,
      ],
      ['noise for ever', (socket) => fixture.endless(socket, '\x16\x03\x03', 'x'.repeat(9999)), 0],
    ] as readonly [string, (socket: net.Socket) => void, number][]) {
      test(what, async () => {
        const server = await fixture.listen(
          net.createServer((socket) => void socket.once('data', () => speak(socket))),
        );
        const limit = timeout === 0 ? fixture.PATIENCE : timeout;
        const { up, message } = await check(service, server.port, LENIENT, { timeout: limit });
        assert.equal(up, false);
        if (timeout === fixture.PATIENCE) assert.doesNotMatch(message, /no answer/);
        await fixture.allClosed(server);
      });
    }
  });
}

test('a server that is not believed gets no password', async () => {
  const account = { login: 'mon', password: 'secret' };
  for (const service of ['pops', 'imaps'] as const) {
    const server = await serve(service, elsewhere);
    assert.equal((await check(service, server.port, STRICT, account)).up, false);
    await fixture.allClosed(server);
    assert.deepEqual(server.heard, []);
  }
});

test('a redirect is held to the name that it leads to', async () => {
  const target = await fixture.listen(createServer(elsewhere, (_, reply) => void reply.end()));
  const location = `https://127.0.0.1:${target.port}/`;
  const first = await fixture.listen(
    createServer(named, (_, reply) => void reply.writeHead(302, { location }).end()),
  );
  const { up, message } = await check('https', first.port, STRICT, VIRTUAL);
  assert.deepEqual([up, message], [false, 'ERR_TLS_CERT_ALTNAME_INVALID']);
  assert.equal((await check('https', first.port, LENIENT, VIRTUAL)).up, true);
});

test('libraries are given the same rules', () => {
  assert.equal(STRICT.options('[::1]:636').servername, '');
  assert.equal(STRICT.options('ldap.example.test').servername, 'ldap.example.test');
  assert.equal(STRICT.options('x').rejectUnauthorized, true);
  assert.equal(LENIENT.options('x').rejectUnauthorized, false);
});
