/** The runner as a process of its own, with real scripts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import type { Reply } from '../protocol.js';
import { Sandbox } from '../testing/sandbox.js';

const LINE = 'alpha one two::x::y three';
const environment = {};
let sandbox: Sandbox;

afterEach(() => sandbox.remove());

/** Waits for that file, ten seconds at most. */
function waiting(file: string): string {
  return `[ "$verb" = start ] && {
  n=0
  while [ ! -e "${file}" ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done
  say ended
}`;
}

test('a group is taken in order and given up in reverse, with the genuine lines', async () => {
  sandbox = new Sandbox(LINE, ['one', 'two', 'three']);
  sandbox.script('three', 'echo "out $HA_CURHOST $HA_st $PWD"; echo err >&2');
  await sandbox.start();
  const master = await sandbox.connect();
  master.send({ op: 'job', id: 1, job: { kind: 'acquireOwn' }, environment: { HA_st: 'dead' } });
  const { outcome } = await master.done(1);
  assert.deepEqual(outcome, { ok: true, failed: [], groups: ['one'], local: ['one'] });
  assert.deepEqual(sandbox.changes, ['one start', 'two x y start', 'three start']);
  assert.deepEqual(await master.held(), { op: 'held', local: ['one'], foreign: [] });
  assert.match(readFileSync(sandbox.debugLog, 'utf8'), /^err\nout alpha dead \/\nerr\n$/m);

  master.send({ op: 'job', id: 2, job: { kind: 'releaseAll' }, environment });
  await master.done(2);
  assert.deepEqual(sandbox.changes.slice(3), ['three stop', 'two x y stop', 'one stop']);
  const directory = sandbox.path('ha.d/resource.d');
  assert.deepEqual(master.lines, [
    `info: Running ${sandbox.path('ha.d')}//rc.d/ip-request-resp ip-request-resp`,
    'notice: received ip-request-resp one OK yes',
    `info: Acquiring resource group: ${LINE}`,
    `info: Running ${directory}/one  start`,
    `info: Running ${directory}/two x y start`,
    `info: Running ${directory}/three  start`,
    `info: Releasing resource group: ${LINE}`,
    `info: Running ${directory}/three  stop`,
    `info: Running ${directory}/two x y stop`,
    `info: Running ${directory}/one  stop`,
  ]);
  const scripts = master.replies.filter((reply): reply is Reply & { op: 'script' } => {
    return reply.op === 'script' && reply.phase === 'end' && reply.verb === 'start';
  });
  assert.deepEqual(
    scripts.map(({ group, script, args, rc }) => [group, script, args.join(' '), rc]),
    [
      ['one', 'one', '', 0],
      ['one', 'two', 'x y', 0],
      ['one', 'three', '', 0],
    ],
  );
});

test('haresources is read at the job, and a start that fails undoes the group', async () => {
  sandbox = new Sandbox(LINE, ['one', 'two', 'three']);
  sandbox.script('two', '[ "$verb" = start ] && exit 4');
  await sandbox.start();
  const master = await sandbox.connect();
  writeFileSync(sandbox.path('ha.d/haresources'), 'Beta one two missing # comment\n');
  master.send({ op: 'job', id: 7, job: { kind: 'takeOver', node: 'beta' }, environment });
  const { outcome } = await master.done(7);
  assert.deepEqual(outcome, { ok: false, failed: ['one'], groups: ['one'], local: [] });
  assert.deepEqual(sandbox.changes, ['one start', 'two start', 'two stop', 'one stop']);
  assert.ok(master.lines.includes('crit: Giving up resources due to failure of two'));
  assert.ok(
    master.lines.includes(`error: Return code 4 from ${sandbox.path('ha.d')}/resource.d/two`),
  );
  assert.deepEqual((await master.held()).foreign, []);
});

