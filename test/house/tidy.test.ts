/** The sources are tidy, and the packages describe themselves alike. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { ROOT, sources } from './sources.js';
import { untidy } from './tidy.js';

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

test('every file follows the rules of the house', () => {
  const found = sources().flatMap(({ path: file, text }) =>
    untidy(file, text).map((what) => `${file}: ${what}`),
  );
  assert.deepEqual(found, []);
});

test('untidy files are caught', () => {
  const head = '/** A file of the test. */\n';
  const cases: ReadonlyArray<readonly [string, string, RegExp]> = [
    ['a.ts', 'const x = 1;\n', /does not open/],
    ['a.ts', '/** One */\n', /does not open/],
    ['a.sh', '#!/bin/sh\nexit 0\n', /does not open/],
    ['a.ts', `${head}${'x\n'.repeat(501)}`, /more than 500 lines/],
    ['a.ts', `${head}const x = ${'1 + '.repeat(30)}1;\n`, /2: more than 100 columns/],
    ['a.ts', `${head}// TO${'DO'} later\n`, /2: left behind/],
    ['a.test.ts', `${head}test.${'skip'}('x');\n`, /left behind/],
    ['a.ts', `${head}export default 1;\n`, /default export/],
    ['utils.ts', head, /says nothing/],
    ['README.md', `see ..${'/shared'}/x\n`, /1: names a place/],
    ['test/vectors/x.json', `"/${'work'}/x"\n`, /1: names a place/],
  ];
  for (const [file, text, wanted] of cases) assert.match(untidy(file, text).join(), wanted);
  assert.deepEqual(untidy('a.ts', `${head}const x = 1;\n`), []);
  assert.deepEqual(untidy('a.sh', '#!/bin/sh\n# Starts what is to be started.\nexit 0\n'), []);
});

test('each package has a README of one screen', () => {
  for (const name of readdirSync(path.join(ROOT, 'packages'))) {
    const file = `packages/${name}/README.md`;
    assert.ok(existsSync(path.join(ROOT, file)), `${file} is missing`);
    const lines = read(file).split('\n').length;
    assert.ok(lines <= 60, `${file} has ${lines} lines`);
  }
});

test('every test belongs to a suite', () => {
  const words = [path.join(ROOT, 'test', 'run.mjs'), '--list', 'all'];
  const listed = execFileSync(process.execPath, words, { encoding: 'utf8' }).trim().split('\n');
  const compiled = sources().flatMap(({ path: file }) => {
    if (!file.endsWith('.test.ts')) return [];
    const place = file.startsWith('test/')
      ? file.replace(/^test\//, 'test/dist/')
      : file.replace('/src/', '/dist/');
    return [place.replace(/\.ts$/, '.js')];
  });
  assert.deepEqual([...listed].sort(), compiled.sort());
});

test('all packages have the version of lerna.json, and so does what the programs print', () => {
  const { version } = JSON.parse(read('lerna.json')) as { version: string };
  for (const name of readdirSync(path.join(ROOT, 'packages'))) {
    const described = JSON.parse(read(`packages/${name}/package.json`)) as {
      version: string;
      dependencies?: Record<string, string>;
    };
    assert.equal(described.version, version, name);
    for (const [other, wanted] of Object.entries(described.dependencies ?? {})) {
      if (/^(?:@ts-heartbeat\/|ts-(?:heartbeat|resource-runner|ldirectord)$)/.test(other)) {
        assert.equal(wanted, version, `${name} depends on ${other}`);
      }
    }
  }
  for (const { path: file, text } of sources()) {
    if (!/^packages\/.*\/src\/.*(?<!\.test)\.ts$/.test(file)) continue;
    for (const [, printed] of text.matchAll(/['"`]ts-(?:heartbeat|ldirectord) (\d+\.\d+\.\d+)/g)) {
      assert.equal(printed, version, file);
    }
  }
});

interface Lock {
  readonly packages: Record<
    string,
    { resolved?: string; optionalDependencies?: Record<string, string> }
  >;
}

test('the lock file names no registry', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? []);
  assert.deepEqual(
    resolved.filter((place) => !place.startsWith('packages/')),
    [],
  );
});

test('the lock file knows the parts for every platform, without which npm ci refuses it', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const optional = Object.values(packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  );
  assert.ok(optional.length > 20);
  assert.deepEqual(
    optional.filter((name) => !(`node_modules/${name}` in packages)),
    [],
  );
});
