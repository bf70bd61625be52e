/** The namespace lab itself: hosts, network, power, serial cable; nothing is left behind. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LoadClient } from './load/client.js';
import { ipv6Of, openPair, type Pair, type PairOptions } from './pair.js';
import { labProgram } from './place.js';
import type { Stack } from './stack.js';
import { startWebServer } from './webserver.js';

/** Hosts without any cluster software. */
const BARE: Stack = { name: 'ours', layers: [], hidden: ['/etc/ha.d'], dispose: () => {} };

async function withLab(
  body: (lab: Pair) => Promise<void>,
  options: PairOptions = {},
): Promise<void> {
  const lab = await openPair(BARE, options);
  try {
    await body(lab);
  } finally {
    await lab.close();
  }
}

/** Lines of a task, and waiting for one of them. */
function lines(): { add(line: { text: string }): void; has(text: string): Promise<void> } {
  const seen: string[] = [];
  const waiting = new Map<string, () => void>();
  return {
    add(line) {
      seen.push(line.text);
      waiting.get(line.text)?.();
    },
    has: (text) =>
      seen.includes(text) ? Promise.resolve() : new Promise((done) => waiting.set(text, done)),
  };
}

test('a host has its own name, network, processes, files and log', () =>
  withLab(async ({ site }) => {
    const name = await site.run('backup', ['uname', '-n']);
    assert.equal(name.stdout, 'backup\n');
    assert.equal((await site.run('backup', ['test', '-e', '/etc/ha.d'])).code, 1);
    await site.put('backup', '/etc/ha.d/ha.cf', 'node backup\n', 0o600);
    assert.equal((await site.run('backup', ['cat', '/etc/ha.d/ha.cf'])).stdout, 'node backup\n');
    assert.equal((await site.run('loadbalancer', ['test', '-e', '/etc/ha.d'])).code, 1);
    const ping = ['ping', '-c', '1', '-W', '2', '192.168.136.12'];
    assert.equal((await site.run('loadbalancer', ping)).code, 0);
    const processes = await site.run('backup', ['sh', '-c', 'echo /proc/[0-9]*']);
    assert.ok(processes.stdout.split(' ').length < 6, processes.stdout);
  }));

test('a file is written in the host, whatever links lead there', () =>
  withLab(async ({ site }) => {
    const place = mkdtempSync(join(tmpdir(), 'ts-heartbeat-link-'));
    const target = join(place, 'target');
    writeFileSync(target, 'mine');
    // The host has its own /tmp: followed from outside, the link would end in the machine's.
    await site.run('backup', ['sh', '-c', 'mkdir -p "$0"; ln -s "$0/target" /etc/link', place]);
    await site.put('backup', '/etc/link', 'the host’s\n');
    assert.equal((await site.run('backup', ['cat', '/etc/link'])).stdout, 'the host’s\n');
    assert.equal(readFileSync(target, 'utf8'), 'mine');
    rmSync(place, { recursive: true });
  }));

test('cables are pulled and plugged, power is cut, the disk and the log stay', () =>
  withLab(async ({ site }) => {
    const log = lines();
    await site.follow('backup', 'ha-log', log.add);
    await site.run('backup', ['sh', '-c', 'echo one >>/var/log/ha-log; echo x >/etc/kept']);
    await log.has('one');
    await site.unplug('backup');
    const ping = ['ping', '-c', '1', '-W', '1', '192.168.136.12'];
    assert.notEqual((await site.run('client', ping)).code, 0);
    const carrier = ['cat', '/sys/class/net/eth0/carrier'];
    assert.equal((await site.run('backup', carrier)).stdout, '0\n');
    await site.plug('backup');
    // A switch port needs a moment: one answer within five seconds.
    const pings = ['ping', '-c', '1', '-w', '5', '192.168.136.12'];
    assert.equal((await site.run('client', pings)).code, 0);

    const daemon = await site.start('backup', ['sleep', '1000'], () => {});
    await site.powerOff('backup');
    assert.equal(await daemon.ended, 137);
    await assert.rejects(site.powerOff('backup'), /is off/);
    await site.powerOn('backup');
    assert.equal((await site.run('backup', ['cat', '/etc/kept'])).stdout, 'x\n');
    await site.run('backup', ['sh', '-c', 'echo two >>/var/log/ha-log']);
    await log.has('two');
  }));

