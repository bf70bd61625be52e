/** What `coredumps` and `coreroot` change, as the kernel and a child of the process see it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const MODULE = new URL('./coredumps.js', import.meta.url).href;

/** The limit and the working directory of a shell that is started after the call. */
function seenByChild(settings: object): readonly string[] {
  const program = `
    const { allowCoreDumps, enterCoreRoot } = await import(${JSON.stringify(MODULE)});
    const { execFileSync } = await import('node:child_process');
    const say = (_severity, text) => console.log(text);
    allowCoreDumps(${JSON.stringify(settings)}, say);
    enterCoreRoot(${JSON.stringify(settings)}, say);
    process.stdout.write(execFileSync('/bin/sh', ['-c', 'ulimit -c; pwd']));`;
  // The soft limit alone, as a service manager sets it.
  const words = ['-c', 'ulimit -S -c 1; exec "$@"', 'sh', process.execPath];
  const argv = [...words, '--input-type=module', '-e', program];
  return execFileSync('/bin/sh', argv, { encoding: 'utf8', cwd: '/' }).trimEnd().split('\n');
}

test('coredumps and coreroot: the limit of all children, and where cores are left', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'coreroot-')));
  try {
    const hard = execFileSync('/bin/sh', ['-c', 'ulimit -H -c'], { encoding: 'utf8' }).trimEnd();
    assert.deepEqual(seenByChild({ coredumps: false }), ['0', '/']);
    assert.deepEqual(seenByChild({ coredumps: true }), [hard, '/']);
    const [said = '', ...rest] = seenByChild({ coredumps: true, coreroot: '/dev/null' });
    assert.match(said, /^Cannot leave core dumps in /);
    assert.deepEqual(rest, [hard, '/']);
    const [limit, directory = ''] = seenByChild({ coredumps: false, coreroot: root });
    assert.equal(limit, '0');
    assert.match(directory, new RegExp(`^${root}/(root|hacluster)$`));
  } finally {
    rmSync(root, { recursive: true });
  }
});
