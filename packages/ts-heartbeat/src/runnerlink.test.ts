/** Tests of the link to the resource runner, with a runner that only notes what it is asked. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobOutcome } from '@ts-heartbeat/core/job';
import fc from 'fast-check';
import { RunnerLink } from './runnerlink.js';
import { decodeReply } from './runnerreply.js';

let directory: string;
let link: RunnerLink | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runnerlink-'));
});
afterEach(async () => {
  await link?.bye();
  if (existsSync(join(directory, 'pid'))) {
    try {
      process.kill(Number(readFileSync(join(directory, 'pid'), 'utf8')), 'SIGKILL');
    } catch {
      // It has ended with `bye`.
    }
  }
  rmSync(directory, { recursive: true });
});

/** Answers every job but the first one it hears in its life, when `stubborn` is there. */
const FAKE = `
import net from 'node:net';
import fs from 'node:fs';
const [directory] = process.argv.slice(2);
const file = (name) => directory + '/' + name;
if (fs.existsSync(file('broken'))) process.exit(3);
fs.rmSync(file('socket'), { force: true });
net.createServer((socket) => {
  const say = (value) => socket.write(JSON.stringify(value) + '\\n');
  let rest = '';
  socket.on('data', (bytes) => {
    const lines = (rest + bytes).split('\\n');
    rest = lines.pop();
    for (const line of lines) {
      fs.appendFileSync(file('asked'), process.pid + ' ' + line + '\\n');
      const request = JSON.parse(line);
      if (request.op === 'hello') {
        fs.writeFileSync(file('pid'), String(process.pid));
        say({ op: 'ready', pid: process.pid });
        say({ op: 'log', severity: 'info', text: 'hello there', tag: 'ResourceManager' });
        socket.write('rubbish that is JSON: no\\n'.length > 0 ? '{"op":"unknown"}\\n' : '');
      } else if (request.op === 'held') {
        say({ op: 'held', local: ['one'], foreign: ['two'], takenOver: true });
      } else if (request.op === 'job' && !fs.existsSync(file('stubborn'))) {
        say({ op: 'done', id: request.id, outcome: { ok: true, failed: [], groups: ['one'] } });
      } else if (request.op === 'bye') process.exit(0);
    }
  });
}).listen(file('socket'));
`;

interface Told {
  readonly link: RunnerLink;
  readonly done: number[];
  readonly lines: string[];
  until(condition: () => boolean): Promise<void>;
}

function makeLink(): Told {
  writeFileSync(join(directory, 'fake.mjs'), FAKE);
  const done: number[] = [];
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  const note = <T>(list: T[], entry: T): void => {
    list.push(entry);
    wake?.();
  };
  link = new RunnerLink({
    command: [process.execPath, join(directory, 'fake.mjs'), directory],
    environment: () => ({ PATH: process.env.PATH ?? '' }),
    socket: join(directory, 'socket'),
    clock: () => performance.now(),
    hello: { localNode: 'alpha', environment: {}, orphanedAfter: 1000, life: 'a' },
    say: (severity, text) => note(lines, `${severity}: ${text}`),
    log: ({ severity, text, tag }) => note(lines, `${tag} ${severity}: ${text}`),
    jobDone: (id: number, _outcome: JobOutcome) => note(done, id),
  });
  link.open();
  return {
    link,
    done,
    lines,
    until: async (condition) => {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function asked(): readonly { pid: number; op: string; id?: number }[] {
  const rows = readFileSync(join(directory, 'asked'), 'utf8').trimEnd().split('\n');
  return rows.map((row) => {
    const space = row.indexOf(' ');
    return { pid: Number(row.slice(0, space)), ...JSON.parse(row.slice(space + 1)) };
  });
}

/** Waits until the runner has been asked so many things. */
async function untilAsked(count: number): Promise<void> {
  const enough = (): boolean => existsSync(join(directory, 'asked')) && asked().length >= count;
  while (!enough()) await delay(10);
}

test('a runner is started, greeted, given jobs in order and asked what it holds', async () => {
  const told = makeLink();
  told.link.job(1, { kind: 'acquireOwn' }, { HA_OSTATUS: 'active' });
  told.link.job(2, { kind: 'takeOver', node: 'beta' }, {});
  const held = { op: 'held', local: ['one'], foreign: ['two'], takenOver: true };
  assert.deepEqual(await told.link.held(), held);
  await told.until(() => told.done.length === 2);
  assert.deepEqual(told.done, [1, 2]);
  assert.deepEqual(told.lines, ['ResourceManager info: hello there']);
  assert.deepEqual(
    asked().map(({ op, id }) => [op, id ?? 0]),
    [
      ['hello', 0],
      ['job', 1],
      ['job', 2],
      ['held', 0],
    ],
  );
});

test('a runner that is killed is replaced, and asked again what was not done', async () => {
  writeFileSync(join(directory, 'stubborn'), '');
  const told = makeLink();
  told.link.job(1, { kind: 'acquireOwn' }, {});
  await untilAsked(2);
  const first = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  rmSync(join(directory, 'stubborn'));
  process.kill(first, 'SIGKILL');
  await told.until(() => told.done.length === 1);
  const [, job, hello, again] = asked();
  assert.deepEqual([job?.op, job?.id, job?.pid], ['job', 1, first]);
  assert.equal(hello?.op, 'hello');
  assert.deepEqual([again?.op, again?.id], ['job', 1]);
  assert.notEqual(again?.pid, first);
  assert.ok(
    told.lines.includes(`error: Resource runner [${first}] has gone. Starting another one.`),
  );
});

test('a runner that cannot start is tried again, less and less often', async () => {
  writeFileSync(join(directory, 'broken'), '');
  const told = makeLink();
  await told.until(() => told.lines.length === 2);
  assert.match(told.lines[1] ?? '', /^error: Resource runner \[\d+\] ended with return code 3$/);
  rmSync(join(directory, 'broken'));
  assert.deepEqual((await told.link.held()).local, ['one']);
});

test('a runner that an earlier life left is found by its socket', async () => {
  const before = makeLink();
  await before.link.held();
  const pid = readFileSync(join(directory, 'pid'), 'utf8');
  const after = makeLink();
  await after.link.held();
  assert.equal(readFileSync(join(directory, 'pid'), 'utf8'), pid);
  await before.link.bye();
});

test('replies that make no sense are passed over', () => {
  for (const value of [
    null,
    7,
    'ready',
    [],
    { op: 'ready' },
    { op: 'ready', pid: '7' },
    { op: 'held', local: ['a'], foreign: [1] },
    { op: 'done', id: 1 },
    { op: 'done', id: -1, outcome: { ok: true, failed: [], groups: [] } },
    { op: 'done', id: 1, outcome: { ok: 'yes', failed: [], groups: [] } },
    { op: 'log', severity: 'loud', text: 'x' },
    { op: 'log', severity: 'info' },
    { op: 'script', phase: 'begin' },
  ]) {
    assert.equal(decodeReply(value), undefined, JSON.stringify(value));
  }
});

test('whatever a runner says, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom('ready', 'held', 'done', 'log'), (value, op) => {
      decodeReply(value);
      decodeReply({ op, pid: value, local: value, foreign: [], id: 1, outcome: value });
    }),
  );
});
