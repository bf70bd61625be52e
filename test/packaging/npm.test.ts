/** The commands as a package for npm, installed without a network, and without its scripts. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { digest, ownArch, run, Workplace } from './built.js';
import { typeInClone } from './clone.js';

const workplace = new Workplace();
/** On a machine whose architecture that is. */
const TYPED = 'npm install -g ts-heartbeat-linux-x64-0.1.0.tgz';

let tarball: string;
let prefix: string;

before(() => {
  tarball = workplace.build('npm', ownArch());
  prefix = workplace.next('prefix');
  const own = [`npm_config_prefix=${prefix}`, `npm_config_cache=${workplace.next('cache')}`];
  const there = `cd ${path.dirname(tarball)} && ${TYPED.replace('x64', ownArch())}`;
  run('unshare', '-n', 'env', ...own, 'sh', '-c', there);
});

after(() => workplace.close());

function command(name: string): string {
  return path.join(prefix, 'bin', name);
}

test('brings the commands', () => {
  const names = ['cl_status', 'hb_standby', 'hb_takeover', 'heartbeat', 'ipfail', 'ldirectord'];
  assert.deepEqual(readdirSync(path.join(prefix, 'bin')).sort(), names);
});

test('they run', () => {
  assert.match(run(command('heartbeat'), '--version'), /^ts-heartbeat \d/);
  assert.match(run(command('cl_status'), '-h'), /^Usage: cl_status/);
  assert.match(run(command('ldirectord'), '-h'), /^ldirectord - /);
});

test('the native parts load', () => {
  const [name] = readdirSync(path.join(prefix, 'lib/node_modules'));
  const lib = path.join(prefix, 'lib/node_modules', name ?? '', 'usr/lib/ts-heartbeat');
  const script = `
    require('${lib}/serialport.node');
    const c = require('${lib}/node_modules/koffi').load('libc.so.6');
    console.log(c.func('int getpid()')() === process.pid);
  `;
  assert.equal(run(process.execPath, '-e', script), 'true\n');
});

test('is the same when it is built for both architectures, in another place', () => {
  const dist = workplace.next('dist');
  typeInClone('npm run tarball', dist);
  assert.equal(readdirSync(dist).length, 2);
  assert.equal(digest(path.join(dist, path.basename(tarball))), digest(tarball));
});
