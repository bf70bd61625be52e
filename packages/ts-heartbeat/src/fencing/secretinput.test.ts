/** Tests of the standard input without a name. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runChild } from '@ts-heartbeat/platform/child';
import { withSecretInput } from './secretinput.js';

test('a child reads it by descriptor and by name; nothing is left behind', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'input-'));
  const read = (argv: readonly [string, ...string[]]) =>
    withSecretInput(directory, 'geheim\n', (stdin) =>
      runChild({ argv, environment: {}, stdin, stdout: { firstBytes: 100 } }),
    );
  const [plain, named] = await Promise.all([read(['/bin/cat']), read(['/bin/cat', '/dev/stdin'])]);
  assert.equal(plain.stdout, 'geheim\n');
  assert.equal(named.stdout, 'geheim\n');
  assert.deepEqual(readdirSync(directory), []);
  rmSync(directory, { recursive: true });
  assert.throws(() => withSecretInput(directory, '', () => 0), { code: 'ENOENT' });
});
