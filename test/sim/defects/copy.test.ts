/** A copy with a mistake makes it, wherever the package is imported from, and the product does not. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { withPort } from 'ts-ldirectord/ipvs/address';
import { copyWith } from './copy.js';

type Table = typeof import('ts-ldirectord/ipvs/table');
type World = typeof import('../world.js');

const ADDRESS = 'packages/ts-ldirectord/dist/ipvs/address.js';
/** `withPort` says something else from now on. */
const WRONG = {
  file: ADDRESS,
  text: 'export function withPort(address, port) {',
  instead: "export function withPort(address, port) {\n    return 'wrong';",
};

test('the copied code makes the mistake, in every file that uses it', async () => {
  const copy = copyWith(WRONG);
  try {
    const table = await copy.load<Table>('packages/ts-ldirectord/dist/ipvs/table.js');
    assert.equal(table.destinationKey({ address: '10.0.0.1', port: 80 }), 'wrong');
    assert.equal(withPort('10.0.0.1', 80), '10.0.0.1:80');
    const { World } = await copy.load<World>('test/dist/sim/world.js');
    assert.equal(new World().now, 0);
  } finally {
    copy.remove();
  }
  assert.ok(!existsSync(copy.folder));
});

test('a text that is not there once is refused, and no folder stays behind', () => {
  const before = process.env.TMPDIR;
  const own = mkdtempSync(path.join(tmpdir(), 'refused-'));
  process.env.TMPDIR = own;
  try {
    assert.throws(() => copyWith({ ...WRONG, text: 'no such text' }), /has 0 times, not once/);
    assert.throws(() => copyWith({ ...WRONG, text: 'return' }), /has \d+ times, not once/);
    assert.deepEqual(readdirSync(own), []);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(own, { recursive: true });
  }
});
