/** The Debian package in a root of its own, with its maintainer scripts. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BareRoot } from './bareroot.js';
import { digest, ownArch, run, Workplace } from './built.js';
import { typeInClone } from './clone.js';
import { buildToyDeb } from './toy.js';

const workplace = new Workplace();
let root: BareRoot;
let ours: string;

function dpkg(...words: readonly string[]): void {
  const flags = ['--force-depends', '--force-confdef', '--force-confold'];
  const { status, output } = root.run('dpkg', `--root=${root.folder}`, ...flags, ...words);
  assert.equal(status, 0, output);
}

/** What Debian's package of that name owns, as far as it matters here. */
function genuine(name: string, files: Readonly<Record<string, string>>): string {
  return buildToyDeb(workplace, { name, version: '1:3.0.6', files });
}

before(() => {
  ours = workplace.build('deb', ownArch());
  root = new BareRoot(workplace.next('root'));
  for (const name of ['status', 'available']) root.write(`/var/lib/dpkg/${name}`, '');
  for (const name of ['info', 'updates', 'triggers']) {
    mkdirSync(root.path(`/var/lib/dpkg/${name}`), { recursive: true });
  }
});

after(() => workplace.close());

test('takes the place of the genuine packages and loses nothing', () => {
  const heartbeat = genuine('heartbeat', {
    '/etc/ha.d/harc': 'genuine\n',
    '/etc/ha.d/resource.d/IPaddr': 'genuine\n',
    '/etc/ha.d/resource.d/EvmsSCC': 'genuine\n',
    '/etc/init.d/heartbeat': '#!/bin/sh\n',
    '/lib/systemd/system/heartbeat.service': 'genuine\n',
    '/usr/libexec/heartbeat/ipfail': 'genuine\n',
  });
  const agents = genuine('resource-agents', {
    '/etc/ha.d/shellfuncs': 'of the agents\n',
    '/usr/libexec/heartbeat/findif': 'of the agents\n',
  });
  const director = genuine('ldirectord', { '/etc/ha.d/ldirectord.cf': 'genuine\n' });
  dpkg('-i', heartbeat, agents, director);
  root.edit('/etc/ha.d/resource.d/IPaddr', '# changed\n');
  root.write('/etc/ha.d/ha.cf', 'node a b\n');
  root.write('/var/lib/heartbeat/hb_uuid', '0123456789abcdef');
  dpkg('-i', ours);
  const packages = run(
    'dpkg-query',
    `--admindir=${root.path('/var/lib/dpkg')}`,
    '-W',
    '-f',
    '$' + '{Package} $' + '{db:Status-Abbrev}\n',
  );
  assert.match(packages, /^heartbeat .c/m);
  assert.match(packages, /^ldirectord .c/m);
  assert.match(packages, /^resource-agents ii/m);
  assert.match(packages, /^ts-heartbeat ii/m);
  assert.equal(root.read('/etc/ha.d/ha.cf'), 'node a b\n');
  assert.equal(root.read('/etc/ha.d/ldirectord.cf'), 'genuine\n');
  assert.equal(root.read('/etc/ha.d/resource.d/IPaddr'), 'genuine\n# changed\n');
  assert.equal(root.read('/etc/ha.d/resource.d/EvmsSCC'), 'genuine\n');
  assert.doesNotMatch(root.read('/etc/ha.d/harc'), /genuine/);
  assert.equal(root.read('/etc/ha.d/shellfuncs'), 'of the agents\n');
  assert.equal(root.read('/usr/libexec/heartbeat/findif'), 'of the agents\n');
  assert.equal(root.read('/var/lib/heartbeat/hb_uuid'), '0123456789abcdef');
  assert.match(root.read('/lib/systemd/system/heartbeat.service'), /ts-heartbeat/);
});

test('makes the account, and its programs run', () => {
  assert.match(root.read('/etc/passwd'), /^hacluster:x:694:694:/m);
  for (const folder of ['/usr/lib/heartbeat', '/usr/libexec/heartbeat']) {
    assert.match(run(root.path(`${folder}/heartbeat`), '--version'), /^ts-heartbeat/);
  }
  assert.match(run(root.path('/usr/sbin/ldirectord'), '-h'), /^ldirectord - /);
  assert.match(root.read('/etc/default/ldirectord'), /^CONFIG_FILE=\/etc\/ha\.d\/ldirectord\.cf$/m);
});

test('removed and purged, it leaves the configuration of the user and the state', () => {
  dpkg('--purge', 'ts-heartbeat');
  assert.equal(root.read('/etc/ha.d/ha.cf'), 'node a b\n');
  assert.equal(root.read('/etc/ha.d/ldirectord.cf'), 'genuine\n');
  assert.equal(root.read('/etc/ha.d/shellfuncs'), 'of the agents\n');
  assert.ok(root.has('/var/lib/heartbeat/hb_uuid'));
  assert.ok(!root.has('/usr/lib/ts-heartbeat'));
});

test('is the same when it is built for both architectures, in another place', () => {
  const dist = workplace.next('dist');
  typeInClone('npm run deb', dist);
  assert.equal(readdirSync(dist).length, 2);
  assert.equal(digest(path.join(dist, path.basename(ours))), digest(ours));
});
