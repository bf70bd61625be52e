/** Tests of /etc/sysconfig files. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { parseSysconfig, readSysconfig } from './sysconfig.js';

test('values are text, whatever they look like', () => {
  const text = [
    '# comment',
    'A="x y"',
    "  export B='z'",
    'C=true',
    'D= 12 ',
    'E=one',
    'E=two',
    'F=$HOME/x',
    'G[]=1',
    '[section]',
    'H=1',
  ].join('\n');
  const { values, problems } = parseSysconfig(text);
  assert.deepEqual(Object.fromEntries(values), {
    A: 'x y',
    B: 'z',
    C: 'true',
    D: '12',
    E: 'two',
    F: '$HOME/x',
  });
  assert.deepEqual(problems, ['F: $HOME/x is taken literally']);
});

test('nothing in such a file makes us throw', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__=x', '[]', '[a.b]', 'a[]=', '=', '"="'),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const value of parseSysconfig(lines.join('\n')).values.values()) {
        assert.equal(typeof value, 'string');
      }
    }),
  );
});

test('the file of Red Hat comes before the one of Debian; none is no error', (t) => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'sysconfig-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  assert.equal(readSysconfig('heartbeat', root).values.size, 0);
  for (const folder of ['default', 'sysconfig']) {
    mkdirSync(path.join(root, 'etc', folder), { recursive: true });
    writeFileSync(path.join(root, 'etc', folder, 'heartbeat'), `WHERE=${folder}\n`);
    assert.equal(readSysconfig('heartbeat', root).values.get('WHERE'), folder);
  }
});
