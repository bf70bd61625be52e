/** What may be accepted, and how often. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story } from './story.fixture.js';

const BROKEN = '7 a message is accepted that should not be';

interface Numbered {
  readonly seq: number;
  readonly generation?: number;
  readonly from?: string;
}

/** A message of beta that alpha can read, and then takes in. */
function available(story: Story, at: number, { seq, generation = 1 }: Numbered): Story {
  const message = { type: 'resource', generation, seq };
  return story.see(at, 'alpha', {
    kind: 'available',
    from: 'beta',
    link: 'eth0',
    authentic: true,
    ...message,
  });
}

function accepted(story: Story, at: number, { seq, generation = 1, from = 'beta' }: Numbered) {
  return story.see(at, 'alpha', { kind: 'accepted', from, type: 'resource', generation, seq });
}

/** Available and accepted, one after the other. */
function taken(numbers: readonly Numbered[]): readonly string[] {
  const story = new Story().begin(0, 'alpha').begin(0, 'beta');
  for (const [index, number] of numbers.entries()) {
    accepted(available(story, 100 + index, number), 100 + index, number);
  }
  return story.broken();
}

describe('messages', () => {
  it('are accepted in order, and late where they were missed', () => {
    assert.deepEqual(taken([{ seq: 1 }, { seq: 2 }, { seq: 5 }, { seq: 4 }, { seq: 3 }]), []);
  });

  it('begin anew with a generation', () => {
    assert.deepEqual(taken([{ seq: 7 }, { seq: 1, generation: 2 }, { seq: 2, generation: 2 }]), []);
  });

  it('are not accepted twice', () => {
    assert.deepEqual(taken([{ seq: 1 }, { seq: 2 }, { seq: 1 }]), [BROKEN]);
  });

  it('are not accepted of a life that is over', () => {
    assert.deepEqual(
      taken([
        { seq: 1, generation: 2 },
        { seq: 9, generation: 1 },
      ]),
      [BROKEN],
    );
  });

  it('are not accepted from further back than any node keeps', () => {
    assert.deepEqual(taken([{ seq: 9000 }, { seq: 4000 }]), [BROKEN]);
  });

  it('are not accepted when they were never there, or not authentic', () => {
    const story = new Story().begin(0, 'alpha').begin(0, 'beta');
    assert.deepEqual(accepted(story, 100, { seq: 1 }).broken(), [BROKEN]);
    const forged = new Story().begin(0, 'alpha').begin(0, 'beta');
    const message = { kind: 'available', from: 'beta', link: 'eth0', type: 'resource' } as const;
    forged.see(90, 'alpha', { ...message, authentic: false, generation: 1, seq: 1 });
    assert.deepEqual(accepted(forged, 100, { seq: 1 }).broken(), [BROKEN]);
  });

  it('are not accepted from ourselves', () => {
    const story = new Story().begin(0, 'alpha').begin(0, 'beta');
    assert.deepEqual(accepted(story, 100, { seq: 1, from: 'alpha' }).broken(), [BROKEN]);
  });

  it('may be accepted once more in a new life of the hearer', () => {
    const story = new Story().begin(0, 'alpha').begin(0, 'beta');
    accepted(available(story, 100, { seq: 1 }), 100, { seq: 1 });
    story.see(200, 'alpha', { kind: 'ends', how: 'killed' });
    story.begin(300, 'alpha', { generation: 2, resumed: true });
    assert.deepEqual(accepted(available(story, 400, { seq: 1 }), 400, { seq: 1 }).broken(), []);
  });
});
