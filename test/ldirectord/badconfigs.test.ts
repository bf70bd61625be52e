/** Bad and odd configurations and command lines: the genuine texts and exit codes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { playBadCases } from './box.js';
import { withoutNoise } from './normalize.js';
import { underTest } from './program.js';
import { badCases } from './vector.js';

const { program, dispose } = underTest();
after(dispose);

test('every recorded case', async () => {
  const cases = badCases();
  const outcomes = await playBadCases(program, cases);
  assert.equal(outcomes.length, 57);
  for (const [index, { name, expected }] of cases.entries()) {
    const found = outcomes[index];
    const { exit, stdout, stderr, daemon_started } = expected;
    // Ours says what it is beside what it stands for.
    const said = name === 'version-long' ? found?.stdout.slice(0, stdout.length) : found?.stdout;
    assert.deepEqual(
      { ...found, stdout: said, stderr: withoutNoise(found?.stderr ?? '') },
      { exit, stdout, stderr: withoutNoise(stderr), daemon_started },
      name,
    );
  }
});
