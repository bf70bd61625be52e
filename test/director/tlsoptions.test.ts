/** LDIRECTORD_TLS_VERIFY and LDIRECTORD_TLS_CA, from the file of options to the table. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BOX, IPVSADM, playVector } from '../ldirectord/box.js';
import { OURS } from '../ldirectord/ours.js';
import { SIMULATION } from '../ldirectord/places.js';
import { underTest } from '../ldirectord/program.js';
import { type Vector, vectors } from '../ldirectord/vector.js';

const SCRIPT = fileURLToPath(new URL('../../director/tlsoptions.sh', import.meta.url));
const LIMIT_MS = 60_000;
const OPTIONS = '/etc/default/ldirectord';

const { program, dispose } = underTest();
after(dispose);

const PROBLEM = '  LDIRECTORD_TLS_VERIFY: [maybe] is neither yes nor no\n';
const TRANSCRIPT = `command: 2
${PROBLEM}resource: 2
${PROBLEM}init: 2
${PROBLEM}unit: 2
${PROBLEM}foreground: 2
${PROBLEM}${PROBLEM}4
start: 0
  ldirectord.ldirectord.pid
restart: 2
${PROBLEM}  ldirectord.ldirectord.pid
status: 0
  ldirectord for /etc/ha.d/ldirectord.cf is running
  ldirectord.ldirectord.pid
reload: 0
  ldirectord.ldirectord.pid
stop: 0
`;

test('a bad option is refused by every way to start, and ends no daemon', () => {
  const root = program[0].replace(/\/usr\/sbin\/ldirectord$/, '');
  const options = { encoding: 'utf8', timeout: LIMIT_MS } as const;
  const { stdout, stderr } = spawnSync(BOX, [process.execPath, IPVSADM, SCRIPT, root], options);
  assert.equal(stdout, TRANSCRIPT, stderr);
});

/** The recording with a self-signed server, which the genuine program refuses. */
function recording(): Vector {
  const found = vectors().find(({ name }) => name === '45-https');
  assert.ok(found !== undefined);
  return found;
}

describe('verified', { concurrency: true }, () => {
  test('a server that nobody has signed for stays out, as with the genuine program', async () => {
    const vector = recording();
    const wanted = vector.expected.phases.map(({ table_save }) => table_save);
    const files = { [OPTIONS]: { content: 'LDIRECTORD_TLS_VERIFY=yes\n' } };
    const found = await playVector(program, { ...vector, files }, wanted);
    assert.deepEqual(
      found.map(({ table_save }) => table_save),
      wanted,
    );
  });

  test('a server of the authority and the name that are named comes in', async () => {
    const vector = recording();
    const wanted = (OURS['45-https'] ?? []).map(({ table_save }) => table_save);
    const content = `LDIRECTORD_TLS_VERIFY=yes\nLDIRECTORD_TLS_CA=${SIMULATION}/cert.pem\n`;
    // As the certificate of the box has it.
    const config = vector.config.replace(
      'virtualhost=www.example.test',
      'virtualhost=test.invalid',
    );
    assert.notEqual(config, vector.config);
    const changed = { ...vector, config, files: { [OPTIONS]: { content } } };
    const found = await playVector(program, changed, wanted);
    assert.deepEqual(
      found.map(({ table_save }) => table_save),
      wanted,
    );
  });
});
