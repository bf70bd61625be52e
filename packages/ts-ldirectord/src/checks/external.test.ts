/** Programs of checks that do not end by themselves. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { CheckResult, ExternalSpec } from './check.js';
import { runCheck } from './run.js';

const directory = mkdtempSync(path.join(tmpdir(), 'external-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${text}`, { mode: 0o755 });
  return file;
}

function external(command: string, change: Partial<ExternalSpec> = {}): ExternalSpec {
  const args = ['10.255.0.1', '80', '10.0.0.1', '8080'];
  return { kind: 'external', perl: false, command, args, timeout: 400, ...change };
}

function check(spec: ExternalSpec): Promise<CheckResult> {
  return runCheck(spec, new AbortController().signal);
}

/** Waits until each process is gone, or is nothing but an exit status any more. */
async function allGone(pids: readonly string[]): Promise<void> {
  const alive = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
    } catch {
      return false;
    }
  };
  for (let round = 0; pids.some(alive); round += 1) {
    assert.ok(round < 200, `left behind: ${pids.filter(alive)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Writes its own pid and those of its children, that ignore SIGTERM and keep its output open. */
const STUBBORN = `
  (trap '' TERM; echo "$(exec sh -c 'echo $PPID')" >> "$0.pids"; while :; do sleep 1; done) &
  (trap '' TERM; while :; do echo noise; sleep 1; done) & echo $! >> "$0.pids"
`;

function pidsOf(program: string): readonly string[] {
  return readFileSync(`${program}.pids`, 'utf8').trim().split('\n');
}

test('children that ignore SIGTERM and keep the output open go with their program', async () => {
  const polite = script('polite', `${STUBBORN} echo $$ >> "$0.pids"; exec sleep 60`);
  const rude = script('rude', `trap '' TERM; ${STUBBORN} echo $$ >> "$0.pids"; sleep 60; sleep 60`);
  for (const program of [polite, rude]) {
    const { up, ms } = await check(external(program));
    assert.equal(up, false);
    assert.ok(ms < 1500, `${ms} ms`);
    assert.equal(pidsOf(program).length, 3);
    await allGone(pidsOf(program));
  }
});

test('a program that writes without end is bounded by its time alone', async () => {
  const before = process.memoryUsage().rss;
  const { up } = await check(external('/bin/sh', { args: ['-c', 'yes; yes >&2'] }));
  assert.equal(up, false);
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
});

test('a program killed by a signal is down; one that leaves a child behind is up', async () => {
  const killed = script('killed', 'kill -9 $$');
  const { up, message } = await check(external(killed));
  assert.deepEqual([up, message], [false, 'exit code SIGKILL']);
  const background = script('background', 'sleep 60 & echo $! > "$0.pid"');
  assert.equal((await check(external(background, { timeout: 5000 }))).up, true);
  process.kill(Number(readFileSync(`${background}.pid`, 'utf8')), 'SIGKILL');
});

test('external-perl: a file may return or exit, and finds its words in both places', async () => {
  const file = (name: string, text: string): string => {
    const place = path.join(directory, name);
    writeFileSync(place, text);
    return place;
  };
  const words = '"@_" eq "10.255.0.1 80 10.0.0.1 8080" && "@_" eq "@ARGV"';
  const cases: readonly [string, string][] = [
    [`exit(${words} ? 0 : 1);`, 'exit code 0'],
    [`return 1 if ${words}; exit 1;`, 'exit code 0'],
    ['exit 7;', 'exit code 7'],
    ['exit 0', 'exit code 0'],
  ];
  for (const [n, [text, message]] of cases.entries()) {
    const spec = external(file(`check${n}.pl`, text), { perl: true, timeout: 5000 });
    const result = await check(spec);
    assert.deepEqual([result.message, result.up], [message, message.endsWith(' 0')], text);
  }
  const broken = await check(external(file('broken.pl', 'exit ('), { perl: true, timeout: 5000 }));
  assert.equal(broken.up, false);
});

test('what still runs when the daemon ends is ended with it', async () => {
  const program = script('lasting', `trap '' TERM; ${STUBBORN} echo $$ >> "$0.pids"; sleep 60`);
  const daemon = `
    import { existsSync, readFileSync } from 'node:fs';
    import { Checks } from ${JSON.stringify(new URL('./checks.js', import.meta.url))};
    const checks = new Checks();
    checks.begin(1, ${JSON.stringify(external(program, { timeout: 60_000 }))}, () => {});
    const pids = ${JSON.stringify(`${program}.pids`)};
    const begun = () => existsSync(pids) && readFileSync(pids, 'utf8').split('\\n').length > 3;
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 20));
    checks.close();
    process.exit(0);
  `;
  execFileSync(process.execPath, ['--input-type=module', '-e', daemon], { timeout: 30_000 });
  assert.ok(existsSync(`${program}.pids`));
  await allGone(pidsOf(program));
});

test('a hundred programs that hang hold up neither the event loop nor a good one', async (t) => {
  let longest = 0;
  let before = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
  }, 5);
  t.after(() => clearInterval(watch));
  const hang = (n: number) => check(external('/bin/sleep', { args: [`60.${n}`] }));
  const round = () => Promise.all(Array.from({ length: 100 }, (_, n) => hang(n)));
  assert.ok((await round()).every(({ up }) => !up));
  // They are known now: what is well finds a place among them.
  const second = round();
  const begun = performance.now();
  const good = await check(external('/bin/true', { timeout: 5000 }));
  assert.equal(good.up, true);
  assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`);
  await second;
  assert.ok(longest < 500, `the event loop stood still for ${longest} ms`);
});
