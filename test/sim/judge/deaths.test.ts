/** When a node may, and when it must, be declared dead. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Story, WATCHED } from './story.fixture.js';

const FALSE = '3 a living node is declared dead';
const LATE = '4 a silent node is not declared dead';

/** Both talk; the last status of beta can be read at 20110. */
function silent(): Story {
  return new Story().together().talk(100, 20_100).beat('alpha', 21_100, 60_000);
}

describe('no false death', () => {
  it('lets a node be declared dead after its dead time', () => {
    assert.deepEqual(silent().declares(30_110, 'alpha', 'beta', 'dead').broken(), []);
  });

  it('catches a declaration that comes too early', () => {
    assert.deepEqual(silent().declares(30_000, 'alpha', 'beta', 'dead').broken(), [FALSE]);
  });

  it('counts what waited in the socket of a machine that stood still', () => {
    const story = new Story().together().talk(100, 40_100);
    story.see(20_500, 'alpha', { kind: 'paused' }).see(40_000, 'alpha', { kind: 'resumed' });
    assert.deepEqual(story.declares(40_050, 'alpha', 'beta', 'dead').broken(), [FALSE]);
  });

  it('says of a node that it has not read the status yet, where it slept or is late', () => {
    const facts = (story: Story): string =>
      story.declares(40_050, 'alpha', 'beta', 'dead').judge().violations[0]?.facts.at(-1) ?? '';
    const unread = 'alpha has slept, or is late, and reads it now';
    const pair = (): Story => new Story().together().talk(100, 40_100);
    const slept = pair().see(20_500, 'alpha', { kind: 'paused' });
    assert.equal(facts(slept.see(40_000, 'alpha', { kind: 'resumed' })), unread);
    const late = pair().see(20_500, 'alpha', { kind: 'slow', lateness: 2000 });
    assert.equal(facts(late), unread);
    const nap = pair().see(20_500, 'alpha', { kind: 'paused' });
    assert.equal(facts(nap.see(30_000, 'alpha', { kind: 'resumed' })), 'it had to wait for 10 s');
  });

  it('says of a life that is met by something else than a status', () => {
    const story = new Story().together().talk(100, 20_100).begin(35_000, 'beta', { generation: 2 });
    const first = { kind: 'available', from: 'beta', link: 'eth0', authentic: true } as const;
    story.see(35_500, 'alpha', { ...first, type: 'starting', generation: 2, seq: 4 });
    const { violations } = story.declares(35_600, 'alpha', 'beta', 'dead').judge();
    const death = violations.find(({ invariant }) => invariant === 3);
    assert.equal(death?.facts.at(-1), 'what has come of its life is no status');
  });

  it('counts neither forgeries, old generations, copies nor messages sent again', () => {
    const story = silent();
    const message = { kind: 'available', from: 'beta', link: 'eth0', type: 'status' } as const;
    story.see(25_000, 'alpha', { ...message, authentic: false, generation: 1, seq: 40 });
    story.see(25_100, 'alpha', { ...message, authentic: true, generation: 0, seq: 40 });
    story.see(25_200, 'alpha', { ...message, authentic: true, generation: 1, seq: 21 });
    assert.deepEqual(story.declares(30_110, 'alpha', 'beta', 'dead').broken(), []);
  });

  it('does not count what was sent before the first word that came of a life', () => {
    const story = new Story().together().talk(100, 20_100).begin(21_000, 'beta', { generation: 2 });
    const first = { kind: 'available', from: 'beta', link: 'eth0', authentic: true } as const;
    story.see(21_500, 'alpha', { ...first, type: 'reqnodes', generation: 2, seq: 5 });
    story.see(24_000, 'alpha', { ...first, type: 'status', generation: 2, seq: 4 });
    assert.deepEqual(story.declares(31_510, 'alpha', 'beta', 'dead').broken(), []);
  });

  it('waits for initdead at first, counted from the begin of the life', () => {
    const story = (at: number): Story =>
      new Story()
        .begin(0, 'alpha')
        .beat('alpha', 100, 30_000)
        .declares(at, 'alpha', 'beta', 'dead');
    assert.deepEqual(story(20_000).broken(), []);
    assert.deepEqual(story(19_000).broken(), [FALSE]);
  });
});

