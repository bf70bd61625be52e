/** Deliberate mistakes in the director: each is noticed within a few seeds, for the right reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyWith } from './copy.js';
import { MISTAKES } from './director.js';

type Simulation = typeof import('../director/simulate.js');

for (const mistake of MISTAKES) {
  test(`noticed: ${mistake.name}`, async () => {
    const copy = copyWith(mistake);
    try {
      const { simulateDirector } = await copy.load<Simulation>(
        'test/dist/sim/director/simulate.js',
      );
      for (let seed = 1; seed <= mistake.seeds; seed += 1) {
        const { violations } = simulateDirector(seed, mistake.set);
        const broken = violations.map(({ invariant }) => invariant);
        if (broken.length === 0) continue;
        assert.ok(
          mistake.invariants.some((invariant) => broken.includes(invariant)),
          JSON.stringify(violations[0]),
        );
        return;
      }
      assert.fail(`not noticed within ${mistake.seeds} seeds of ${mistake.set}`);
    } finally {
      copy.remove();
    }
  });
}
