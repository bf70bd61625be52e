/** Each excuse for a double holding is needed, and no wider than it says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doubleSpan, excuseSpan } from './bounds.js';
import { Story, told, WATCHED } from './story.fixture.js';

const TWO = '1 two machines hold one group';
const ENDLESS = '2 two machines go on holding one group';
const W = excuseSpan(WATCHED);
const X = doubleSpan(WATCHED);

/** Alpha runs web, both have talked until then. */
function served(until: number): Story {
  return new Story().together().talk(100, until).group(3000, 'alpha', 'start', 'web');
}

/** The violations of the first two invariants. */
function broken(story: Story, end = 0): readonly string[] {
  return story.broken(end).filter((text) => /^[12] /.test(text));
}

describe('one holder', () => {
  it('is kept by an orderly move, to the millisecond', () => {
    const story = served(20_000).group(10_000, 'alpha', 'stop', 'web');
    assert.deepEqual(broken(story.group(10_200, 'beta', 'start', 'web')), []);
  });

  it('is broken by a start one millisecond before the last stop has ended', () => {
    const story = served(20_000).group(10_000, 'alpha', 'stop', 'web');
    const judge = story.group(10_199, 'beta', 'start', 'web').judge();
    assert.deepEqual(judge.violations.map(told), [TWO]);
    assert.match(judge.violations[0]?.facts.join() ?? '', /0:00:10\.199 beta starts web/);
  });

  it('is kept when the machine is off, broken when only its daemon has stopped', () => {
    const off = served(10_000).see(10_500, 'alpha', { kind: 'power', on: false });
    assert.deepEqual(broken(off.group(11_000, 'beta', 'start', 'web')), []);
    const stopped = served(10_000).see(10_500, 'alpha', { kind: 'ends', how: 'stopped' });
    assert.deepEqual(broken(stopped.group(11_000, 'beta', 'start', 'web')), [TWO]);
  });

  it('counts a start that failed until it was stopped', () => {
    const story = served(20_000).group(9000, 'alpha', 'stop', 'web');
    story.script(10_000, 'alpha', 'start', 'web', { ok: false });
    assert.deepEqual(broken(story.group(10_500, 'beta', 'start', 'web')), [TWO]);
  });
});

describe('whose decision a double holding is', () => {
  it('is told: of who starts last, or of who starts what it has given away', () => {
    const facts = (given: number): readonly string[] | undefined => {
      const story = served(20_000).group(9000, 'alpha', 'stop', 'web');
      story.log(given, 'alpha', 'Local standby process completed [local].');
      story.group(10_000, 'alpha', 'start', 'web').group(11_000, 'beta', 'start', 'web');
      return story.judge().violations[0]?.facts;
    };
    assert.equal(facts(9300)?.at(-1), '0:00:09.300 alpha had given it away');
    assert.equal(facts(10_500)?.length, 3);
  });
});

