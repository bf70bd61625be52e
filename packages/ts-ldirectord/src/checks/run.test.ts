/** One check from start to verdict, within its limit whatever the server does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { CheckSpec, NegotiateSpec } from './check.js';
import { runCheck } from './run.js';
import {
  allClosed,
  check,
  drip,
  endless,
  LIMIT,
  type Listening,
  listen,
  PATIENCE,
  receive,
  refusedPort,
  negotiate as spec,
} from './server.fixture.js';

const directory = mkdtempSync(path.join(tmpdir(), 'checks-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** A server that is done with HTTP when it has been written to. */
function raw(answer: (socket: net.Socket) => void): Promise<Listening> {
  return listen(net.createServer((socket) => socket.once('data', () => answer(socket))));
}

function page(handler: http.RequestListener): Promise<Listening> {
  return listen(http.createServer(handler));
}

test('http: the request is the genuine one in what servers look at', async () => {
  const asked: http.IncomingMessage[] = [];
  const server = await page((request, response) => {
    asked.push(request);
    response.end('Test Page');
  });
  assert.deepEqual((await check(spec(server.port))).up, true);
  const named = spec(server.port, { virtualHost: 'www.example.test', method: 'HEAD' });
  assert.equal((await check(named)).up, true);
  assert.deepEqual(
    asked.map(({ method, url, headers }) => [method, url, headers.host, headers.connection]),
    [
      ['GET', '/test.html', '127.0.0.1', 'close'],
      ['HEAD', '/test.html', 'www.example.test', 'close'],
    ],
  );
  await allClosed(server);
});

test('http: the status and the page decide', async () => {
  const server = await page((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : 200;
    response.end('A \xe9 Test Page\n', 'latin1');
  });
  const cases: readonly [string, Partial<NegotiateSpec>, boolean, string][] = [
    ['/', {}, true, '200 OK'],
    ['/', receive('Test Page'), true, '200 OK'],
    ['/', receive('\xe9 Test'), true, '200 OK'],
    ['/', receive('Other'), false, 'A \xe9 Test Page\n'],
    ['/gone', receive('Test Page'), false, '404 Not Found'],
  ];
  for (const [where, change, up, message] of cases) {
    const url = `http://127.0.0.1:${server.port}${where}`;
    const result = await check(spec(server.port, { url, ...change }));
    assert.deepEqual([result.up, result.message], [up, message], where);
  }
});

test('http: redirects are followed, to a limit, with the Host of where they lead', async () => {
  const hosts: (string | undefined)[] = [];
  const server = await page((request, response) => {
    hosts.push(request.headers.host);
    const left = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0);
    if (left > 0) response.writeHead(302, { Location: `../to/${left - 1}` });
    response.end('end');
  });
  const from = (left: number) =>
    spec(server.port, {
      url: `http://127.0.0.1:${server.port}/to/${left}`,
      // Eight pages, one after the other.
      timeout: PATIENCE,
      virtualHost: 'first.test',
      ...receive('end'),
    });
  assert.equal((await check(from(7))).up, true);
  assert.equal(hosts[0], 'first.test');
  assert.equal(hosts[1], `127.0.0.1:${server.port}`);
  const tooMany = await check(from(8));
  assert.deepEqual([tooMany.up, tooMany.message], [false, '302 Found']);
  await allClosed(server);
});

test('http: a host that no request can name is not asked', async () => {
  const server = await page((_, response) => {
    response.socket?.end('HTTP/1.1 302 Found\r\nLocation: //\x01:1/\r\n\r\n');
  });
  const { up, message } = await check(spec(server.port));
  assert.deepEqual([up, message], [false, '302 Found']);
  const unnameable = await check(spec(server.port, { virtualHost: 'a\x01b' }));
  assert.deepEqual([unnameable.up, unnameable.impossible], [false, true]);
  await allClosed(server);
});

test('http_proxy: the whole URL is asked of the real server', async () => {
  const asked: (string | undefined)[] = [];
  const server = await page((request, response) => {
    asked.push(request.url, request.headers.host);
    response.end('proxied');
  });
  const url = 'http://www.example.test/x';
  const proxied = spec(server.port, { service: 'http_proxy', url, ...receive('proxied') });
  assert.equal((await check(proxied)).up, true);
  assert.deepEqual(asked, ['http://www.example.test/x', 'www.example.test']);
});

