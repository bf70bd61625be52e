/** Tests of the scripts in rc.d. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Message } from '@ts-heartbeat/core/message/message';
import { RcScripts } from './scripts.js';
import { isStockScript } from './stock.js';

const directory = mkdtempSync(join(tmpdir(), 'rc.d-'));
/** The scripts that a package installs. */
const STOCK = fileURLToPath(new URL('../../ts-resource-runner/scripts/rc.d', import.meta.url));
const calls = join(directory, 'calls');
mkdirSync(join(directory, 'rc.d'));
after(() => rmSync(directory, { recursive: true }));

function script(name: string, text: string, mode = 0o755): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`, { mode });
  chmodSync(join(directory, name), mode);
}

function scripts(lines: string[] = []): RcScripts {
  return new RcScripts({
    directory,
    say: (severity, text) => lines.push(`${severity}: ${text}`),
    log: ({ severity, text, tag }) => lines.push(`${tag}: ${severity}: ${text}`),
    environment: () => ({ PATH: process.env.PATH ?? '', HA_CURHOST: 'alpha' }),
  });
}

const note = `echo "$1 $HA_CURHOST $HA_OSTATUS $HA_st $HA_src" >> ${calls}`;

test('a script is run through harc with the fields of the message, others are not', async () => {
  script('harc', `exec "${directory}/rc.d/$1" "$1"`);
  script('rc.d/status', `sleep 0.1\n${note}`);
  script('rc.d/other', note);
  script('rc.d/plain', note, 0o644);
  copyFileSync(join(STOCK, 'ip-request'), join(directory, 'rc.d/ip-request'));
  const lines: string[] = [];
  const rc = scripts(lines);
  assert.deepEqual([...rc.users].sort(), ['other', 'status']);
  const message = Message.of({ t: 'status', st: 'dead', src: 'beta' });
  const environment = { HA_OSTATUS: 'active' };
  const runs = ['status', 'other', 'plain', 'ip-request', 'unknown', '../harc'].map((type) =>
    rc.run(type, message, environment),
  );
  await Promise.all(runs);
  assert.equal(
    readFileSync(calls, 'utf8'),
    'status alpha active dead beta\nother alpha active dead beta\n',
  );
  // The daemon does the work of a stock script, and says what harc would have said.
  const stock = `harc: info: Running ${directory}//rc.d/ip-request ip-request`;
  assert.deepEqual(lines, [stock]);
});

test('without harc the script is run; a failure is logged; the queue has an end', async () => {
  rmSync(join(directory, 'harc'));
  rmSync(calls);
  script('rc.d/status', `${note}\nexit 3`);
  const lines: string[] = [];
  const rc = scripts(lines);
  const message = Message.of({ t: 'status', st: 'up', src: 'beta' });
  const runs = Array.from({ length: 101 }, () => rc.run('status', message, {}));
  assert.deepEqual(lines, ['error: rc.d/status not run: 100 scripts are waiting already']);
  await runs[0];
  assert.equal(lines[1], `warn: ${directory}/rc.d/status status ended with return code 3`);
  await Promise.all(runs);
  assert.equal(readFileSync(calls, 'utf8').split('\n').length, 101);
});

test('every stock script is known by its digest, and not when it is changed', () => {
  const names = readdirSync(STOCK);
  assert.ok(names.includes('status'));
  for (const name of names) {
    const text = readFileSync(join(STOCK, name));
    assert.ok(isStockScript(text), `${name} was changed: its SHA-256 belongs into stock.ts`);
    assert.equal(isStockScript(Buffer.concat([text, Buffer.from('# mine\n')])), false);
  }
});
