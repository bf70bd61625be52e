/** The resource scripts of the old package: ours beside the genuine ones, in namespaces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHELLS } from '../resources/transcript.js';
import { genuine, ours } from './sidebyside.js';
import { STORIES } from './stories.js';

for (const { script, what, text, shows } of STORIES) {
  test(`${script} ${what}`, () => {
    const expected = genuine(text);
    for (const line of shows) assert.match(expected, line);
    for (const shell of SHELLS) assert.equal(ours(shell, text), expected, shell);
  });
}
