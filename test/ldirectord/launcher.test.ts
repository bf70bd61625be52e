/** The shell launcher: status, stop and reload without Node.js. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BOX, IPVSADM } from './box.js';
import { normalize } from './normalize.js';
import { underTest } from './program.js';

const SCRIPT = fileURLToPath(new URL('../../ldirectord/launcher.sh', import.meta.url));
const LIMIT_MS = 60_000;

const { program, dispose } = underTest();
after(dispose);

const FILE = '/etc/ha.d/ldirectord.cf';
const TRANSCRIPT = `start: 0
status: 0
  ldirectord for ${FILE} is running with pid: PID
stop: 0
status: 3
  ldirectord is stopped for ${FILE}
stop: 0
reload: 1
Invoking ldirectord invoked as: ldirectord status 
Exiting from ldirectord status
Invoking ldirectord invoked as: ldirectord stop 
Invoking ldirectord invoked as: ldirectord status 
Exiting with exit_status 3: Exiting from ldirectord status
Invoking ldirectord invoked as: ldirectord stop 
Invoking ldirectord invoked as: ldirectord reload 
Exiting with exit_status 1: Exiting from ldirectord reload
status: 1
  ldirectord stale pid file /var/run/ldirectord.ldirectord.pid for ${FILE}
  ldirectord is stopped for ${FILE}
Invoking ldirectord invoked as: ldirectord status 
Exiting with exit_status 1: Exiting from ldirectord status
status: 2
  Error [PID] reading file ${FILE} at line 1: Unknown command nosuch=1
   
`;

test('a good configuration is answered for in the shell, a changed one is read', () => {
  const node = realpathSync(process.execPath);
  const words = [process.execPath, IPVSADM, SCRIPT, program[0], node];
  // The launcher must find the very Node.js that is taken away.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const options = { encoding: 'utf8', timeout: LIMIT_MS, env } as const;
  const { stdout, stderr } = spawnSync(BOX, words, options);
  const said = normalize(stdout.replace(/^ {2}(Error )/gm, '$1')).replace(/^Error /gm, '  Error ');
  assert.equal(said, TRANSCRIPT, stderr);
});
