/** Orders of scripts that are right, and those that are not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story } from './story.fixture.js';

/** Alpha alone, so that nothing but the order of its scripts is in question. */
function alone(): Story {
  return new Story().begin(0, 'alpha');
}

function broken(story: Story): readonly string[] {
  return story
    .judge()
    .violations.filter(({ invariant }) => invariant === 5)
    .map(({ invariant, title }) => `${invariant} ${title}`);
}

describe('order', () => {
  it('starts forwards, stops backwards, and asks for the status at any time', () => {
    const story = alone().script(50, 'alpha', 'status', 'web', { ok: false, takes: 20 });
    story.group(100, 'alpha', 'start', 'web').script(150, 'alpha', 'status', 'www', { takes: 10 });
    assert.deepEqual(broken(story.group(1000, 'alpha', 'stop', 'web')), []);
  });

  it('starts what is behind something that says that it runs', () => {
    const story = alone().script(50, 'alpha', 'status', 'web', { takes: 20 });
    assert.deepEqual(broken(story.script(100, 'alpha', 'start', 'www')), []);
  });

  it('is broken by a start behind something that does not run', () => {
    const story = alone().script(100, 'alpha', 'start', 'www');
    assert.deepEqual(broken(story), ['5 a start out of order']);
    const before = alone().group(100, 'alpha', 'start', 'web').group(500, 'alpha', 'stop', 'web');
    assert.deepEqual(broken(before.script(900, 'alpha', 'start', 'www')), [
      '5 a start out of order',
    ]);
  });

  it('is broken by a stop in front of something that runs', () => {
    const story = alone().group(100, 'alpha', 'start', 'web').script(500, 'alpha', 'stop', 'web');
    assert.deepEqual(broken(story), ['5 a stop out of order']);
  });

  it('goes on behind something that could not be stopped', () => {
    const story = alone().group(100, 'alpha', 'start', 'web');
    story.script(500, 'alpha', 'stop', 'www', { ok: false });
    assert.deepEqual(broken(story.script(700, 'alpha', 'stop', 'web')), []);
  });

  it('is broken by two scripts at once on one machine, not on two', () => {
    const story = alone().script(100, 'alpha', 'start', 'web').script(150, 'alpha', 'stop', 'www');
    assert.deepEqual(broken(story), ['5 two scripts of a group at once']);
    const two = alone().script(100, 'alpha', 'start', 'web').script(150, 'alpha', 'start', 'mail');
    assert.deepEqual(broken(two), []);
  });

  it('stops everything after a start that failed', () => {
    const story = alone().script(100, 'alpha', 'start', 'web');
    story.script(200, 'alpha', 'start', 'www', { ok: false }).group(300, 'alpha', 'stop', 'web');
    assert.deepEqual(broken(story.group(40_000, 'alpha', 'start', 'web')), []);
  });

  it('lets a status decide where a runner was killed and nobody saw the start fail', () => {
    const story = alone();
    const script = { kind: 'script', group: 'web', resource: 'web', verb: 'start' } as const;
    story.see(100, 'alpha', { ...script, phase: 'begin' });
    story.see(200, 'alpha', { ...script, phase: 'end', ok: false, unseen: true });
    assert.deepEqual(broken(story.group(300, 'alpha', 'start', 'web')), []);
  });

  it('is broken by a start after one that failed', () => {
    const story = alone().script(100, 'alpha', 'start', 'web');
    story.script(200, 'alpha', 'start', 'www', { ok: false }).script(300, 'alpha', 'stop', 'www');
    assert.deepEqual(broken(story.script(400, 'alpha', 'start', 'web')), [
      '5 a start after one that failed',
    ]);
  });

  it('is broken by a storm of starts that fail, unless something asks for them', () => {
    const attempts = (story: Story): Story => {
      for (let at = 1000; at < 11_000; at += 2000) {
        story.script(at, 'alpha', 'start', 'mail', { ok: false });
        story.script(at + 200, 'alpha', 'stop', 'mail');
      }
      return story;
    };
    assert.deepEqual(broken(attempts(alone())), ['5 a storm of starts that fail']);
    const asked = alone().see(6000, 'alpha', { kind: 'asked', id: 1, what: 'standby' });
    asked.log(6001, 'alpha', 'standby message [me] from alpha ignored.  Other side is in flux.');
    assert.deepEqual(broken(attempts(asked)), []);
    const died = alone();
    for (const at of [1000, 4000, 6000, 9000, 11_000, 13_000]) {
      died.script(at, 'alpha', 'start', 'mail', { ok: false });
      died.script(at + 200, 'alpha', 'stop', 'mail');
      if (at !== 1000 && at !== 6000) continue;
      died.see(at + 1000, 'alpha', { kind: 'declares', peer: 'beta', status: 'dead' });
    }
    assert.deepEqual(broken(died), []);
  });

  it('begins anew with the machine', () => {
    const story = alone().group(100, 'alpha', 'start', 'web');
    story.see(500, 'alpha', { kind: 'power', on: false });
    story.see(600, 'alpha', { kind: 'power', on: true }).begin(700, 'alpha', { generation: 2 });
    assert.deepEqual(broken(story.group(1000, 'alpha', 'start', 'web')), []);
  });
});
