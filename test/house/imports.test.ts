/** The table of imports is kept, and the test of it would notice if it were not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { codeOnly } from './code.js';
import { breaches, importsOf, MAY_IMPORT } from './imports.js';
import { ROOT, typescript } from './sources.js';

test('every import of every source is permitted, and pure folders are pure', () => {
  const files = typescript();
  assert.ok(files.length > 100, 'the sources were not found');
  const found = files.flatMap(({ path: file, text }) => breaches(file, text));
  assert.deepEqual(found, []);
});

test('what a package imports stands in its package.json', () => {
  const found: string[] = [];
  for (const { path: file, text } of typescript()) {
    const name = /^packages\/([^/]+)\//.exec(file)?.[1];
    if (name === undefined || /\.(?:test|fixture)\.ts$/.test(file)) continue;
    const described = JSON.parse(
      readFileSync(path.join(ROOT, 'packages', name, 'package.json'), 'utf8'),
    ) as { name: string; dependencies?: Record<string, string> };
    for (const { specifier, line } of importsOf(text)) {
      if (/^(?:\.|node:)/.test(specifier)) continue;
      const wanted = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (wanted === described.name || wanted in (described.dependencies ?? {})) continue;
      found.push(`${file}:${line}: ${wanted}`);
    }
  }
  assert.deepEqual(found, []);
});

test('the packages of the table are those that exist', () => {
  const names = typescript().flatMap(
    ({ path: file }) => /^packages\/([^/]+)\//.exec(file)?.[1] ?? [],
  );
  assert.deepEqual([...new Set(names)].sort(), Object.keys(MAY_IMPORT).sort());
});

/** A source that breaks a rule: where it would stand, its text, and what must be said of it. */
const FORBIDDEN: ReadonlyArray<readonly [string, string, RegExp]> = [
  ['core/src/x.ts', "import { x } from '@ts-heartbeat/platform/log';", /core must not .* platform/],
  ['core/src/x.ts', "export { x } from '../../client/src/x.js';", /core must not import client/],
  ['core/src/x.ts', "import net from 'node:net';", /pure code must not import node:net/],
  ['core/src/x.ts', "import { createHash } from 'node:crypto';", /must not import node:crypto/],
  ['core/src/x.ts', "import 'winston';", /must not import winston/],
  ['core/src/x.ts', "const x = await import('node:fs');", /must not import node:fs/],
  ['core/src/x.ts', "const x = require('node:fs');", /must not import node:fs/],
  ['core/src/x.ts', 'const now = Date.now();', /must not use Date.now/],
  ['core/src/x.ts', 'const now = new Date();', /must not use new Date/],
  ['core/src/x.ts', `const dice = \`$${'{'}Math.random()}\`;`, /must not use Math.random/],
  ['core/src/x.ts', 'setTimeout(() => 0, 1);', /must not use setTimeout/],
  ['core/src/x.ts', 'const at = performance.now();', /must not use performance/],
  ['core/src/x.ts', 'const pid = process.pid;', /must not use process/],
  ['platform/src/x.ts', "import type { X } from '@ts-heartbeat/core/x';", /platform .* core/],
  ['client/src/x.ts', "import { x } from 'ts-heartbeat/x';", /client must not .* ts-heartbeat/],
  ['ts-ldirectord/src/x.ts', "import { x } from '@ts-heartbeat/core/x';", /must not import core/],
  [
    'ts-heartbeat/src/x.ts',
    "import { x } from '@ts-heartbeat/client/x';",
    /must not import client/,
  ],
  ['ts-resource-runner/src/plan.ts', "import fs from 'node:fs';", /must not import node:fs/],
  ['ts-resource-runner/src/plan.ts', "import { x } from './runner.js';", /import .\/runner.js/],
  ['ts-ldirectord/src/config/x.ts', 'setInterval(() => 0, 1);', /must not use setInterval/],
  ['ts-ldirectord/src/director/x.ts', "import { x } from '../checks/x.js';", /checks/],
];

for (const [place, text, wanted] of FORBIDDEN) {
  test(`caught in ${place}: ${text}`, () => {
    const found = breaches(`packages/${place}`, `/** A file. */\n${text}\n`);
    assert.match(found[0]?.text ?? 'nothing', wanted);
    assert.equal(found[0]?.line, 2);
  });
}

const PERMITTED: ReadonlyArray<readonly [string, string]> = [
  ['packages/core/src/auth/sign.ts', "import { createHash } from 'node:crypto';"],
  ['packages/core/src/x.test.ts', "import fs from 'node:fs'; Date.now();"],
  ['packages/core/src/x.ts', '// Date.now() is what others do\nconst x = "process.pid";'],
  ['packages/core/src/x.ts', 'const x = input.process; const y = { performance: 1 };'],
  ['packages/core/src/x.ts', 'const x = /setTimeout("/; const y = `new Date`;'],
  ['packages/ts-resource-runner/src/plan.ts', "import type { X } from './runner.js';"],
  ['packages/ts-resource-runner/src/run.ts', "import { x } from '@ts-heartbeat/core/x';"],
  ['packages/ts-heartbeat/src/x.ts', "import { x } from 'ts-resource-runner/protocol';"],
  [
    'test/sim/x.ts',
    "import { x } from 'ts-ldirectord/x'; import { y } from '@ts-heartbeat/core/y';",
  ],
];

for (const [place, text] of PERMITTED) {
  test(`permitted in ${place}: ${text}`, () => {
    assert.deepEqual(breaches(place, text), []);
  });
}

test('blanking keeps every line in place and code in templates', () => {
  const source = [
    "a('//'); /* b",
    `*/ c(\`d $${'{'}e('f')} g\`, /h['"\`]/, i / j / k); // l`,
    'm',
  ].join('\n');
  const code = codeOnly(source);
  assert.equal(code.replace(/ +/g, ' '), 'a( ); \n c( e( ) , , i / j / k); \nm');
  assert.equal(codeOnly('x = 1 / 2; // y'), 'x = 1 / 2;     ');
});