describe('why a node starts what another one runs', () => {
  const last = (story: Story): string | undefined =>
    story.judge().violations.find(({ invariant }) => invariant === 1)?.facts[3];

  it('is told of a worker of its own at a shutdown notice, for its own groups', () => {
    const served = (key: string, resource: string): Story => {
      const story = new Story().together().talk(100, 20_000).group(3000, 'alpha', 'start', key);
      story.log(9000, 'beta', "Received shutdown notice from 'alpha'.");
      return story.script(9500, 'beta', 'start', resource);
    };
    const worker = '0:00:09.000 a worker starts its own groups: alpha has said that it ends';
    assert.equal(last(served('mail', 'mail')), worker);
    assert.equal(last(served('web', 'web')), undefined);
    const done = served('mail', 'mail');
    done.log(9400, 'beta', 'local HA resource acquisition completed (standby).');
    assert.equal(last(done), undefined);
  });

  it('is told of a death, while the dead node stops the group', () => {
    const story = (from: number): Story =>
      served(20_000)
        .script(from, 'alpha', 'stop', 'www', { takes: 900 })
        .declares(10_400, 'beta', 'alpha', 'dead')
        .script(10_500, 'beta', 'start', 'web');
    const dead = '0:00:10.400 alpha is dead to it, and still stops them';
    assert.equal(last(story(10_000)), dead);
    assert.equal(last(story(9000)), undefined);
  });

  it('is told of a death that was declared on waking, and that double is to end in time', () => {
    const story = (dead: number): Story =>
      served(60_000 + X)
        .see(20_000, 'beta', { kind: 'paused' })
        .see(28_000, 'beta', { kind: 'resumed' })
        .declares(dead, 'beta', 'alpha', 'dead')
        .group(32_000, 'beta', 'start', 'web');
    assert.equal(last(story(28_000)), '0:00:28.000 it took alpha for dead with its words unread');
    assert.equal(last(story(31_000)), undefined);
    assert.deepEqual(broken(story(28_000)), [TWO, ENDLESS]);
    assert.deepEqual(broken(story(31_000)), [TWO]);
  });

  it('is told in legacy mode of a node at work that has not heard that the other is', () => {
    const story = (met: number): Story =>
      new Story({ autoFailback: 'legacy' })
        .together()
        .talk(100, 20_000)
        .group(1000, 'alpha', 'start', 'mail')
        .declares(met, 'beta', 'alpha', 'active')
        .script(9500, 'beta', 'start', 'mail');
    const unmet = '0:00:02.000 it is at work before it hears that alpha is';
    assert.equal(last(story(2500)), unmet);
    assert.equal(last(story(1900)), undefined);
    assert.equal(last(story(1900).declares(1950, 'beta', 'alpha', 'up')), unmet);
  });
});

