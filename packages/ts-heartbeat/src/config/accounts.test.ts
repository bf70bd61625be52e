/** Users, groups and services of this machine. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemAccounts } from './accounts.js';
import { parseServices } from './services.js';

test('accounts come from the files', () => {
  const root = mkdtempSync(join(tmpdir(), 'accounts-'));
  try {
    mkdirSync(join(root, 'etc'));
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nhalf:x\n+::::::\nhacluster:x:694:695::/:/bin/false\n',
    );
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nhaclient:x:695:hacluster\n');
    const accounts = systemAccounts(root);
    assert.deepEqual(accounts.user('hacluster'), { uid: 694, gid: 695 });
    assert.equal(accounts.group('haclient'), 695);
    for (const name of ['', 'half', 'no such user', 'x:y', '../x', '-r', 'no-such-user-at-all']) {
      assert.equal(accounts.user(name), undefined, name);
      assert.equal(accounts.group(name), undefined, name);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('only UDP services count, by name, alias and port', () => {
  const services = parseServices(
    '# ntp 1/udp\nssh 22/tcp\nntp\t123/udp time # x\nother 123/udp\nha-cluster 694/udp\nbad x/udp\n',
  );
  assert.equal(services.port('ntp'), 123);
  assert.equal(services.port('time'), 123);
  assert.equal(services.port('ha-cluster'), 694);
  assert.equal(services.port('ssh'), undefined);
  assert.equal(services.name(123), 'ntp');
  assert.equal(services.name(22), undefined);
});
