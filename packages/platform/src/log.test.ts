/** Tests of the log as a whole: which line goes where, and that no end of the process loses one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { clusterTargets, openLog } from './log.js';

const MODULE = JSON.stringify(new URL('./log.js', import.meta.url));

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'log-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('the logfile gets everything but debug, the debugfile everything', async (t) => {
  const made = folder(t);
  const [logfile, debugfile] = [path.join(made, 'ha-log'), path.join(made, 'ha-debug')];
  const who = { tag: 'heartbeat', pid: 19, host: 'lb' };
  const log = openLog(
    clusterTargets(who, { logfile, debugfile, facility: 'none', syslogFormat: true }),
    () => new Date(2026, 10, 22, 14, 9, 55),
  );
  log.log('debug', 'a %s');
  log.log('info', 'b %d');
  log.log('crit', 'c');
  const lines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
  const head = 'Nov 22 14:09:55 lb heartbeat: [19]:';
  assert.deepEqual(lines(logfile), [`${head} info: b %d`, `${head} CRIT: c`]);
  assert.deepEqual(lines(debugfile), [
    ...[`${head} debug: a %s`, `${head} info: b %d`, `${head} CRIT: c`],
  ]);
  assert.equal(log.lost(), 0);
  await log.close();
});

test('a closed log is silent and stays closed', (t) => {
  const logfile = path.join(folder(t), 'ha-log');
  const script = `
    import { openLog, clusterTargets } from ${MODULE};
    const log = openLog(clusterTargets({ tag: 'x', pid: 1, host: 'h' },
      { logfile: ${JSON.stringify(logfile)}, syslogFormat: true }));
    await log.close();
    log.log('info', 'line');
    log.reopen();
    await log.close();
  `;
  const words = ['--input-type=module', '-e', script];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.deepEqual([status, stderr, readFileSync(logfile, 'utf8')], [0, '', '']);
});

test('a log without targets is silent', async () => {
  const log = openLog([]);
  log.log('info', 'nobody hears');
  await log.close();
});

for (const end of ['process.exit(0)', 'process.kill(process.pid, "SIGKILL")', 'throw 1']) {
  test(`all lines are on disk after ${end}`, (t) => {
    const logfile = path.join(folder(t), 'ha-log');
    const script = `
      import { openLog, clusterTargets } from ${MODULE};
      const who = { tag: 'x', pid: 1, host: 'h' };
      const log = openLog(clusterTargets(who,
        { logfile: ${JSON.stringify(logfile)}, syslogFormat: true }));
      for (let i = 0; i < 50; i++) log.log('info', 'line');
      ${end};
    `;
    spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    assert.equal(readFileSync(logfile, 'utf8').split('\n').length, 51);
  });
}
