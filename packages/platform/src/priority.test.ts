/** Tests of scheduling priority and memory locking. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { codeMappings, priorityText, raisePriority } from './priority.js';

test('only file-backed code is locked', () => {
  const maps = [
    '00400000-00b1a000 r--p 00000000 fe:00 131 /usr/bin/node',
    '00b1a000-02a00000 r-xp 0071a000 fe:00 131 /usr/bin/node',
    '7f0000000000-7f0000010000 r-xp 00000000 00:00 0 ',
    '7f1000000000-7f1000001000 rwxp 00000000 fe:00 99 /tmp/jit',
    '7ffd1000-7ffd3000 r-xp 00000000 00:00 0 [vdso]',
  ].join('\n');
  assert.deepEqual(codeMappings(maps), [{ start: 0xb1a000n, length: 0x2a00000 - 0xb1a000 }]);
});

test('the report says what the kernel then shows of every thread; children are ordinary', () => {
  const script = `
    import { execFileSync } from 'node:child_process';
    import { readdirSync, readFileSync } from 'node:fs';
    import { raisePriority } from ${JSON.stringify(new URL('./priority.js', import.meta.url))};
    const report = raisePriority(1);
    const policy = (text) => Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[38]);
    const locked = /VmLck:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
    let churn = [];
    for (let i = 0; i < 200000; i++) churn.push({ i });
    churn = [];
    console.log(JSON.stringify({ report, locked: Number(locked) * 1024,
      threads: readdirSync('/proc/self/task').map((thread) =>
        policy(readFileSync('/proc/self/task/' + thread + '/stat', 'utf8'))),
      child: policy(execFileSync('cat', ['/proc/self/stat'], { encoding: 'utf8' })) }));
  `;
  const words = ['--input-type=module', '-e', script];
  const printed: unknown = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));
  const { report, locked, threads, child } = printed as {
    report: ReturnType<typeof raisePriority>;
    locked: number;
    threads: readonly number[];
    child: number;
  };
  const roundRobin = 2;
  // Those of libuv's pool are among them: it is used by serial lines.
  const expected = report.realtime === undefined ? 0 : roundRobin;
  assert.deepEqual([...new Set(threads)], [expected]);
  assert.equal(report.threads, report.realtime === undefined ? 0 : threads.length);
  assert.equal(child, 0);
  assert.equal(locked, report.lockedBytes);
  assert.ok(report.realtime === 1 || report.problems.length > 0);
});

test('what is refused is reported, not thrown', () => {
  const refuse = -1;
  const native = {
    socket: () => refuse,
    bind: () => refuse,
    setsockopt: () => refuse,
    getsockopt: () => refuse,
    sendto: () => refuse,
    recvfrom: () => refuse,
    ioctl: () => refuse,
    schedSetScheduler: () => refuse,
    mlock2: () => refuse,
  };
  const report = raisePriority(1, native);
  const { problems } = report;
  assert.equal(priorityText(report), 'Ordinary scheduling; 0 MiB of program code locked in memory');
  assert.match(problems[0] ?? '', /^Cannot set realtime priority 1: EPERM \(/);
  assert.equal(problems[1], 'Cannot lock all program code in memory: EPERM');
});
