/** Files that hold servers out of service. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TEST_MACHINE } from './config/machine.fixture.js';
import { parse } from './config/parse.js';
import { MaintenanceWatch, maintenanceNames } from './maintenance.js';

const directory = mkdtempSync(join(tmpdir(), 'ldirectord-maintenance-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('a file is named like the address or the host, with or without the port', () => {
  assert.deepEqual(maintenanceNames({ address: '10.0.0.1', port: 80 }, 'web1.example.com'), [
    '10.0.0.1:80',
    '10.0.0.1',
    'web1.example.com:80',
    'web1.example.com',
    'web1:80',
    'web1',
  ]);
  assert.deepEqual(maintenanceNames({ address: '2001:db8::1', port: 80 }, undefined), [
    '[2001:db8::1]:80',
    '[2001:db8::1]',
  ]);
});

test('the servers named in the directory are held, each once', async () => {
  const text = [
    `maintenancedir=${directory}`,
    'virtual=10.255.0.1:80',
    '\treal=10.0.0.1:80 gate',
    '\treal=10.0.0.1:81 gate',
    '\treal=127.0.0.1:80 gate',
    'virtual=10.255.0.2:80',
    '\treal=10.0.0.1:80 gate',
  ].join('\n');
  const { configuration } = parse(text, 'x.cf', TEST_MACHINE);
  assert.ok(configuration);
  const watch = new MaintenanceWatch(() => 0);
  const held = async (...names: readonly string[]) => {
    for (const name of names) writeFileSync(join(directory, name), '');
    const servers = await watch.held(configuration);
    for (const name of names) rmSync(join(directory, name));
    return servers.map(({ address, port }) => `${address} ${port}`);
  };
  assert.deepEqual(await held(), []);
  assert.deepEqual(await held('other'), []);
  assert.deepEqual(await held('10.0.0.1:80'), ['10.0.0.1 80']);
  assert.deepEqual(await held('10.0.0.1'), ['10.0.0.1 80', '10.0.0.1 81']);
  assert.deepEqual(await held('localhost'), ['127.0.0.1 80']);
});

test('a silent name server holds up nobody; its answer counts when it comes', async () => {
  const reals = Array.from({ length: 50 }, (_, index) => `\treal=10.0.0.${index + 1}:80 gate`);
  const text = [`maintenancedir=${directory}`, 'virtual=10.255.0.1:80', ...reals].join('\n');
  const { configuration } = parse(text, 'x.cf', TEST_MACHINE);
  assert.ok(configuration);
  const asked: string[] = [];
  let answer: (host: string) => void = () => undefined;
  const watch = new MaintenanceWatch(
    () => 0,
    (address) => {
      asked.push(address);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  );
  writeFileSync(join(directory, 'web2'), '');
  writeFileSync(join(directory, '10.0.0.7'), '');
  const begun = performance.now();
  const held = async () => (await watch.held(configuration)).map(({ address }) => address);
  assert.deepEqual(await held(), ['10.0.0.7']);
  assert.ok(performance.now() - begun < 5_000);
  assert.deepEqual(asked, ['10.0.0.1', '10.0.0.2']);
  answer('web2.example.com');
  assert.deepEqual(await held(), ['10.0.0.2', '10.0.0.7']);
  assert.equal(asked.length, 3);
  for (const name of ['web2', '10.0.0.7']) rmSync(join(directory, name));
});

test('a directory that is not there holds nothing', async () => {
  const text = 'maintenancedir=/nonexistent\nvirtual=10.255.0.1:80\n\treal=10.0.0.1:80 gate\n';
  const { configuration } = parse(text, 'x.cf', TEST_MACHINE);
  assert.ok(configuration);
  assert.deepEqual(await new MaintenanceWatch(() => 0).held(configuration), []);
});
