/** Tests of looking after processes that are not our children. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { commandLine, groupMembers, isGone, processIdentity, whenGone } from './gone.js';

test('a process is itself until it ends', async (t) => {
  const child = spawn('sh', ['-c', 'echo; read x'], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => child.kill());
  await once(child.stdout, 'data');
  assert.ok(child.pid);
  const identity = processIdentity(child.pid);
  assert.ok(identity);
  assert.deepEqual(commandLine(child.pid), ['sh', '-c', 'echo; read x']);
  assert.equal(isGone(identity), false);
  assert.equal(await whenGone(identity, 0), false);
  assert.equal(isGone({ ...identity, startTime: '1' }), true);
  const gone = whenGone(identity, 60_000);
  child.stdin.end();
  assert.equal(await gone, true);
  assert.equal(processIdentity(child.pid), undefined);
  assert.deepEqual(commandLine(child.pid), []);
});

test('a zombie is gone, and a strange program name does not confuse', async (t) => {
  // The shell starts a child, says its pid and becomes a program that never waits for it.
  const script = 'exec -a "x) S 1 1" sleep 0 & echo $!; exec sleep 60';
  const parent = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => parent.kill());
  const [text] = await once(parent.stdout, 'data');
  const pid = Number(String(text));
  const identity = processIdentity(pid);
  if (identity !== undefined) assert.equal(await whenGone(identity, 30_000), true);
  assert.equal(processIdentity(pid), undefined);
});

test('the members of a process group', async (t) => {
  const leader = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { pid } = leader;
  assert.ok(pid);
  t.after(() => process.kill(-pid, 'SIGKILL'));
  const [text] = await once(leader.stdout, 'data');
  const pids = groupMembers(pid).map((member) => member.pid);
  assert.deepEqual(pids.sort(), [pid, Number(String(text))].sort());
});

test('a group without members', () => {
  assert.deepEqual(groupMembers(2 ** 30), []);
});
