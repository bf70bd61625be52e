/** Tests of starting a daemon and of the honesty of that start. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type DaemonStart, startDaemon } from './daemon.js';
import { isGone, processIdentity, whenGone } from './gone.js';

const MODULE = JSON.stringify(new URL('./daemon.js', import.meta.url));

/** Starts a daemon that runs this code. */
function start(code: string, limitMs = 60_000): Promise<DaemonStart> {
  const script = `import { reportUp, reportFailure } from ${MODULE};\n${code}`;
  return startDaemon({
    argv: [process.execPath, '--input-type=module', '-e', script],
    environment: { PATH: '/usr/bin:/bin' },
    limitMs,
  });
}

test('a daemon that reports is up, alone in a session, and outlives the connection', async (t) => {
  const outcome = await start('reportUp(); setInterval(() => undefined, 1000);');
  assert.ok(outcome.up);
  t.after(() => process.kill(outcome.pid, 'SIGKILL'));
  const identity = processIdentity(outcome.pid);
  assert.ok(identity);
  assert.equal(isGone(identity), false);
  process.kill(-outcome.pid, 0);
});

test('a daemon that gives a reason and ends with a code', async () => {
  const outcome = await start("await reportFailure('cannot open serial'); process.exitCode = 4;");
  assert.ok(!outcome.up);
  assert.deepEqual([outcome.code, outcome.reason], [4, 'cannot open serial']);
});

test('a daemon that dies without a word', async () => {
  const killed = await start('process.kill(process.pid, "SIGKILL"); setInterval(() => 0, 1000)');
  assert.ok(!killed.up);
  assert.deepEqual([killed.code, killed.reason], [1, 'ended by SIGKILL']);
  const ended = await start('process.exit(6)');
  assert.ok(!ended.up);
  assert.deepEqual([ended.code, ended.reason], [6, 'ended with 6']);
});

test('a daemon that says nothing is ended at the limit', async () => {
  const outcome = await start('setInterval(() => undefined, 1000)', 300);
  assert.ok(!outcome.up && outcome.pid);
  assert.equal(outcome.reason, 'no report within 300 ms');
  const identity = processIdentity(outcome.pid);
  assert.ok(identity === undefined || (await whenGone(identity, 10_000)));
});

test('a program that is not there', async () => {
  const outcome = await startDaemon({ argv: ['/nonexistent'], environment: {}, limitMs: 60_000 });
  assert.ok(!outcome.up);
  assert.deepEqual([outcome.pid, outcome.code], [undefined, 1]);
  assert.match(outcome.reason, /ENOENT/);
});
