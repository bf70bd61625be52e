/** The staged tree runs wherever it is copied, with nothing but Node.js on PATH. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from './sources.js';

const STAGE = path.join(ROOT, 'rpm', 'stage.mjs');

let folder: string;
/** The tree, moved away from where it was made. */
let tree: string;

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'stage-'));
  const made = path.join(folder, 'made');
  const { status, stderr } = spawnSync(process.execPath, [STAGE, made], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  tree = path.join(folder, 'copied elsewhere');
  cpSync(made, tree, { recursive: true, verbatimSymlinks: true });
  rmSync(made, { recursive: true });
  mkdirSync(path.join(folder, 'bin'));
  symlinkSync(process.execPath, path.join(folder, 'bin', 'node'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command where this repository cannot be seen. */
function run(command: readonly string[]): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  const hide = 'mount -t tmpfs none "$0" && exec "$@"';
  const flags = process.getuid?.() === 0 ? '-m' : '-Urm';
  return spawnSync('unshare', [flags, 'sh', '-c', hide, ROOT, ...command], {
    cwd: '/',
    env: { PATH: `${path.join(folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
    encoding: 'utf8',
  });
}

function installed(place: string): string {
  return path.join(tree, place);
}

test('heartbeat gives its version, also by the path of Debian', () => {
  for (const place of ['usr/lib/heartbeat/heartbeat', 'usr/libexec/heartbeat/heartbeat']) {
    const { status, stdout, stderr } = run([installed(place), '-V']);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^3\.0\.6 \(node: /);
  }
});

test('cl_status prints its usage, also through a symbolic link', () => {
  const link = path.join(folder, 'bin', 'cl_status');
  symlinkSync(installed('usr/bin/cl_status'), link);
  for (const program of [installed('usr/bin/cl_status'), link]) {
    const { status, stdout } = run([program, '-h']);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: cl_status/);
  }
});

test('ldirectord gives its version', () => {
  const { stdout, stderr } = run([installed('usr/sbin/ldirectord'), '-v']);
  assert.match(stdout, /ldirectord/);
  assert.equal(stderr, '');
});

test('the native parts load', () => {
  const lib = installed('usr/lib/ts-heartbeat');
  const script = `
    const c = require('${lib}/node_modules/koffi').load('libc.so.6');
    require('${lib}/serialport.node');
    console.log(c.func('int getpid()')() === process.pid);
  `;
  const { status, stdout, stderr } = run(['node', '-e', script]);
  assert.deepEqual([status, stdout, stderr], [0, 'true\n', '']);
});

test('libraries loaded on demand lie beside the program and load from there', () => {
  const lib = installed('usr/lib/ts-heartbeat');
  const script = `
    const load = async (name) => (await import('${lib}/' + name + '.cjs')).default;
    const { Worker } = require('node:worker_threads');
    (async () => {
      console.log(typeof (await load('dns-packet')).decode);
      console.log(typeof (await load('mysql2')).createConnection);
      console.log(typeof (await load('pg')).Client);
      console.log(typeof (await load('nodemailer/lib/addressparser')));
      console.log(typeof (await load('nodemailer/lib/smtp-connection')));
      const workerData = { folders: ['/nowhere'] };
      const worker = new Worker('${lib}/oracleworker.cjs', { workerData });
      worker.on('message', ({ kind }) => console.log(kind));
    })();
  `;
  const { status, stdout, stderr } = run(['node', '-e', script]);
  const found = `${'function\n'.repeat(5)}missing\n`;
  assert.deepEqual([status, stdout, stderr], [0, found, '']);
});

test('the program does not hold them itself', () => {
  const program = readFileSync(installed('usr/lib/ts-heartbeat/ldirectord.cjs'), 'utf8');
  assert.doesNotMatch(program, /caching_sha2_password|SCRAM-SHA-256|CDNSKEY/);
});

test('an old Node.js is refused with a clear message', () => {
  const check = installed('usr/lib/ts-heartbeat/node20.cjs');
  const script = `
    Object.defineProperty(process, 'version', { value: 'v18.20.4' });
    Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });
    require(${JSON.stringify(check)});
  `;
  const { status, stderr } = run(['node', '-e', script]);
  assert.equal(status, 1);
  assert.match(stderr, /^Node\.js 20 or newer is needed, but \S+ is v18\.20\.4\n$/);
});

test('programs may be executed, nothing is writable by others, and links stay inside', () => {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isSymbolicLink()) {
      assert.ok(!readlinkSync(file).startsWith('/'), file);
      statSync(file);
    } else {
      assert.equal(statSync(file).mode & 0o022, 0, file);
    }
  }
  for (const place of ['usr/lib/heartbeat', 'usr/share/heartbeat', 'etc/init.d', 'usr/bin']) {
    for (const name of readdirSync(installed(place))) {
      assert.ok(statSync(installed(`${place}/${name}`)).mode & 0o100, `${place}/${name}`);
    }
  }
});

test('every command of the tree, and every file that users write, has a manual page', () => {
  const pages = [1, 5, 7, 8].flatMap((section) => {
    const folder = `usr/share/man/man${section}`;
    return readdirSync(installed(folder)).map((name) => name.replace(/\.\d$/, ''));
  });
  const commands = ['usr/bin', 'usr/sbin', 'usr/share/heartbeat'];
  const files = ['ha.cf', 'haresources', 'authkeys', 'ldirectord.cf'];
  const wanted = [...commands.flatMap((folder) => readdirSync(installed(folder))), ...files];
  assert.deepEqual(
    wanted.filter((name) => !pages.includes(name)),
    [],
  );
  // What users meet in folders of many files is told in one page.
  const told = (page: string, folder: string): readonly string[] => {
    const text = readFileSync(installed(`usr/share/man/${page}`), 'utf8').replaceAll('\\-', '-');
    const names = readdirSync(installed(folder));
    return names.filter((name) => !pages.includes(name) && !text.includes(name));
  };
  assert.deepEqual(told('man8/heartbeat.8', 'usr/lib/heartbeat'), []);
  assert.deepEqual(told('man8/heartbeat.8', 'etc/ha.d/rc.d'), []);
  assert.deepEqual(told('man7/heartbeat-resources.7', 'etc/ha.d/resource.d'), []);
  assert.deepEqual(told('man7/heartbeat-resources.7', 'etc/init.d'), []);
});

test('a wrong call says how it is called', () => {
  const { status, stderr } = spawnSync(process.execPath, [STAGE], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [2, 'usage: npm run stage -- DIR\n']);
});
