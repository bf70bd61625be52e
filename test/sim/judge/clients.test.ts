/** What clients must be told, and what not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story } from './story.fixture.js';

const BROKEN = '10 a client is told what is not so';

function tell(story: Story, at: number, what: string, client = 'one'): Story {
  return story.see(at, 'alpha', { kind: 'told', client, what });
}

function broken(story: Story): readonly string[] {
  const judge = story.judge();
  return judge.violations
    .filter(({ invariant }) => invariant === 10)
    .map(({ invariant, title }) => `${invariant} ${title}`);
}

function changed(): Story {
  const story = new Story().begin(0, 'alpha').declares(10, 'alpha', 'beta', 'active');
  return story.declares(20, 'alpha', 'beta', 'dead').log(30, 'alpha', 'Link beta:eth0 dead.');
}

describe('a client', () => {
  it('is told of each change, once and in order, perhaps late', () => {
    const story = tell(tell(changed(), 40, 'node beta active'), 50, 'node beta dead');
    assert.deepEqual(broken(tell(story, 60, 'link beta:eth0 dead')), []);
  });

  it('may come in the middle', () => {
    const story = tell(tell(changed(), 40, 'node beta dead'), 50, 'node beta active', 'two');
    assert.deepEqual(broken(tell(story, 60, 'node beta dead', 'two')), []);
  });

  it('is not told twice, or of what never happened', () => {
    const twice = tell(tell(changed(), 40, 'node beta dead'), 50, 'node beta dead');
    assert.deepEqual(broken(twice), [BROKEN]);
    assert.deepEqual(broken(tell(changed(), 40, 'link beta:eth0 up')), [BROKEN]);
    const own = tell(tell(changed(), 40, 'resource local'), 50, 'resource local');
    assert.deepEqual(broken(own), [BROKEN]);
  });

  it('misses nothing', () => {
    const story = tell(changed(), 15, 'node beta active');
    story.declares(25, 'alpha', 'beta', 'active');
    assert.deepEqual(broken(tell(story, 40, 'node beta active')), [BROKEN]);
  });
});
