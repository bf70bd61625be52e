/** A seed is a run, byte for byte: whatever the time zone, the language, the folder, and the load. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../../sim/digests.txt', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./digests.js', import.meta.url));
/** The digests become what is expected. */
const REWRITE = process.env.TS_HEARTBEAT_REWRITE === '1';

/** What the program prints there. */
async function digests(cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [PROGRAM], { cwd, env, stdio: [...stdio] });
  const { stdout } = child;
  assert.ok(stdout);
  const [printed, [code]] = await Promise.all([text(stdout), once(child, 'exit')]);
  assert.equal(code, 0);
  return printed;
}

test('the same digests as ever, in two places at once', async () => {
  const [one, other] = await Promise.all([
    digests(tmpdir(), { TZ: 'Asia/Tokyo', LANG: 'ja_JP.UTF-8' }),
    digests('/', { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' }),
  ]);
  assert.equal(one, other);
  assert.equal(new Set(one.trimEnd().split('\n')).size, 21);
  if (REWRITE) writeFileSync(FILE, one);
  else assert.equal(one, readFileSync(FILE, 'utf8'), `TS_HEARTBEAT_REWRITE=1 rewrites ${FILE}`);
});
