/** Reading the configuration of this machine from a directory. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Problem } from '@ts-heartbeat/core/config/problem';
import { loadAuthkeys, loadConfiguration, printProblems } from './load.js';

const HACF = `logfile /x
auto_failback on
node here there
udpport 5694
ucast lo localhost
bcast lo
serial /dev/null
respawn root /bin/sh -c :
stonith_host * nosuchtype
`;

async function inDirectory(
  files: Readonly<Record<string, string>>,
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ha.d-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(directory, name), text, { encoding: 'latin1', mode: 0o600 });
    }
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const texts = (problems: readonly Problem[]): readonly string[] =>
  problems.filter(({ severity }) => severity === 'error').map(({ text }) => text);

const FILES = {
  'ha.cf': HACF.replace(/stonith.*\n/, ''),
  authkeys: 'auth 1\n1 sha1 k\xe4y\n',
  haresources: 'here a\n',
  nodeinfo: 'HERE\n',
};

test('a sound directory', () =>
  inDirectory(FILES, async (directory) => {
    const startup = await loadConfiguration(directory, { addressWaitMs: 0 });
    assert.deepEqual(texts(startup.problems), []);
    assert.equal(startup.exitCode, 0);
    assert.equal(startup.settings?.localNode, 'here');
    assert.deepEqual(startup.settings?.media, [
      { kind: 'ucast', device: 'lo', host: 'localhost', port: 5694 },
      { kind: 'bcast', device: 'lo', port: 5694 },
      { kind: 'serial', path: '/dev/null', baud: 19200 },
    ]);
    assert.deepEqual(startup.settings?.clients[0]?.uid, 0);
    assert.equal(startup.keyring?.keys.get(1)?.key, 'k\xe4y');
    assert.deepEqual(loadAuthkeys(directory).keyring, startup.keyring);
  }));

test('what the machine does not have', () =>
  inDirectory({ ...FILES, 'ha.cf': `${HACF}bcast nosuch0\n` }, async (directory) => {
    const { problems, exitCode } = await loadConfiguration(directory, { addressWaitMs: 0 });
    assert.equal(exitCode, 6);
    assert.deepEqual(texts(problems), [
      'Invalid Stonith type [nosuchtype]',
      'glib: Get broadcast for interface nosuch0 failed: No such device',
      'glib: IP interface [nosuch0] does not exist',
      'Illegal bcast [UDP/IP broadcast] in config file [nosuch0]',
    ]);
  }));

test('nothing there, and directories in the place of files', () =>
  inDirectory({}, async (directory) => {
    const { problems, exitCode } = await loadConfiguration(directory);
    assert.equal(exitCode, 6);
    assert.deepEqual(texts(problems), [
      `Cannot open config file [${directory}//ha.cf]`,
      `Cannot open keyfile [${directory}//authkeys].  Stop.`,
    ]);
    for (const name of ['ha.cf', 'authkeys', 'haresources']) mkdirSync(join(directory, name));
    const { printed } = await loadConfiguration(directory);
    assert.ok(printed.some(({ code }) => code === 'AUTHKEYS_PERMISSIONS'));
  }));

test('problems are printed in the genuine forms', () => {
  const problem = (parts: Partial<Problem>): Problem => ({
    file: 'ha.cf',
    line: 1,
    column: 1,
    code: 'X',
    severity: 'error',
    text: 'text \x1b',
    form: 'log',
    ...parts,
  });
  const problems = [problem({}), problem({ severity: 'warning' }), problem({ form: 'bare' })];
  problems.push(problem({ printedAs: 'info' }));
  const speaker = { tag: 'heartbeat', pid: 19, host: 'loadbalancer' };
  const at = new Date(2026, 10, 2, 14, 9, 5);
  assert.equal(
    printProblems(problems, speaker, at),
    [
      'Nov  2 14:09:05 loadbalancer heartbeat: [19]: ERROR: text ?',
      'Nov  2 14:09:05 loadbalancer heartbeat: [19]: WARN: text ?',
      'text ?',
      'Nov  2 14:09:05 loadbalancer heartbeat: [19]: info: text ?',
      '',
    ].join('\n'),
  );
  assert.equal(
    printProblems([problem({})], speaker, at, false),
    'heartbeat[19]: 2026/11/02_14:09:05 ERROR: text ?\n',
  );
});