describe('an excuse', () => {
  it('is a silence of one direction, if it was long enough', () => {
    for (const [silence, expected] of [
      [9000, []],
      [8989, [TWO]],
    ] as const) {
      const story = served(20_100).beat('beta', 21_100, 40_100);
      // The last status of alpha could be read at 20110 by beta; beta's always by alpha.
      story.group(20_110 + silence, 'beta', 'start', 'web');
      const numbers = broken(story).filter((text) => text === TWO);
      assert.deepEqual(numbers, expected, `${silence} ms`);
    }
  });

  it('is no silence that was over for longer than W', () => {
    for (const [after, expected] of [
      [W - 100, []],
      [W + 100, [TWO]],
    ] as const) {
      const story = served(20_100).talk(32_100, 70_100);
      story.group(32_110 + after, 'beta', 'start', 'web');
      const two = broken(story).filter((text) => text === TWO);
      assert.deepEqual(two, expected, `${after} ms`);
    }
  });

  it('is no time in which one of them was not there', () => {
    const story = new Story().begin(0, 'alpha').says(2000, 'alpha', 'all');
    story.beat('alpha', 100, 60_000, { to: 'nobody' }).group(3000, 'alpha', 'start', 'web');
    story.begin(50_000, 'beta').beat('beta', 50_100, 60_000);
    story.beat('alpha', 60_100, 61_100);
    assert.deepEqual(broken(story.group(51_000, 'beta', 'start', 'web')), [TWO]);
  });

  it('is an initdead without a word, of a speaker who came before its end', () => {
    for (const [begins, hears, expected] of [
      [28_000, false, []],
      [30_100, false, [TWO]],
      [28_000, true, [TWO]],
    ] as const) {
      // Beta waits until 30 s; from then on it takes what it finds.
      const story = new Story().begin(10_000, 'beta').beat('beta', 10_000, 60_000);
      story.begin(begins, 'alpha').group(begins + 100, 'alpha', 'start', 'web');
      story.beat('alpha', begins, 60_000, { to: 'nobody' });
      if (hears) story.beat('alpha', 29_000, 29_000);
      const two = broken(story.group(30_500, 'beta', 'start', 'web')).filter((t) => t === TWO);
      assert.deepEqual(two, expected, `${begins} ${hears}`);
    }
  });

  it('is no silence in what is not authentic or of an old number', () => {
    const story = served(20_000).beat('beta', 21_000, 40_000);
    const message = { kind: 'available', from: 'alpha', link: 'eth0', type: 'status' } as const;
    story.see(25_000, 'beta', { ...message, authentic: false, generation: 1, seq: 30 });
    story.see(26_000, 'beta', { ...message, authentic: true, generation: 1, seq: 2 });
    assert.deepEqual(broken(story.group(30_000, 'beta', 'start', 'web')), []);
  });

  it('is a pause of one of them, if it was long enough', () => {
    for (const [pause, expected] of [
      [9000, []],
      [8900, [TWO]],
    ] as const) {
      const story = served(60_000).see(20_000, 'beta', { kind: 'paused' });
      story.see(20_000 + pause, 'beta', { kind: 'resumed' });
      story.group(30_000, 'beta', 'start', 'web').group(31_000, 'beta', 'stop', 'web');
      assert.deepEqual(broken(story), expected, `${pause} ms`);
    }
  });

  it('is a stop of that group that failed or hangs, not one of another group', () => {
    const failed = served(20_000).script(10_000, 'alpha', 'stop', 'www', { ok: false });
    assert.deepEqual(broken(failed.group(10_500, 'beta', 'start', 'web')), []);
    const hanging = served(20_000).script(10_000, 'alpha', 'stop', 'www', { takes: 5000 });
    assert.deepEqual(broken(hanging.group(11_500, 'beta', 'start', 'web')), []);
    const slow = served(20_000).script(10_000, 'alpha', 'stop', 'www', { takes: 900 });
    assert.deepEqual(broken(slow.group(10_500, 'beta', 'start', 'web')), [TWO]);
    const other = served(20_000).script(9000, 'alpha', 'start', 'mail');
    other.script(10_000, 'alpha', 'stop', 'mail', { ok: false });
    assert.deepEqual(broken(other.group(10_500, 'beta', 'start', 'web')), [TWO]);
  });

  it('is a status that is wrong, not one that is right', () => {
    const lie = served(20_000).script(10_000, 'alpha', 'status', 'web', { ok: false });
    assert.deepEqual(broken(lie.group(10_500, 'beta', 'start', 'web')), []);
    const right = served(20_000).script(10_000, 'alpha', 'status', 'web');
    right.script(10_200, 'beta', 'status', 'web', { ok: false });
    assert.deepEqual(broken(right.group(10_500, 'beta', 'start', 'web')), [TWO]);
  });

  it('is a daemon that was killed, until a life has taken on what ran', () => {
    const killed = served(10_000).see(10_500, 'alpha', { kind: 'ends', how: 'killed' });
    assert.deepEqual(broken(killed.group(11_000, 'beta', 'start', 'web')), []);
    const resumed = served(10_000).see(10_500, 'alpha', { kind: 'ends', how: 'killed' });
    resumed.begin(11_000, 'alpha', { generation: 2, resumed: true });
    resumed.beat('alpha', 11_100, 60_000, { generation: 2 }).beat('beta', 11_000, 60_000);
    const late = 10_500 + W + 1;
    assert.deepEqual(broken(resumed.group(late, 'beta', 'start', 'web'), late), [TWO]);
  });

  it('reaches further back over a script that took too long', () => {
    const story = served(20_100).talk(32_100, 92_100);
    story.script(32_200, 'beta', 'start', 'mail', { takes: 60_000, ok: false, hung: true });
    const begin = 92_300;
    assert.deepEqual(broken(story.group(begin, 'beta', 'start', 'web'), begin), []);
  });
});

