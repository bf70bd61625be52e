/** The bounds of logs and of whatever else has one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story } from './story.fixture.js';

const LINES = '9 too many lines of log';

function lines(story: Story, from: number, count: number): Story {
  for (let index = 0; index < count; index += 1) story.log(from + index, 'alpha', `line ${index}`);
  return story;
}

function broken(story: Story): readonly string[] {
  const judge = story.judge();
  return judge.violations
    .filter(({ invariant }) => invariant === 9)
    .map(({ invariant, title }) => `${invariant} ${title}`);
}

describe('bounds', () => {
  it('of the log are lines in a minute, more for what happens', () => {
    assert.deepEqual(broken(lines(new Story(), 0, 200)), []);
    assert.deepEqual(broken(lines(new Story(), 0, 201)), [LINES]);
    assert.deepEqual(broken(lines(lines(new Story(), 0, 150), 60_000, 150)), []);
    assert.deepEqual(broken(lines(new Story().declares(0, 'alpha', 'beta', 'dead'), 0, 215)), []);
  });

  it('of anything are not passed, and it is said once', () => {
    const size = (count: number) => ({ kind: 'size', what: 'history', count, limit: 500 }) as const;
    const story = new Story().see(1, 'alpha', size(500));
    assert.deepEqual(broken(story), []);
    story.see(2, 'alpha', size(501)).see(3, 'alpha', size(502));
    assert.deepEqual(broken(story), ['9 something bounded has grown beyond its bound']);
  });

  it('of what is sent again are not passed by ours, in one life', () => {
    const again = { kind: 'sent', again: true, type: 'status', generation: 1, seq: 7 } as const;
    const story = new Story().see(0, 'alpha', again).see(240, 'alpha', again);
    story.begin(300, 'alpha', { generation: 2 }).see(301, 'alpha', again).see(302, 'beta', again);
    assert.deepEqual(broken(story), []);
    story.see(400, 'alpha', again);
    assert.deepEqual(broken(story), ['9 a message is sent again too soon']);
  });
});
