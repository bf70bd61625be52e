/** Every wrong configuration: the genuine text, and the genuine exit status. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFile } from './file.js';
import { machineFixture } from './machine.fixture.js';
import { type Problem, printedSeverity } from './problem.js';
import { filesOf, type Row, remarkable } from './rows/row.fixture.js';
import { ROWS } from './rows/rows.fixture.js';
import { type ConfigFiles, readStartup } from './startup.js';

const WORD: Readonly<Record<string, string>> = { error: 'ERROR', warn: 'WARN' };

function printedLine(problem: Problem): string {
  const severity = printedSeverity(problem);
  return problem.form === 'bare' ? problem.text : `${WORD[severity] ?? severity}: ${problem.text}`;
}

function file(path: string, text: string | undefined): ConfigFile {
  return text === undefined ? { path } : { path, text };
}

function configFiles(row: Row): ConfigFiles {
  const { hacf, authkeys, haresources } = filesOf(row);
  return {
    hacf: file('/etc/ha.d//ha.cf', hacf),
    authkeys: { ...file('/etc/ha.d//authkeys', authkeys), mode: row.mode ?? 0o600 },
    haresources: file('/etc/ha.d//haresources', haresources),
  };
}

for (const row of ROWS) {
  test(row.title.length < 80 ? row.title : `${row.title.slice(0, 76)}...`, () => {
    const { nodeinfo } = row;
    const machine = machineFixture(nodeinfo === undefined ? {} : { nodeinfo });
    const startup = readStartup(configFiles(row), machine);
    const genuine = startup.printed.filter(({ own }) => own !== true || row.differs !== undefined);
    const lines = remarkable(genuine.map(printedLine));
    if (row.differs === undefined) assert.deepEqual(lines, row.says);
    else for (const text of row.says) assert.ok(lines.includes(text), lines.join('\n'));
    assert.equal(startup.exitCode, row.exit);
    assert.equal(startup.settings === undefined, row.exit !== 0);
    // A daemon that does not start always says why.
    const errors = startup.problems.filter(({ severity }) => severity === 'error');
    assert.equal(errors.length > 0, row.exit !== 0);
    for (const { text, line } of startup.problems) assert.ok(text !== '' && line >= 0);
  });
}

test('a file that may not be read gives another exit status, a line of it does not', () => {
  const files = configFiles({ title: '', exit: 0, says: [] });
  for (const name of ['hacf', 'authkeys', 'haresources'] as const) {
    const { path } = files[name];
    const startup = readStartup({ ...files, [name]: { path, denied: true } }, machineFixture());
    assert.equal(startup.exitCode, 4);
    assert.ok(startup.printed.some(({ text }) => text.startsWith('Cannot open ')));
  }
});

test('all problems are listed, also those that the daemon does not get to', () => {
  const files = configFiles({
    title: '',
    lines: 'bogus',
    authkeys: '1 foo x\n',
    haresources: 'n a\nm a\n',
    exit: 6,
    says: [],
  });
  const { problems, printed } = readStartup(files, machineFixture());
  const codes = problems.map(({ code }) => code);
  assert.ok(codes.includes('HA_CF_ILLEGAL_DIRECTIVE'));
  assert.ok(codes.includes('AUTHKEYS_BAD_METHOD'));
  assert.ok(codes.includes('HARESOURCES_KEY_TWICE'));
  assert.ok(!printed.some(({ code }) => code.startsWith('AUTHKEYS')));
});
