/** Verbs, signals, pid files and further instances, beside the genuine program: word by word. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BOX, IPVSADM } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';

const SCRIPT = fileURLToPath(new URL('../../director/life.sh', import.meta.url));
const GENUINE = '/usr/sbin/ldirectord';
const LIMIT_MS = 280_000;

const { program, dispose } = underTest();
after(dispose);

async function transcript(ldirectord: string): Promise<string> {
  const words = [process.execPath, IPVSADM, SCRIPT, ldirectord];
  const { stdout } = await promisify(execFile)(BOX, words, { timeout: LIMIT_MS });
  return stdout;
}

test('whatever a daemon is told, it does what the genuine one does', async () => {
  const [genuine, ours] = await Promise.all([transcript(GENUINE), transcript(program[0])]);
  assert.match(genuine, /== words/);
  assert.doesNotMatch(genuine, /^never/m);
  assert.equal(ours, genuine);
});
