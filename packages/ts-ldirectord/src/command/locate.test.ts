/** Which of the three places of a configuration wins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locateConfiguration } from './locate.js';

test('the first of three places that holds a file wins', () => {
  const among =
    (...files: readonly string[]) =>
    (path: string) =>
      files.includes(path);
  const name = 'www.cf';
  const all = ['/etc/ha.d/www.cf', '/etc/ha.d/conf/www.cf', 'www.cf'];
  assert.equal(locateConfiguration(name, among(...all)), all[0]);
  assert.equal(locateConfiguration(name, among(...all.slice(1))), all[1]);
  assert.equal(locateConfiguration(name, among(...all.slice(2))), all[2]);
  assert.equal(locateConfiguration(name, among()), undefined);
});
