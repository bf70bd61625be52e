/** What counts as the outcome of a request. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story } from './story.fixture.js';

const LOST = '6 a request is lost';
const HOURS = 2 * 3_600_000;

function asked(what: 'standby' | 'takeover' | 'stop'): Story {
  return new Story().begin(0, 'alpha').begin(0, 'beta').see(1000, 'alpha', {
    kind: 'asked',
    id: 1,
    what,
    share: 'all',
  });
}

function broken(story: Story): readonly string[] {
  const judge = story.judge({ end: HOURS });
  return judge.violations
    .filter(({ invariant }) => invariant === 6)
    .map(({ invariant, title }) => `${invariant} ${title}`);
}

describe('a request', () => {
  it('is lost when nothing comes of it', () => {
    for (const what of ['standby', 'takeover', 'stop'] as const) {
      assert.deepEqual(broken(asked(what)), [LOST], what);
    }
  });

  it('is done, refused or given up with a line of log', () => {
    for (const text of [
      'Other node completed standby takeover of all resources.',
      'standby message [me] from alpha ignored.  Other side is in flux.',
      'No reply to standby request.  Standby request cancelled.',
      'Standby refused: web could not be stopped and stays on this node',
    ]) {
      assert.deepEqual(broken(asked('standby').log(2000, 'alpha', text)), [], text);
    }
    const taken = asked('takeover').log(2000, 'beta', 'Standby resource acquisition done [all].');
    assert.deepEqual(broken(taken), []);
    const refused = 'Shutdown refused: web could not be stopped and stays on this node';
    assert.deepEqual(broken(asked('stop').log(2000, 'alpha', refused)), []);
  });

  it('has no outcome in lines that tell of something else', () => {
    const story = asked('standby').log(2000, 'alpha', 'alpha wants to go standby [all]');
    assert.deepEqual(broken(story.log(3000, 'alpha', 'standby: beta can take our all resources')), [
      LOST,
    ]);
    const other = asked('stop').log(2000, 'alpha', 'Cancelling pending standby operation');
    assert.deepEqual(broken(other), [LOST]);
  });

  it('ends with the life that was asked', () => {
    const story = asked('stop').see(5000, 'alpha', { kind: 'ends', how: 'stopped' });
    assert.deepEqual(broken(story), []);
    const other = asked('stop').see(5000, 'beta', { kind: 'ends', how: 'stopped' });
    assert.deepEqual(broken(other), [LOST]);
  });

  it('is not counted where nobody could be asked', () => {
    const nobody = new Story().see(1000, 'alpha', { kind: 'asked', id: 1, what: 'standby' });
    assert.deepEqual(broken(nobody), []);
    const alone = new Story().begin(0, 'alpha');
    assert.deepEqual(
      broken(alone.see(1000, 'alpha', { kind: 'asked', id: 1, what: 'takeover' })),
      [],
    );
  });
});
