/**
 * The check of oracle with a client that stands in for the real one, which is not ours to install:
 * the thread, its end, and what is made of an answer.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { CheckResult, NegotiateSpec } from './check.js';
import { endless, type LoopbackServer, serve, specOf } from './loopback.fixture.js';
import { oracleProbe } from './oracle.js';
import { runProbe } from './probe.js';
import { allClosed, refusedPort } from './server.fixture.js';

const folder = mkdtempSync(path.join(tmpdir(), 'oracle-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Installs a client below a folder of its own; returns that folder. */
function client(name: string, text: string): string {
  const place = path.join(folder, name);
  mkdirSync(path.join(place, 'oracledb'), { recursive: true });
  writeFileSync(path.join(place, 'oracledb', 'index.js'), text);
  return place;
}

/** Says what it was asked in one line, and takes a line of JSON for the answer. */
const CLIENT = client(
  'good',
  `
    const net = require('node:net');
    const connect = ({ user, password, connectString }) => new Promise((resolve, reject) => {
      const [, host, port] = /HOST=([^)]*)\\)\\(PORT=(\\d+)/.exec(connectString);
      const socket = net.connect({ host, port });
      let told = '';
      let taken = () => {};
      socket.on('error', reject);
      socket.on('data', (chunk) => { told += chunk; if (told.includes('\\n')) taken(); });
      socket.on('connect', () => resolve({
        execute: (query, values, options) => new Promise((answered, failed) => {
          taken = () => {
            const answer = JSON.parse(told);
            if (answer.error) failed(new Error(answer.error)); else answered(answer);
          };
          console.log('noise', password);
          socket.write(JSON.stringify({ user, password, connectString, query, options }) + '\\n');
        }),
        close: () => new Promise((closed) => socket.end('bye\\n', closed)),
      }));
    });
    exports.getConnection = connect;
  `,
);

const ASKED: Partial<NegotiateSpec> = {
  login: 'mon',
  password: 'hush-hush',
  database: 'ORCL',
  request: '/SELECT 1 FROM dual',
};

async function checked(
  server: Pick<LoopbackServer, 'address' | 'port'>,
  change: Partial<NegotiateSpec> = {},
  folders: readonly string[] = [path.join(folder, 'nowhere'), CLIENT],
): Promise<CheckResult> {
  const spec = specOf('oracle', server, { ...ASKED, ...change });
  return runProbe(oracleProbe(spec, folders), spec.timeout, new AbortController().signal);
}

async function answering(answer: object, told: string[] = []): Promise<LoopbackServer> {
  return serve((socket) => {
    socket.setEncoding('utf8').on('data', (text: unknown) => {
      told.push(String(text));
      if (told.length === 1) socket.write(`${JSON.stringify(answer)}\n`);
    });
  });
}

test('a login, a row, and an end in order', async () => {
  const told: string[] = [];
  const server = await answering({ rows: [[1]] }, told);
  const result = await checked(server);
  assert.deepEqual([result.up, result.message], [true, '']);
  await allClosed(server);
  const where = `(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${server.port}))`;
  assert.deepEqual(JSON.parse(told[0] ?? ''), {
    user: 'mon',
    password: 'hush-hush',
    connectString: `(DESCRIPTION=${where}(CONNECT_DATA=(SID=ORCL)))`,
    query: 'SELECT 1 FROM dual',
    options: { maxRows: 1, autoCommit: true },
  });
  assert.deepEqual(told.slice(1), ['bye\n']);
});

test('rows decide', async () => {
  const cases: readonly [object, boolean, string][] = [
    [{ rows: [] }, false, 'no rows'],
    [{ rowsAffected: 1 }, true, ''],
    [{ rowsAffected: 0 }, false, 'no rows'],
    [{ error: 'ORA-00942: hush-hush' }, false, 'ORA-00942: ***'],
  ];
  for (const [answer, up, message] of cases) {
    const server = await answering(answer);
    const result = await checked(server);
    assert.deepEqual([result.up, result.message], [up, message]);
    await allClosed(server);
  }
});

test('a server that is silent, refuses, or sends for ever', async () => {
  const silent = await serve((socket) => socket.resume());
  const slow = await checked(silent, { timeout: 1000 });
  assert.deepEqual([slow.up, slow.message], [false, 'no answer within 1 s']);
  await allClosed(silent);
  const port = await refusedPort();
  assert.equal((await checked({ address: '127.0.0.1', port })).up, false);
  const loud = await serve((socket: net.Socket) => endless(socket.resume(), Buffer.alloc(9999)));
  const flood = await checked(loud);
  assert.deepEqual([flood.up, flood.message], [false, 'more than 1048576 bytes']);
  await allClosed(loud);
});

test('a client that loops, throws or ends does no more than that', async () => {
  const server = { address: '127.0.0.1', port: 1 };
  const looping = client('looping', 'exports.getConnection = () => { for (;;); };');
  const stuck = await checked(server, { timeout: 1000 }, [looping]);
  assert.deepEqual([stuck.up, stuck.message], [false, 'no answer within 1 s']);
  const later = 'setImmediate(() => { throw new Error("later"); }); new Promise(() => {})';
  const throwing = client('throwing', `exports.getConnection = () => { ${later}; };`);
  assert.equal((await checked(server, {}, [throwing])).up, false);
  const ending = client('ending', 'exports.getConnection = () => process.exit(0);');
  const ended = await checked(server, {}, [ending]);
  assert.deepEqual([ended.up, ended.message], [false, 'the client of Oracle ended']);
  const greedy = 'const all = []; for (;;) all.push(new Array(100000).fill(0.5));';
  const hungry = client('greedy', `exports.getConnection = () => { ${greedy} };`);
  assert.equal((await checked(server, {}, [hungry])).up, false);
});

test('without a client, or with a broken one, the check is impossible', async () => {
  const server = { address: '127.0.0.1', port: 1 };
  const absent = await checked(server, {}, ['/nowhere/a', '/nowhere/b']);
  assert.deepEqual([absent.up, absent.impossible], [false, true]);
  assert.equal(absent.message, 'no package oracledb in /nowhere/a, /nowhere/b');
  const broken = client('broken', 'throw new Error("not for this Node.js");');
  const unusable = await checked(server, {}, [broken]);
  assert.deepEqual([unusable.message, unusable.impossible], ['not for this Node.js', true]);
  const silent = await checked(server, { login: '' });
  assert.deepEqual([silent.up, silent.impossible], [false, true]);
});
