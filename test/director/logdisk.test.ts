/** A log disk that stands still: checks, commands, a reload and the stop do not wait for it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BOX, IPVSADM } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';

const SCRIPT = fileURLToPath(new URL('../../director/logdisk.sh', import.meta.url));
const LIMIT_MS = 120_000;

const { program, dispose } = underTest();
after(dispose);

const TRANSCRIPT = `start: 0
up
down
up again
status: 0
reload: 0
reloaded
stop: 0
gone
written
the command, too
Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)
Quiescent real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 0)
Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)
Reloading Linux Director Daemon config on signal
Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 3)
Purged real server (stop): 10.0.0.1:80 (10.255.0.1:80)
Purged virtual server (stop): 10.255.0.1:80
`;

test('everything goes on, and all that was said is written when the disk moves', () => {
  const words = [process.execPath, IPVSADM, SCRIPT, program[0]];
  const { stdout, stderr } = spawnSync(BOX, words, { encoding: 'utf8', timeout: LIMIT_MS });
  assert.equal(stdout, TRANSCRIPT, stderr);
});
