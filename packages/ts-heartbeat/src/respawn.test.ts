/** Tests of the respawn clients, with real programs. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ClientLine } from '@ts-heartbeat/core/config/settings';
import { ClientRecord } from './clientrecord.js';
import { RespawnClients } from './respawn.js';

const directory = mkdtempSync(join(tmpdir(), 'respawn-'));
after(() => rmSync(directory, { recursive: true }));
const recordFile = join(directory, 'clients');

/** Clients with their log, whose lines can be waited for. */
class Stage {
  readonly lines: string[] = [];
  readonly failed: string[] = [];
  readonly clients: RespawnClients;
  #wake: (() => void) | undefined;

  constructor(commands: readonly string[], options: Partial<ClientLine> = {}) {
    const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const lines = commands.map((command) => ({
      user: 'me',
      ...ids,
      command,
      failfast: false,
      ...options,
    }));
    this.clients = new RespawnClients(lines, {
      say: (severity, text) => {
        this.lines.push(`${severity}: ${text}`);
        this.#wake?.();
      },
      clock: () => performance.now(),
      environment: () => ({ PATH: process.env.PATH ?? '', HA_CURHOST: 'alpha' }),
      record: new ClientRecord(recordFile),
      failfast: (command) => this.failed.push(command),
      restartPause: 5,
    });
  }

  async until(pattern: RegExp): Promise<void> {
    while (!this.lines.some((line) => pattern.test(line))) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const numberless = (line: string): string => line.replace(/(pid|group) \d+/g, '$1 N');
const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

test('clients start in order and stop in reverse, with the genuine lines', async () => {
  const stage = new Stage(['/bin/sleep 1000', '/bin/sleep 2000 & wait']);
  await stage.clients.start();
  const first = stage.clients.pid('/bin/sleep 1000');
  assert.ok(first !== undefined && existsSync(recordFile));
  await stage.clients.stop();
  assert.deepEqual(stage.lines.map(numberless), [
    `info: Starting child client "/bin/sleep 1000" (${uid},${gid})`,
    `info: Starting "/bin/sleep 1000" as uid ${uid}  gid ${gid} (pid N)`,
    `info: Starting child client "/bin/sleep 2000 & wait" (${uid},${gid})`,
    `info: Starting "/bin/sleep 2000 & wait" as uid ${uid}  gid ${gid} (pid N)`,
    'info: killing /bin/sleep 2000 & wait process group N with signal 15',
    'info: killing /bin/sleep 1000 process group N with signal 15',
  ]);
  assert.throws(() => process.kill(first, 0));
  assert.equal(existsSync(recordFile), false);
});

test('a client that is killed is started again', async () => {
  const stage = new Stage(['/bin/sleep 1000']);
  await stage.clients.start();
  const pid = stage.clients.pid('/bin/sleep 1000');
  assert.ok(pid !== undefined);
  stage.lines.length = 0;
  process.kill(pid, 'SIGKILL');
  await stage.until(/^info: Starting "/);
  assert.deepEqual(stage.lines.slice(0, 3), [
    `warn: Managed /bin/sleep 1000 process ${pid} killed by ` +
      'signal 9 [SIGKILL - Kill, unblockable].',
    'error: Respawning client "/bin/sleep 1000":',
    `info: Starting child client "/bin/sleep 1000" (${uid},${gid})`,
  ]);
  await stage.clients.stop();
});

test('one that dies at once is given up after ten restarts, exit code 100 at once', async () => {
  const stage = new Stage(['sh -c exit\\ 3', 'sh -c exit\\ 100']);
  await stage.clients.start();
  await stage.until(/respawning too fast/);
  const count = (pattern: RegExp): number =>
    stage.lines.filter((line) => pattern.test(line)).length;
  assert.equal(count(/ 3 process \d+ exited with return code 3\.$/), 11);
  assert.equal(count(/^error: Respawning client "sh -c exit\\ 3":$/), 10);
  assert.equal(stage.lines.at(-1), 'error: Client sh -c exit\\ 3 "respawning too fast"');
  assert.equal(count(/exited with return code 100\.$/), 1);
  stage.lines.length = 0;
  await stage.clients.stop();
  assert.deepEqual(stage.lines, [
    'info: client [sh -c exit\\ 100] is not running.',
    'info: client [sh -c exit\\ 3] is not running.',
  ]);
});

test('the abnormal end of a failfast client is told, and it is not started again', async () => {
  const stage = new Stage(['sh -c exit\\ 1'], { failfast: true });
  await stage.clients.start();
  await stage.until(/exited with return code 1/);
  assert.deepEqual(stage.failed, ['sh -c exit\\ 1']);
  assert.equal(stage.lines.length, 3);
});

test('a failfast client that ends well, or that is stopped in order, reboots nothing', async () => {
  const commands = ['sh -c exit\\ 0', '/bin/sleep 1000'];
  const stage = new Stage(commands, { failfast: true });
  await stage.clients.start();
  await stage.until(/^error: Respawning client "sh/);
  const ends = stage.lines.filter((line) => line.includes('Managed')).map(numberless);
  assert.match(ends[0] ?? '', /^info: Managed sh .* exited with return code 0\.$/);
  await stage.clients.stop();
  assert.deepEqual(stage.failed, []);
});

test('a client that outlived a crash is ended before its like is started', async () => {
  const left = spawn('sleep', ['3000'], { detached: true, stdio: 'ignore' });
  assert.ok(left.pid !== undefined);
  new ClientRecord(recordFile).write([{ pid: left.pid, command: 'sleep 3000' }]);
  const gone = once(left, 'exit');
  const stage = new Stage(['/bin/sleep 3000']);
  await stage.clients.start();
  assert.deepEqual(await gone, [null, 'SIGTERM']);
  assert.match(stage.lines[0] ?? '', /^info: killing sleep 3000 process group \d+ with signal 15/);
  await stage.clients.stop();
});

test('a pid that another program has got since is left alone', async () => {
  const other = spawn('sleep', ['3000'], { detached: true, stdio: 'ignore' });
  assert.ok(other.pid !== undefined);
  const record = new ClientRecord(recordFile);
  record.write([{ pid: other.pid, command: 'sleep 3000' }]);
  const text = readFileSync(recordFile, 'utf8').replace(/"startTime":"\d+"/, '"startTime":"1"');
  writeFileSync(recordFile, text);
  await record.endLeftovers(() => assert.fail('nothing is to be said'));
  assert.equal(other.exitCode, null);
  process.kill(other.pid, 'SIGKILL');
});
