/**
 * Deliberate mistakes in the cluster's half: each is noticed within a few seeds, for the right
 * reason, and nothing is noticed on the same seeds without it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MISTAKES, type Mistake } from './cluster.js';
import { copyWith, type Defect } from './copy.js';

type Simulation = typeof import('../simulate.js');
type Brief = typeof import('../brief.js');

/** Set, seed and what is given of every run that noticed something, to be run without mistakes. */
const noticed = new Map<string, Run>();

type Run = Pick<Mistake, 'set' | 'given'> & { readonly seed: number };

type Play = (run: Run) => ReturnType<Simulation['judge']>['violations'];

/** Calls `use` with what plays a run on a copy with that mistake. */
async function onCopy(defects: readonly Defect[], use: (play: Play) => void): Promise<void> {
  const copy = copyWith(...defects);
  try {
    const { judge } = await copy.load<Simulation>('test/dist/sim/simulate.js');
    const { drawBriefOfOurs } = await copy.load<Brief>('test/dist/sim/brief.js');
    use(({ seed, set, given }) => judge(drawBriefOfOurs(seed, set, given)).violations);
  } finally {
    copy.remove();
  }
}

for (const mistake of MISTAKES) {
  test(`noticed: ${mistake.name}`, async () => {
    await onCopy([mistake], (play) => {
      for (let seed = 1; seed <= mistake.seeds; seed += 1) {
        const run = { seed, set: mistake.set, ...(mistake.given && { given: mistake.given }) };
        const violations = play(run);
        if (violations.length === 0) continue;
        noticed.set(JSON.stringify(run), run);
        assert.ok(
          violations.some(({ invariant }) => mistake.invariants.includes(invariant)),
          JSON.stringify(violations[0]),
        );
        return;
      }
      assert.fail(`not noticed within ${mistake.seeds} seeds of ${mistake.set}`);
    });
  });
}

test('without a mistake nothing is noticed on the same seeds', async () => {
  await onCopy([], (play) => {
    for (const run of noticed.values()) assert.deepEqual(play(run), [], JSON.stringify(run));
  });
});