test('a script that hangs is ended with its whole group at the deadline', async () => {
  sandbox = new Sandbox('alpha slow', ['slow']);
  const mark = `${600 + (process.pid % 1000)}.25`;
  sandbox.script('slow', `[ "$verb" = start ] && { trap '' TERM; sleep ${mark} & sleep ${mark}; }`);
  await sandbox.start('--deadline', '0.3');
  const master = await sandbox.connect();
  master.send({ op: 'job', id: 1, job: { kind: 'acquireOwn' }, environment });
  assert.equal((await master.done(1)).outcome.ok, false);
  assert.deepEqual(sandbox.changes, ['slow start', 'slow stop']);
  const left = readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`sleep\0${mark}`);
    } catch {
      return false;
    }
  });
  assert.deepEqual(left, []);
});

test('kill -9 in a start: the script is waited for and the group completed', async () => {
  sandbox = new Sandbox(LINE, ['one', 'two', 'three']);
  sandbox.script('two', waiting(sandbox.path('go')));
  const first = await sandbox.start();
  const before = await sandbox.connect({ life: 'a' });
  before.send({ op: 'job', id: 3, job: { kind: 'acquireOwn' }, environment });
  await sandbox.untilCall((call) => call === 'two x y start');
  first.kill('SIGKILL');
  await once(first, 'exit');

  await sandbox.start();
  const after = await sandbox.connect({ life: 'a' });
  after.send({ op: 'job', id: 3, job: { kind: 'acquireOwn' }, environment });
  assert.match(readFileSync(sandbox.path('ha-log'), 'utf8'), /info: Waiting for .*two start \[/);
  assert.deepEqual(sandbox.changes, ['one start', 'two x y start']);
  sandbox.touch('go');
  assert.deepEqual((await after.done(3)).outcome, {
    ok: true,
    failed: [],
    groups: ['one'],
    local: ['one'],
  });
  assert.deepEqual(sandbox.changes, ['one start', 'two x y start', 'two ended', 'three start']);
  assert.deepEqual((await after.held()).local, ['one']);
});

test('kill -9 and nobody asks again: the restarted runner completes what was begun', async () => {
  sandbox = new Sandbox('alpha one two', ['one', 'two']);
  sandbox.script('one', waiting(sandbox.path('go')));
  const first = await sandbox.start();
  const before = await sandbox.connect();
  before.send({ op: 'job', id: 1, job: { kind: 'takeGroup', key: 'one' }, environment });
  await sandbox.untilCall((call) => call === 'one start');
  first.kill('SIGKILL');
  await once(first, 'exit');
  await sandbox.start();
  sandbox.touch('go');
  await sandbox.untilCall((call) => call === 'two start');
  assert.deepEqual(sandbox.changes, ['one start', 'one ended', 'two start']);
});

test('without ts-heartbeat everything is given up after the time it named', async () => {
  sandbox = new Sandbox(LINE, ['one', 'two', 'three']);
  const runner = await sandbox.start();
  const ended = once(runner, 'exit');
  const master = await sandbox.connect({ orphanedAfter: 200 });
  master.send({ op: 'job', id: 1, job: { kind: 'acquireOwn' }, environment });
  await master.done(1);
  master.break();
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(sandbox.changes.slice(3), ['three stop', 'two x y stop', 'one stop']);
  const log = readFileSync(sandbox.path('ha-log'), 'utf8');
  assert.match(
    log,
    /^\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d {2}ResourceManager\(default\)\[\d+\]: {4}info: Releasing resource group: alpha one/m,
  );
  assert.equal(existsSync(sandbox.socket), false);
});

test('ts-heartbeat that comes back too late is not told that it holds anything', async () => {
  sandbox = new Sandbox('alpha one', ['one']);
  sandbox.script('one', waiting(sandbox.path('go')).replace('start', 'stop'));
  const runner = await sandbox.start();
  const ended = once(runner, 'exit');
  const master = await sandbox.connect({ orphanedAfter: 300 });
  master.send({ op: 'job', id: 1, job: { kind: 'acquireOwn' }, environment });
  await master.done(1);
  // Accepted in time, but silent until the runner has begun to give up.
  const late = await sandbox.connectSilently();
  master.break();
  await sandbox.untilCall((call) => call === 'one stop');
  late.write('{"op":"hello","localNode":"alpha","environment":{},"orphanedAfter":1000}\n');
  await late.closed();
  assert.deepEqual(late.replies, []);
  sandbox.touch('go');
  assert.deepEqual(await ended, [0, null]);
  await sandbox.start();
  assert.deepEqual((await (await sandbox.connect()).held()).local, []);
});

test('ts-heartbeat that comes back in time keeps its groups', async () => {
  sandbox = new Sandbox('alpha one', ['one']);
  await sandbox.start();
  const first = await sandbox.connect({ orphanedAfter: 10_000 });
  first.send({ op: 'job', id: 1, job: { kind: 'acquireOwn' }, environment });
  await first.done(1);
  first.break();
  const second = await sandbox.connect();
  assert.deepEqual((await second.held()).local, ['one']);
  // Another life: its job 1 is another job.
  second.send({ op: 'job', id: 1, job: { kind: 'releaseAll' }, environment });
  await second.done(1);
  assert.deepEqual(sandbox.changes, ['one start', 'one stop']);
});

test('bye ends the runner and keeps what is held, which the next one knows', async () => {
  sandbox = new Sandbox('alpha one\nbeta two', ['one', 'two']);
  const first = await sandbox.start();
  const ended = once(first, 'exit');
  const master = await sandbox.connect();
  master.send({ op: 'job', id: 1, job: { kind: 'standbyAcquire', share: 'all' }, environment });
  master.send({ op: 'bye' });
  await master.done(1);
  assert.deepEqual(await ended, [0, null]);
  await sandbox.start();
  const next = await sandbox.connect();
  const { local, foreign } = await next.held();
  assert.deepEqual([local, foreign], [['one'], ['two']]);
  assert.deepEqual(sandbox.changes, ['one start', 'two start']);
});

test('a hello while jobs are under way takes a bye back', async () => {
  sandbox = new Sandbox('alpha one\nbeta two', ['one', 'two']);
  sandbox.script('two', waiting(sandbox.path('go')));
  const runner = await sandbox.start();
  const first = await sandbox.connect();
  first.send({ op: 'job', id: 1, job: { kind: 'standbyAcquire', share: 'all' }, environment });
  first.send({ op: 'bye' });
  const second = await sandbox.connect();
  second.send({ op: 'job', id: 1, job: { kind: 'releaseAll' }, environment });
  sandbox.touch('go');
  await second.done(1);
  assert.deepEqual((await second.held()).local, []);
  assert.equal(runner.exitCode, null);
});

test('two runners do not stand side by side, and rubbish is refused', async () => {
  sandbox = new Sandbox('alpha one', ['one']);
  await sandbox.start();
  const second = await sandbox.start();
  if (second.exitCode === null) await once(second, 'exit');
  assert.equal(second.exitCode, 0);
  const master = await sandbox.connect();
  const stranger = await sandbox.connect();
  await master
    .until((reply): reply is Reply & { op: 'held' } => reply.op === 'held')
    .catch(() => {
      // The newer connection took its place.
    });
  assert.ok(master.isClosed);
  stranger.write('{"op":"nonsense"}\n');
  await stranger
    .until((reply): reply is Reply & { op: 'held' } => reply.op === 'held')
    .catch(() => {
      // It was hung up on.
    });
  assert.ok(stranger.isClosed);
});

test('the shell ResourceManager and the runner wait for one another', async () => {
  sandbox = new Sandbox('alpha one', ['one']);
  sandbox.script('one', waiting(sandbox.path('go')));
  await sandbox.start();
  const master = await sandbox.connect();
  const byHand = sandbox.resourceManager('takegroup', 'one');
  await sandbox.untilCall((call) => call === 'one start');
  master.send({ op: 'job', id: 1, job: { kind: 'releaseAll' }, environment });
  await master.until((reply): reply is Reply & { op: 'log' } => {
    return reply.op === 'log' && reply.text.startsWith('Resource group one is in use by process ');
  });
  assert.deepEqual(sandbox.changes, ['one start']);
  sandbox.touch('go');
  await once(byHand, 'exit');
  await master.done(1);
  assert.deepEqual(sandbox.changes, ['one start', 'one ended', 'one stop']);
});
