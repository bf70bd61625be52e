/** The options of /etc/sysconfig/ldirectord about certificates. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Authority } from '../checks/certificates.fixture.js';
import { readTlsOptions, tlsOptions } from './tlsoptions.js';

const authority = new Authority();
const folder = mkdtempSync(path.join(tmpdir(), 'tlsoptions-'));
after(() => {
  authority.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** `yes`, `no`, or the problem. */
function reading(verify?: string, ca?: string): string {
  const values = new Map<string, string>([['CONFIG_FILE', '/etc/ldirectord.cf']]);
  if (verify !== undefined) values.set('LDIRECTORD_TLS_VERIFY', verify);
  if (ca !== undefined) values.set('LDIRECTORD_TLS_CA', ca);
  const { rules, problem } = { rules: undefined, ...tlsOptions(values) };
  return problem ?? (rules?.options('x').rejectUnauthorized === true ? 'yes' : 'no');
}

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

test('nothing is verified unless it is asked for', () => {
  assert.equal(reading(), 'no');
  assert.equal(reading('no'), 'no');
  assert.equal(reading('', ''), 'no');
  assert.equal(reading('no', '/nonexistent'), 'no');
  assert.equal(reading('yes'), 'yes');
  assert.equal(reading('yes', authority.file), 'yes');
});

test('what cannot be meant is a problem of one line', () => {
  const verify = 'LDIRECTORD_TLS_VERIFY';
  for (const word of ['Yes', 'true', '1', 'yes ', 'yse']) {
    assert.equal(reading(word), `${verify}: [${word}] is neither yes nor no`);
  }
  assert.equal(
    reading(undefined, authority.file),
    `LDIRECTORD_TLS_CA is set, but ${verify} is not`,
  );
  const misspelt = tlsOptions(new Map([['LDIRECTORD_TLS_VERFIY', 'yes']]));
  assert.equal(misspelt.problem, 'LDIRECTORD_TLS_VERFIY: no such option');
});

test('a file without usable certificates is a problem of one line', () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const broken = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  for (const [place, text] of [
    ['/nonexistent', 'cannot be used: ENOENT'],
    [folder, 'is no file'],
    [pipe, 'is no file'],
    ['/dev/zero', 'is no file'],
    [file('empty', ''), 'holds no certificate'],
    [file('text', 'hello\n'), 'holds no certificate'],
    [file('long', 'x'.repeat(4 * 1024 * 1024 + 1)), 'is too long'],
  ] as const) {
    assert.equal(reading('yes', place), `LDIRECTORD_TLS_CA: ${place} ${text}`);
  }
  for (const text of [broken, `${authority.certificate}${broken}`]) {
    assert.match(
      reading('yes', file('broken', text)),
      /^LDIRECTORD_TLS_CA: \S+ cannot be used: .*$/,
    );
  }
});

test('the file is read where the distribution has it', () => {
  const root = path.join(folder, 'root');
  const verifies = () => {
    const { rules } = { rules: undefined, ...readTlsOptions(root) };
    return rules?.options('x').rejectUnauthorized;
  };
  assert.equal(verifies(), false);
  for (const place of ['etc/default', 'etc/sysconfig']) {
    mkdirSync(path.join(root, place), { recursive: true });
  }
  const settings = `CONFIG_FILE=/x\nexport LDIRECTORD_TLS_VERIFY="yes"\n`;
  writeFileSync(path.join(root, 'etc/default/ldirectord'), settings);
  assert.equal(verifies(), true);
  writeFileSync(
    path.join(root, 'etc/sysconfig/ldirectord'),
    'LDIRECTORD_TLS_VERIFY=no # for now\n',
  );
  assert.equal(verifies(), false);
});
