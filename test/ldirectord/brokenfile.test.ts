/** Verbs when the configuration is not what the daemon was started with, and starts that collide, early signals. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BOX, IPVSADM } from './box.js';
import { underTest } from './program.js';

const SCRIPT = fileURLToPath(new URL('../../ldirectord/brokenfile.sh', import.meta.url));
const LIMIT_MS = 60_000;

const { program, dispose } = underTest();
after(dispose);

const FILE = '/etc/ha.d/ldirectord.cf';
const ERROR = `Error [PID] reading file ${FILE} at line 1: Unknown command nosuch=1
 
`;
const RUNNING = `ldirectord for ${FILE} is running with pid: PID
`;
// The shell takes trailing newlines off what it captures, but not the blank line before them.
const TRANSCRIPT = `second start: 0
first start: 0
daemons: 1
reload: 2
${ERROR}status: 0
${ERROR}${RUNNING}restart: 2
${ERROR}stop: 0
${ERROR}gone
status: 2
${ERROR}stop: 2
${ERROR}start: 0
stop: 0
Config file ldirectord.cf not found
gone
${`status: 0\n${RUNNING}gone\n`.repeat(3)}`;

test('a broken file keeps nobody from asking for the daemon, or from stopping it', () => {
  const words = [process.execPath, IPVSADM, SCRIPT, program[0]];
  const { stdout, stderr } = spawnSync(BOX, words, { encoding: 'utf8', timeout: LIMIT_MS });
  assert.equal(stdout, TRANSCRIPT, stderr);
});
