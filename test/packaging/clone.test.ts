/** What the documents have its reader type in a clone, besides the packages and the suites. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Workplace } from './built.js';
import { typeInClone } from './clone.js';

const workplace = new Workplace();
after(() => workplace.close());

function typed(lines: string): string {
  return typeInClone(lines, workplace.next('dist'));
}

test('the tree that is staged works wherever it is copied', () => {
  const said = typed(`
    npm run stage -- /tmp/stage
    cp -a /tmp/stage /tmp/copy && rm -r /tmp/stage
    cd / && /tmp/copy/usr/lib/heartbeat/heartbeat --version
  `);
  assert.match(said, /^ts-heartbeat \d/m);
});

test('a source that is laid out otherwise is put right', () => {
  const said = typed(`
    printf 'export  const a = "b"' >test/untidy.ts
    npm run format 2>&1
    cat test/untidy.ts
  `);
  assert.match(said, /^Checked \d+ files in .*\. Fixed 1 file\.$/m);
  assert.match(said, /^export const a = 'b';$/m);
});
