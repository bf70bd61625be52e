/** The sample files that come with the package: sound, and without a word of complaint. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ConfigFile } from '@ts-heartbeat/core/config/file';
import { readGroups } from '@ts-heartbeat/core/config/haresources';
import { machineFixture } from '@ts-heartbeat/core/config/machine.fixture';
import { readStartup } from '@ts-heartbeat/core/config/startup';

function sample(name: string): ConfigFile {
  const text = readFileSync(new URL(`../../samples/${name}`, import.meta.url), 'latin1');
  return { path: name, text, mode: 0o600 };
}

test("the samples are the tutorial's cluster", () => {
  const haresources = sample('haresources');
  const files = { hacf: sample('ha.cf'), authkeys: sample('authkeys'), haresources };
  const { settings, keyring, problems, exitCode } = readStartup(files, machineFixture());
  assert.equal(exitCode, 0);
  assert.deepEqual(
    problems.filter(({ severity }) => severity !== 'info').map(({ text }) => text),
    ['Logging daemon is disabled --enabling logging daemon is recommended'],
  );
  assert.deepEqual(
    settings?.media.map(({ kind }) => kind),
    ['serial', 'mcast', 'ping_group'],
  );
  assert.equal(keyring?.signing, 1);
  assert.deepEqual(
    readGroups(haresources).groups.map(({ node, key }) => `${node} ${key}`),
    ['loadbalancer lvs'],
  );
});
