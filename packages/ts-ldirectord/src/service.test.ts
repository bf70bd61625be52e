/** The running daemon, on a table in memory. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TlsRules } from './checks/tls.js';
import { readConfiguration } from './command/read.js';
import { MemoryIpvs } from './ipvs/memory.js';
import { Service } from './service.js';

const directory = mkdtempSync(join(tmpdir(), 'ldirectord-service-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const REAL = '10.0.0.1:80';
const LIMIT_MS = 20_000;

function fileOf(interval: number): string {
  return [
    `checkinterval=${interval}`,
    'quiescent=yes',
    'cleanstop=no',
    `maintenancedir=${directory}`,
    'virtual=10.255.0.1:80',
    `\treal=${REAL} gate`,
    '\tchecktype=on',
  ].join('\n');
}

test('from a reload on the rounds are as long as the new file says', async () => {
  const path = join(directory, 'x.cf');
  writeFileSync(path, fileOf(3600));
  const ipvs = new MemoryIpvs();
  const handover = { file: path, path, name: 'x', program: ['/bin/false'] as const };
  const options = { hostName: 'director', debug: false };
  const service = new Service({
    ...options,
    handover: { ...handover, debug: false, foreground: true },
    log: { write: () => {}, close: async () => {} },
    ipvs,
    tls: new TlsRules(),
  });
  const result = await readConfiguration(handover, options);
  assert.ok(result.configuration);
  const ended = service.run(result.configuration, result);
  const becomes = async (weight: number): Promise<boolean> => {
    for (const since = performance.now(); performance.now() - since < LIMIT_MS; await sleep(20)) {
      const [virtual] = (await ipvs.read({ thresholds: false })).values();
      if (virtual?.destinations.get(REAL)?.contents.weight === weight) return true;
    }
    return false;
  };
  assert.ok(await becomes(1), 'it is not in');
  writeFileSync(path, fileOf(1));
  await service.reloadOnSignal();
  writeFileSync(join(directory, REAL), '');
  assert.ok(await becomes(0), 'in maintenance it is not out');
  service.stop('TERM');
  await ended;
});