describe('a double holding', () => {
  /** Cut from 20 s on, both hold web from 31 s on, healed at 40.1 s, beta gives up at `end`. */
  function split(end: number): Story {
    const story = served(20_100).group(31_000, 'beta', 'start', 'web');
    return story.talk(40_100, end + 20_000).group(end - 200, 'beta', 'stop', 'web');
  }

  it('ends within X of the first words both ways', () => {
    assert.deepEqual(broken(split(40_110 + X - 10)), []);
    assert.deepEqual(broken(split(40_110 + X + 1000)), [ENDLESS]);
  });

  it('is the matter of a genuine node that says it holds nothing of it', () => {
    const endless = (says: string): readonly (string | undefined)[] => {
      const nodes = WATCHED.nodes.map(({ name }) => ({ name, genuine: name === 'beta' }));
      const story = new Story({ nodes }).together().talk(100, 20_100);
      story.group(3000, 'alpha', 'start', 'web').group(31_000, 'beta', 'start', 'web');
      story.says(32_000, 'beta', says).talk(40_100, 60_100 + X);
      const { violations } = story.judge();
      return violations.flatMap(({ invariant, facts }) => (invariant === 2 ? [facts[3]] : []));
    };
    assert.deepEqual(endless('none'), ['beta runs it, and says that it holds none']);
    for (const says of ['foreign', 'transition']) assert.deepEqual(endless(says), [undefined]);
  });

  it('lasts as long as the cut does', () => {
    const story = served(20_100).group(31_000, 'beta', 'start', 'web');
    assert.deepEqual(broken(story.beat('alpha', 40_100, 500_000), 500_000), []);
  });

  it('has more time while a script hangs that is to end before', () => {
    const story = served(20_100).group(31_000, 'beta', 'start', 'web').talk(40_100, 99_100);
    const hangs = { takes: 55_000, ok: false, hung: true };
    assert.deepEqual(broken(story.script(40_200, 'beta', 'start', 'mail', hangs)), []);
  });

  it('has more time while a script hangs that was begun for a daemon which was killed', () => {
    const hangs = { takes: 58_000, ok: false, hung: true };
    const story = served(20_100).group(31_000, 'beta', 'start', 'web').talk(40_100, 99_100);
    story.script(40_200, 'beta', 'start', 'mail', hangs);
    story.see(40_300, 'beta', { kind: 'ends', how: 'killed' });
    story.see(40_400, 'beta', { kind: 'begins', generation: 1, genuine: false, resumed: true });
    assert.deepEqual(broken(story), []);
  });

  it('has more time until a life that has resumed it is at work', () => {
    const story = served(20_100).group(31_000, 'beta', 'start', 'web');
    story.see(39_000, 'alpha', { kind: 'ends', how: 'restarting' });
    story.begin(39_100, 'alpha', { generation: 2, resumed: true });
    story.beat('alpha', 40_100, 120_100, { generation: 2 }).beat('beta', 40_100, 120_100);
    const { violations } = story.says(90_000, 'alpha', 'local').judge();
    const endless = violations.filter(({ invariant }) => invariant === 2);
    assert.equal(endless.length, 1);
    assert.ok((endless[0]?.at ?? 0) > 90_000 + X);
  });

  it('has more time while messages are missed, or a machine stands still', () => {
    const lossy = served(20_100).group(31_000, 'beta', 'start', 'web').talk(40_100, 50_100);
    lossy.beat('alpha', 51_100, 51_100, { to: 'nobody' }).talk(52_100, 52_100 + X - 100);
    assert.deepEqual(broken(lossy), []);
    const still = served(20_100)
      .group(31_000, 'beta', 'start', 'web')
      .talk(40_100, 80_100 + X - 1000);
    still.see(42_000, 'beta', { kind: 'paused' }).see(80_000, 'beta', { kind: 'resumed' });
    assert.deepEqual(broken(still), []);
    assert.ok(80_000 > 40_110 + X);
  });
});

describe('a genuine node', () => {
  const nodes = [
    { name: 'alpha', genuine: false },
    { name: 'beta', genuine: true },
  ];
  const excuse = {
    name: 'takes at once',
    source: 'measured',
    covers: ({ invariant }: { readonly invariant: number }) => invariant === 1,
  };
  const story = (node: string, holder: string): Story =>
    new Story({ nodes })
      .together()
      .talk(100, 20_000)
      .group(3000, holder, 'start', 'web')
      .group(10_000, node, 'start', 'web');

  it('is excused for what it decides, if an excuse covers it', () => {
    const judge = story('beta', 'alpha').judge({ excuses: [excuse] });
    assert.deepEqual(judge.violations, []);
    assert.deepEqual(judge.excused.get('takes at once')?.map(told), [TWO]);
    assert.deepEqual(broken(story('beta', 'alpha')), [TWO]);
  });

  it('excuses nothing that ours decides', () => {
    const judge = story('alpha', 'beta').judge({ excuses: [excuse] });
    assert.deepEqual(judge.violations.map(told), [TWO]);
  });
});
