/** Where sockets cannot be seen, cables and lives say what a node could hear. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story, told } from './story.fixture.js';

const TWO = '1 two machines hold one group';
const FALSE = '3 a living node is declared dead';
const LATE = '4 a silent node is not declared dead';

/** Alpha runs web; the one link is cut from 20 s on. */
function cut(): Story {
  return new Story().together().group(3000, 'alpha', 'start', 'web').path(20_000, false);
}

function broken(story: Story, end = 0): readonly string[] {
  const judge = story.judge({ end, sight: { sockets: false } });
  return judge.violations.filter(({ invariant }) => invariant <= 4).map(told);
}

describe('a cut cable', () => {
  it('excuses a takeover after the dead time, and none before', () => {
    const right = cut()
      .declares(30_500, 'beta', 'alpha', 'dead')
      .declares(30_500, 'alpha', 'beta', 'dead');
    assert.deepEqual(broken(right.group(30_600, 'beta', 'start', 'web')), []);
    const early = cut().declares(25_000, 'beta', 'alpha', 'dead');
    assert.deepEqual(broken(early.group(25_100, 'beta', 'start', 'web')), [FALSE, TWO]);
  });

  it('is to be noticed on both sides, as is a power cut on one', () => {
    assert.deepEqual(broken(cut(), 40_000), [LATE, LATE]);
    const off = new Story().together().see(20_000, 'alpha', { kind: 'power', on: false });
    assert.deepEqual(broken(off, 40_000), [LATE]);
  });

  it('is nothing while another life or a healed cable speaks', () => {
    assert.deepEqual(broken(cut().path(28_000, true), 60_000), []);
    const healed = cut().path(24_000, true);
    assert.deepEqual(broken(healed.declares(31_000, 'beta', 'alpha', 'dead')), [FALSE]);
  });
});