test('a reboot from inside ends the host, not the machine', () =>
  withLab(async ({ site }) => {
    const outcome = await site.run('backup', ['reboot', '-nf'], { timeoutMs: 5000 });
    assert.notEqual(outcome.code, 124);
    const note = await site.run('backup', ['cat', '/var/log/reboot-called']);
    assert.match(note.stdout, /reboot -nf/);
  }));

test('the serial cable carries bytes at its speed, is cut, joined and disturbed', () =>
  withLab(async ({ site, serial }) => {
    const heard = lines();
    await site.start('loadbalancer', ['cat', '/dev/ttyS0'], heard.add);
    const say = (text: string) => site.run('backup', ['sh', '-c', `echo ${text} >/dev/ttyS0`]);
    await say('hello');
    await heard.has('hello');
    await serial.cut();
    await say('lost');
    await serial.join();
    const before = performance.now();
    await say('x'.repeat(500));
    await heard.has('x'.repeat(500));
    // 501 bytes of ten bits at 19200 baud.
    assert.ok(performance.now() - before > 230);
    await serial.noise('backup', 'noise\n');
    await heard.has('noise');
  }));

test('there are IPv6 addresses at once, and a second network and serial cable where wanted', () =>
  withLab(
    async ({ site, furtherSerial }) => {
      const reaches = async (address: string): Promise<boolean> =>
        (await site.run('loadbalancer', ['ping', '-c', '1', '-W', '2', address])).code === 0;
      assert.ok(await reaches(ipv6Of('backup')));
      assert.ok(await reaches('192.168.137.12'));
      await site.unplug('backup', 'eth1');
      assert.ok(!(await reaches('192.168.137.12')));
      assert.ok(await reaches('192.168.136.12'));
      assert.equal(furtherSerial?.length, 1);
      const said = await site.run('loadbalancer', ['test', '-c', '/dev/ttyS1']);
      assert.equal(said.code, 0);
    },
    { cables: 2, secondNetwork: true },
  ));

test('a director that is off gets other programs and keeps its own files', () =>
  withLab(async ({ site, refit }) => {
    const hidden = async (): Promise<number> =>
      (await site.run('backup', ['test', '-e', '/usr/libexec/heartbeat'])).code;
    assert.equal(await hidden(), 0);
    await site.put('backup', '/etc/ha.d/ha.cf', 'node backup\n');
    await site.powerOff('backup');
    await refit('backup', { ...BARE, hidden: ['/etc/ha.d', '/usr/libexec/heartbeat'] });
    await site.powerOn('backup');
    assert.equal(await hidden(), 1);
    assert.equal((await site.run('backup', ['cat', '/etc/ha.d/ha.cf'])).stdout, 'node backup\n');
  }));

test('the load client tells who answered and the longest gap', () =>
  withLab(async ({ site }) => {
    const virtual = ['ip', 'addr', 'add', '192.168.136.10/24', 'dev', 'eth0'];
    await site.run('backup', virtual);
    await startWebServer(site, 'backup');
    const client = await LoadClient.start(site, 'client');
    await client.span();
    await site.unplug('backup');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await site.plug('backup');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const span = await client.span();
    assert.ok((span.answers.backup ?? 0) > 5, JSON.stringify(span));
    assert.ok(span.longestGapMs >= 300, JSON.stringify(span));
    await client.stop();
  }));

test('a test that is killed leaves no host behind', async () => {
  const program = `
    const { openPair } = await import(${JSON.stringify(labProgram('pair.js'))});
    await openPair({ name: 'ours', layers: [], hidden: [], dispose() {} });
    console.log('open');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const started = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' });
  const hosts = started.split('\n').filter((line) => line.includes(` ${child.pid} `));
  assert.ok(hosts.length >= 4, started);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const pids = hosts.map((line) => line.trim().split(/\s+/)[0]);
  for (let tries = 0; ; tries += 1) {
    const left = execFileSync('ps', ['-eo', 'pid,stat'], { encoding: 'utf8' }).split('\n');
    const alive = pids.filter((pid) =>
      left.some((line) => new RegExp(`^\\s*${pid} +[^Z]`).test(line)),
    );
    if (alive.length === 0) break;
    assert.ok(tries < 50, `still there: ${alive.join(' ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
