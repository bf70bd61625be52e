/** Reading a configuration with what it asks of this machine. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfiguration } from './read.js';

const directory = mkdtempSync(join(tmpdir(), 'ldirectord-read-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const source = { file: 'shown.cf', path: join(directory, 'real.cf') };
const options = { hostName: 'director.test', debug: false };

test('what the file asks of the machine is gathered first', async () => {
  const monitor = join(directory, 'monitor');
  writeFileSync(
    source.path,
    [
      `maintenancedir=${directory}`,
      'virtual=127.1:80',
      `\tmonitorfile="${monitor}"`,
      '\tservice=sip',
      '\treal=localhost:80 gate',
      '\tfallback=:80',
    ].join('\n'),
  );
  const { configuration, problems, digest } = await readConfiguration(source, options);
  assert.deepEqual(problems, []);
  const [virtual] = configuration?.virtuals ?? [];
  assert.equal(virtual?.name, '127.0.0.1:80');
  assert.equal(virtual.reals[0]?.name, '127.0.0.1:80');
  assert.equal(virtual.fallback?.name, '127.0.0.1:80');
  assert.equal(virtual.monitorFile, monitor);
  assert.equal(virtual.check.login, 'ldirectord@director.test');
  assert.match(digest ?? '', /^[0-9a-f]{32}$/);
});

test('libc says why a file cannot be written', async () => {
  const text = (path: string) => `virtual=1\n\tmonitorfile=${path}\n\tchecktype=on\n`;
  const reason = async (path: string) => {
    writeFileSync(source.path, text(path));
    const { problems } = await readConfiguration(source, options);
    return problems[0]?.text.replace(/^.*: /, '');
  };
  assert.equal(await reason('/nonexistent/x'), 'No such file or directory');
  assert.equal(await reason(directory), 'Is a directory');
  assert.equal(await reason(`${source.path}/x`), 'Not a directory');
  assert.equal(await reason(`/${'x'.repeat(300)}`), 'File name too long');
});

test('a name that cannot be resolved any more keeps its address', async () => {
  writeFileSync(source.path, 'virtual=gone.invalid:80\n\tscheduler=rr\n');
  assert.equal((await readConfiguration(source, options)).configuration, undefined);
  const earlier = { hostName: '', answers: { 'host ipv4 gone.invalid': '10.9.9.9' } };
  const kept = await readConfiguration(source, { ...options, earlier });
  assert.equal(kept.configuration?.virtuals[0]?.name, '10.9.9.9:80');
});

test('a file that is not there is a problem like any other', async () => {
  const result = await readConfiguration({ ...source, path: join(directory, 'no.cf') }, options);
  assert.equal(result.configuration, undefined);
  assert.equal(result.problems[0]?.text, 'can not open file shown.cf');
});
