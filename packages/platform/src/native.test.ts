/** Tests of the system call layer. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { errnoName, libc, nativeFailure } from './native.js';

test('koffi loads and calls report errors as negative numbers', () => {
  const native = libc();
  assert.ok(native, nativeFailure());
  assert.equal(nativeFailure(), undefined);
  const result = native.setsockopt(-1, 1, 2, Buffer.alloc(4));
  assert.equal(errnoName(result), 'EBADF');
});

test('an unknown error number is still named', () => {
  assert.equal(errnoName(-9999), 'errno 9999');
});