describe('no late death', () => {
  it('has one keepalive and the lateness of the loop to spare', () => {
    const due = 20_110 + 10_000 + 1000 + 500;
    assert.deepEqual(silent().declares(due, 'alpha', 'beta', 'dead').broken(40_000), []);
    assert.deepEqual(
      silent()
        .declares(due + 100, 'alpha', 'beta', 'dead')
        .broken(),
      [LATE],
    );
    assert.deepEqual(silent().broken(40_000), [LATE]);
  });

  it('asks nothing of a node that stands still, and forgives it what it slept through', () => {
    const story = silent().see(25_000, 'alpha', { kind: 'paused' });
    assert.deepEqual(story.broken(60_000), []);
    story.see(32_000, 'alpha', { kind: 'resumed' });
    assert.deepEqual(story.declares(35_400, 'alpha', 'beta', 'dead').broken(), []);
    assert.deepEqual(story.broken(36_000), []);
  });

  it('counts what came while it stood still from when it could be read', () => {
    const story = silent().see(18_000, 'alpha', { kind: 'paused' });
    story.see(24_000, 'alpha', { kind: 'resumed' });
    assert.deepEqual(story.declares(35_000, 'alpha', 'beta', 'dead').broken(), []);
    const late = silent().see(18_000, 'alpha', { kind: 'paused' });
    late.see(24_000, 'alpha', { kind: 'resumed' });
    late.see(26_000, 'alpha', { kind: 'paused' }).see(26_100, 'alpha', { kind: 'resumed' });
    assert.deepEqual(late.declares(36_000, 'alpha', 'beta', 'dead').broken(), [LATE]);
    const nap = silent().see(18_000, 'alpha', { kind: 'paused' });
    nap.see(24_000, 'alpha', { kind: 'resumed' });
    nap.see(26_000, 'alpha', { kind: 'paused' }).see(26_100, 'alpha', { kind: 'resumed' });
    assert.deepEqual(nap.declares(35_000, 'alpha', 'beta', 'dead').broken(), []);
  });

  it('asks it after it has woken', () => {
    const story = silent().see(25_000, 'alpha', { kind: 'paused' });
    story.see(32_000, 'alpha', { kind: 'resumed' });
    assert.deepEqual(story.broken(36_000), [LATE]);
  });

  it('forgives a whole dead time that was slept through, whatever nap follows', () => {
    for (const [at, expected] of [
      [42_400, []],
      [43_000, [LATE]],
    ] as const) {
      const story = silent().declares(at, 'alpha', 'beta', 'dead');
      for (const [from, to] of [
        [21_000, 31_000],
        [35_000, 35_100],
      ] as const) {
        story.see(from, 'alpha', { kind: 'paused' }).see(to, 'alpha', { kind: 'resumed' });
      }
      assert.deepEqual(story.broken(), expected, `${at}`);
    }
  });

  it('knows how long a young node has asked for, also after such a sleep', () => {
    const story = (at: number): Story => {
      const nodes = WATCHED.nodes.map(({ name }) => ({ name, genuine: name === 'beta' }));
      const young = new Story({ nodes });
      young.together().beat('alpha', 100, 60_000).beat('beta', 100, 4100);
      young.see(6000, 'alpha', { kind: 'paused' }).see(18_000, 'alpha', { kind: 'resumed' });
      return young.declares(at, 'alpha', 'beta', 'dead');
    };
    assert.deepEqual(story(30_100).broken(), []);
    assert.deepEqual(story(31_600).broken(), [LATE]);
  });

  it('counts anew when a genuine node has been brought back by an old status', () => {
    for (const genuine of [true, false]) {
      const nodes = WATCHED.nodes.map(({ name }) => ({
        name,
        genuine: genuine && name === 'alpha',
      }));
      const story = new Story({ nodes }).together().talk(100, 20_100).beat('alpha', 21_100, 36_000);
      story.declares(30_200, 'alpha', 'beta', 'dead').declares(34_000, 'alpha', 'beta', 'active');
      assert.deepEqual(story.broken(36_000), genuine ? [] : [LATE]);
    }
  });

  it('asks nothing of a node that gives up everything', () => {
    const story = silent().log(25_000, 'alpha', 'Heartbeat shutdown in progress. (1)');
    assert.deepEqual(story.broken(60_000), []);
  });

  it('asks nothing of a loop that is served too late to know', () => {
    const story = silent().see(25_000, 'alpha', { kind: 'slow', lateness: 5000 });
    assert.deepEqual(story.broken(60_000), []);
  });

  it('is told what a genuine node waits for', () => {
    const last = (story: Story): string =>
      story.judge({ end: 60_000 }).violations[0]?.facts.at(-1) ?? '';
    const alone = new Story().begin(0, 'alpha').beat('alpha', 100, 50_100);
    assert.equal(last(alone), 'alpha does not say yet that it is at work');
    const brief = new Story().together().beat('alpha', 100, 50_100).beat('beta', 100, 4100);
    assert.equal(last(brief), '0:00:04.100 it was sent: so early it announces a longer dead time');
    assert.match(last(silent()), /^0:00:31\.\d+ until then alpha had to declare it dead$/);
  });

  it('takes initdead at first', () => {
    const story = new Story().begin(0, 'alpha').beat('alpha', 100, 20_100);
    assert.deepEqual(story.broken(21_400), []);
    assert.deepEqual(story.broken(22_000), [LATE]);
  });
});