test('https: a self-signed certificate is good enough, and SNI is the host', async () => {
  const files = ['key.pem', 'cert.pem'].map((name) => path.join(directory, name));
  const [key = '', cert = ''] = files;
  const what = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=x'];
  execFileSync('openssl', [...what, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const names: (string | false | null)[] = [];
  const tlsServer = https.createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (_, response) => response.end('Test Page'),
  );
  tlsServer.on('secureConnection', (socket) => names.push(socket.servername));
  const server = await listen(tlsServer);
  const url = `https://127.0.0.1:${server.port}/test.html`;
  const plain = spec(server.port, { service: 'https', url, timeout: 5000, ...receive('Test') });
  const signal = new AbortController().signal;
  assert.equal((await runCheck(plain, signal)).up, true);
  const named = { ...plain, virtualHost: 'www.example.test' };
  assert.equal((await runCheck(named, signal)).up, true);
  assert.deepEqual(names, [false, 'www.example.test']);
  const noTls = await raw((socket) => socket.write('SSH-2.0-x\r\n'));
  const wrong = `https://127.0.0.1:${noTls.port}/`;
  assert.equal((await check(spec(noTls.port, { service: 'https', url: wrong }))).up, false);
  await allClosed(noTls);
});

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** Servers that misbehave, and what a check with and without `receive` finds of them. */
const MISBEHAVING: readonly [string, (socket: net.Socket) => void, boolean][] = [
  ['says nothing', () => {}, false],
  ['closes at once', (socket) => socket.end(), false],
  ['resets', (socket) => socket.resetAndDestroy(), false],
  ['sends no HTTP', (socket) => socket.end('hello there\r\n\r\n'), false],
  ['stops in its header', (socket) => socket.write('HTTP/1.1 200'), false],
  ['stops in its body', (socket) => socket.write(`${HEAD}Content-Length: 99\r\n\r\nTest`), false],
  ['breaks off its body', (socket) => socket.end(`${HEAD}Content-Length: 99\r\n\r\nTest`), true],
  ['ends lines with LF', (socket) => socket.end('HTTP/1.0 200 OK\n\nTest'), true],
  ['tells no length', (socket) => socket.end(`${HEAD}\r\nTest`), true],
  ['sends headers for ever', (socket) => endless(socket, HEAD, 'X: y\r\n'.repeat(999)), false],
  ['sends a body for ever', (socket) => endless(socket, `${HEAD}\r\nTest`, 'x'.repeat(9999)), true],
  ['drips', (socket) => drip(socket, `${HEAD}\r\n`), false],
  ['upgrades', (socket) => socket.write('HTTP/1.1 101 Sure\r\nUpgrade: x\r\n\r\n'), false],
];

for (const [what, answer, up] of MISBEHAVING) {
  test(`http: a server that ${what} is ${up ? 'up' : 'down'} in time`, async () => {
    const server = await raw(answer);
    assert.equal((await check(spec(server.port, receive('Test')))).up, up);
    assert.equal((await check(spec(server.port))).up, up);
    await allClosed(server);
  });
}

test('http: a server whose endless body does not match is down', async () => {
  const server = await raw((socket) => endless(socket, `${HEAD}\r\n`, 'x'.repeat(9999)));
  const result = await check(spec(server.port, receive('Test')));
  assert.equal(result.up, false);
  assert.ok(result.message.length <= 1024 * 1024);
});

test('a refused connection is seen at once', async () => {
  const port = await refusedPort();
  for (const asked of [spec(port), connect(port)]) {
    const result = await check(asked);
    assert.deepEqual([result.up, result.message], [false, 'ECONNREFUSED']);
  }
});

function connect(port: number): CheckSpec {
  return { kind: 'connect', address: '127.0.0.1', port, timeout: LIMIT };
}

test('connect: up when the connection stands, and it is closed again', async () => {
  const server = await listen(net.createServer());
  assert.equal((await check(connect(server.port))).up, true);
  await allClosed(server);
});

test('many silent servers at once all end in time', async () => {
  const server = await raw(() => {});
  const results = await Promise.all(
    Array.from({ length: 200 }, () => check(spec(server.port, { timeout: LIMIT }))),
  );
  assert.ok(results.every(({ up }) => !up));
  await allClosed(server);
});

function script(name: string, text: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

function external(command: string, perl = false): CheckSpec {
  const args = ['10.255.0.1', '80', '10.0.0.1', '8080'];
  return { kind: 'external', perl, command, args, timeout: 2000 };
}

test('external: the exit code decides, and the arguments are the genuine ones', async () => {
  const signal = new AbortController().signal;
  const told = path.join(directory, 'told');
  const up = script('up', `#!/bin/sh\necho "$@" > ${told}\n`);
  assert.equal((await runCheck(external(up), signal)).up, true);
  assert.equal(readFileSync(told, 'utf8'), '10.255.0.1 80 10.0.0.1 8080\n');
  const down = script('down', '#!/bin/sh\nexit 3\n');
  const failed = await runCheck(external(down), signal);
  assert.deepEqual([failed.up, failed.message], [false, 'exit code 3']);
  const perl = path.join(directory, 'check.pl');
  writeFileSync(perl, 'exit($ARGV[3] == 8080 ? 0 : 1);\n');
  assert.equal((await runCheck(external(perl, true), signal)).up, true);
  writeFileSync(perl, 'return if $_[3] == 8080; die;');
  assert.equal((await runCheck(external(perl, true), signal)).up, true);
  writeFileSync(perl, 'this is no Perl (');
  assert.equal((await runCheck(external(perl, true), signal)).up, false);
  const absent = await runCheck(external(path.join(directory, 'absent')), signal);
  assert.deepEqual([absent.up, absent.impossible], [false, true]);
});

test('external: a program that is too slow is stopped with all its children', async () => {
  const pids = path.join(directory, 'pids');
  const slow = script('slow', `#!/bin/sh\nsleep 60 & echo $! > ${pids}; trap '' TERM; sleep 60\n`);
  const result = await check({ ...external(slow), timeout: LIMIT });
  assert.deepEqual([result.up, result.message], [false, 'no answer within 0.3 s']);
  const child = readFileSync(pids, 'utf8').trim();
  // A process that is gone, or is nothing but an exit status any more, has no command line.
  const commandLine = (): string => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  for (let round = 0; commandLine() !== ''; round += 1) {
    assert.ok(round < 100, 'a grandchild was left behind');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('a check that is given up closes its connection and ends at once', async () => {
  const silent = await raw(() => {});
  const controller = new AbortController();
  const result = runCheck(spec(silent.port, { timeout: 60_000 }), controller.signal);
  while (silent.open() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  assert.deepEqual((await result).message, 'given up');
  await allClosed(silent);
  assert.equal((await runCheck(spec(silent.port), controller.signal)).message, 'given up');
});
