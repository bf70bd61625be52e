/** Tests of the supervisor script together with the daemon's side of it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Supervision } from './supervision.js';

const SUPERVISOR = fileURLToPath(new URL('../scripts/supervisor', import.meta.url));

/** What a daemon does that has got as far as its own supervisor. */
const SUPERVISED = 'echo supervised >&"$HA_STARTER"\n';
/** Longer than any test: nothing is released. */
const PATIENCE = '100';

let directory: string;
let shells: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'supervision-'));
  // In place of the daemon: notes with which words it was started, and that it has a supervisor.
  writeFileSync(file('daemon'), `echo "$@" >> "${file('started')}"\n${SUPERVISED}`);
});
afterEach(() => {
  for (const shell of shells) shell.kill('SIGKILL');
  shells = [];
  rmSync(directory, { recursive: true });
});

const file = (name: string): string => join(directory, name);

/** A supervisor of a daemon whose pid is 4711; `say` is what the daemon tells it. */
function supervise({ crashes = 0, patience = PATIENCE, supervisor = SUPERVISOR } = {}): {
  say(text: string): void;
  end(): Promise<number | null>;
} {
  writeFileSync(file('pid'), '      4711\n');
  const numbers = ['4711', String(crashes), patience];
  const words = [supervisor, file('pid'), ...numbers, '/bin/sh', file('daemon')];
  const shell = spawn('/bin/sh', words, { stdio: ['pipe', 'ignore', 'ignore'] });
  shells.push(shell);
  return {
    say: (text) => void shell.stdin?.write(`${text}\n`),
    end: async () => {
      shell.stdin?.end();
      const [code] = (await once(shell, 'exit')) as [number | null];
      return code;
    },
  };
}

function started(): string | undefined {
  return existsSync(file('started')) ? readFileSync(file('started'), 'utf8') : undefined;
}

test('after a goodbye nothing is started', async () => {
  const supervisor = supervise();
  supervisor.say('steady');
  supervisor.say('bye');
  assert.equal(await supervisor.end(), 0);
  assert.equal(started(), undefined);
});

test('a crash starts the daemon again, with the number of crashes in a row', async () => {
  await supervise().end();
  assert.equal(started(), '--daemon --crashed=1\n');
  await supervise({ crashes: 1 }).end();
  assert.equal(started(), '--daemon --crashed=1\n--daemon --crashed=2\n');
});

test('a daemon that has run for a while crashes for the first time', async () => {
  const supervisor = supervise({ crashes: 7 });
  supervisor.say('steady');
  await supervisor.end();
  assert.equal(started(), '--daemon --crashed=1\n');
});

test('the more crashes, the longer the pause, and in the end no start', async () => {
  const begun = performance.now();
  await supervise({ crashes: 2 }).end();
  assert.ok(performance.now() - begun > 900);
  assert.equal(started(), '--daemon --crashed=3\n');
  assert.equal(await supervise({ crashes: 10 }).end(), 1);
  assert.equal(started(), '--daemon --crashed=3\n');
});

test('a life that ends before it has a supervisor is followed by another one', async () => {
  const script = `echo "$@" >> "${file('started')}"
    [ "$(wc -l < "${file('started')}")" -lt 2 ] || ${SUPERVISED}`;
  writeFileSync(file('daemon'), script);
  assert.equal(await supervise().end(), 0);
  assert.equal(started(), '--daemon --crashed=1\n--daemon --crashed=2\n');
});

test('a restart whose life ends before it has a supervisor counts as a crash', async () => {
  const script = `echo "$@" >> "${file('started')}"\n[ "$2" = --restarted ] || ${SUPERVISED}`;
  writeFileSync(file('daemon'), script);
  const supervisor = supervise();
  supervisor.say('again 0 local');
  assert.equal(await supervisor.end(), 0);
  assert.equal(started(), '--daemon --restarted --held=local\n--daemon --crashed=1\n');
});

test('a daemon that took the pid file and died is started again', async () => {
  const script = `echo "$@" >> "${file('started')}"
    echo "      $$" > "${file('pid')}"
    [ "$(wc -l < "${file('started')}")" -lt 2 ] || ${SUPERVISED}`;
  writeFileSync(file('daemon'), script);
  assert.equal(await supervise().end(), 0);
  assert.equal(started(), '--daemon --crashed=1\n--daemon --crashed=2\n');
});

test('what is held is released when no life begins in time, and not when one does', async () => {
  const supervisor = file('supervisor');
  copyFileSync(SUPERVISOR, supervisor);
  writeFileSync(file('release'), `#!/bin/sh\n: > "${file('released')}"\n`, { mode: 0o755 });
  await supervise({ supervisor, patience: '0.3' }).end();
  await delay(600);
  assert.equal(existsSync(file('released')), false);
  // The third life in a row is a second away.
  await supervise({ supervisor, patience: '0.3', crashes: 2 }).end();
  assert.equal(existsSync(file('released')), true);
});

test('a restart begins the next life with what is held', async () => {
  const supervisor = supervise({ crashes: 3 });
  supervisor.say('again 0 foreign');
  await supervisor.end();
  assert.equal(started(), '--daemon --restarted --held=foreign\n');
  for (const more of ['incomplete', 'incomplete,failback']) {
    const incomplete = supervise();
    incomplete.say(`again 0 all ${more}`);
    await incomplete.end();
    assert.equal(started()?.split('\n').at(-2), `--daemon --restarted=${more} --held=all`);
  }
  const nonsense = supervise();
  nonsense.say('again 0 $(reboot)');
  assert.equal(await nonsense.end(), 1);
});

test('a daemon whose pid file is gone, or another one stands in it, is not started', async () => {
  for (const text of [undefined, '      4712\n']) {
    const supervisor = supervise();
    if (text === undefined) rmSync(file('pid'));
    else writeFileSync(file('pid'), text);
    assert.equal(await supervisor.end(), 0);
    assert.equal(started(), undefined);
  }
});

test('a supervisor that is killed is replaced, and the other one is told the end', async () => {
  const lines: string[] = [];
  const supervision = new Supervision({
    supervisor: SUPERVISOR,
    pidFile: file('pid'),
    crashes: 0,
    patience: 100_000,
    command: ['/bin/sh', file('daemon')],
    environment: { PATH: process.env.PATH ?? '' },
    say: (severity, text) => lines.push(`${severity}: ${text}`),
    restartPause: 5,
  });
  supervision.begin();
  const first = supervision.pid;
  assert.ok(first !== undefined);
  process.kill(first, 'SIGKILL');
  while (supervision.pid === undefined || supervision.pid === first) await delay(5);
  assert.deepEqual(lines, [
    `error: Supervisor [${first}] ended with SIGKILL. Starting another one.`,
  ]);
  const second = supervision.pid;
  await supervision.bye();
  process.kill(second, 'SIGKILL');
});
