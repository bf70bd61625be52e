/** What is asked of a cluster once all has settled, and what of the quiet after it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Watched } from '../observation.js';
import { settleBound } from './bounds.js';
import { Story, WATCHED } from './story.fixture.js';

const CALM = 5000;
const SETTLED = CALM + settleBound(WATCHED);

/** Begins, and says what it holds; what runs is told by the test. */
function pair(words: readonly [string, string], watched: Partial<Watched> = {}): Story {
  const story = new Story(watched).begin(0, 'alpha').begin(0, 'beta').stage(CALM, 'calm');
  return story.says(4000, 'alpha', words[0]).says(4000, 'beta', words[1]);
}

function both(words: readonly [string, string] = ['local', 'local'], watched = {}): Story {
  return pair(words, watched)
    .group(3000, 'alpha', 'start', 'web')
    .group(3000, 'beta', 'start', 'mail')
    .see(3500, 'alpha', { kind: 'arp', address: '192.0.2.1' });
}

function onBeta(words: readonly [string, string] = ['none', 'all'], watched = {}): Story {
  return pair(words, watched)
    .group(3000, 'beta', 'start', 'web')
    .group(3300, 'beta', 'start', 'mail')
    .see(3500, 'beta', { kind: 'arp', address: '192.0.2.1' });
}

function broken(story: Story, end = SETTLED + 1): readonly string[] {
  const judge = story.judge({ end });
  return [
    ...new Set(
      judge.violations
        .filter(({ invariant }) => invariant > 10)
        .map(({ invariant, title }) => `${invariant} ${title}`),
    ),
  ];
}

const UNSERVED = '11 a group is not served by exactly one node';
const AWAY = '11 a group is not back at home';
const DISAGREE = '12 nodes do not agree on who holds what';
const ROUTE = '13 clients are sent to the wrong machine';
const NOISE = '14 something happens although nothing should';

describe('when all has settled', () => {
  it('everything may be at home, or with one node', () => {
    assert.deepEqual(broken(both()), []);
    assert.deepEqual(broken(onBeta()), []);
  });

  it('nothing is asked before, or without calm', () => {
    assert.deepEqual(broken(pair(['transition', 'none']), SETTLED - 1), []);
    const story = new Story().begin(0, 'alpha').begin(0, 'beta');
    assert.deepEqual(broken(story), []);
  });

  it('a group that runs nowhere is the matter of the node that says it has it', () => {
    const story = pair(['local', 'local']).group(3000, 'alpha', 'start', 'web');
    story.script(3000, 'beta', 'start', 'mail', { ok: false });
    story.script(3100, 'beta', 'stop', 'mail');
    const { violations } = story.judge({ end: SETTLED + 600_001 });
    const unserved = violations.find(({ invariant }) => invariant === 11);
    assert.equal(unserved?.facts.at(-1), 'beta says that it holds it, and could not start it');
  });

  it('as long as that node is in transition, of the one that tried it last', () => {
    const story = pair(['local', 'transition']).group(3000, 'alpha', 'start', 'web');
    story.script(3000, 'beta', 'start', 'mail', { ok: false });
    story.script(3100, 'beta', 'stop', 'mail');
    const { violations } = story.judge({ end: SETTLED + 600_001 });
    const unserved = violations.find(({ invariant }) => invariant === 11);
    assert.equal(unserved?.facts.at(-1), 'beta was the last to try it, and could not start it');
  });

  it('what runs unclaimed on a node in transition is the matter of that node', () => {
    const story = pair(['local', 'transition']).group(3000, 'alpha', 'start', 'web');
    const { violations } = story
      .group(3000, 'beta', 'start', 'mail')
      .judge({ end: SETTLED + 600_001 });
    const disagree = violations.find(({ title }) => DISAGREE.endsWith(title));
    assert.equal(disagree?.facts.at(-1), 'beta is in transition');
  });

  it('in legacy mode it is the matter of the node that tried it last', () => {
    const legacy = { autoFailback: 'legacy' } as const;
    const fact = (last: 'alpha' | 'beta'): string | undefined => {
      const story = pair(['none', 'none'], legacy).group(2000, 'alpha', 'start', 'web');
      const first = last === 'alpha' ? 'beta' : 'alpha';
      for (const [at, node, ok] of [
        [2500, first, true],
        [3000, last, false],
      ] as const) {
        story.script(at, node, 'start', 'mail', { ok }).script(at + 200, node, 'stop', 'mail');
      }
      const { violations } = story.judge({ end: SETTLED + 600_001 });
      return violations.find(({ invariant }) => invariant === 11)?.facts.at(-1);
    };
    assert.equal(fact('beta'), 'beta was the last to try it, and could not start it');
    assert.equal(fact('alpha'), 'alpha was the last to try it, and could not start it');
  });

  it('or of its home node, a genuine one, whoever has run it for a while since', () => {
    const nodes = WATCHED.nodes.map(({ name }) => ({ name, genuine: name === 'beta' }));
    const legacy = { autoFailback: 'legacy', nodes } as const;
    const story = pair(['none', 'none'], legacy).group(2000, 'alpha', 'start', 'web');
    story.script(2500, 'beta', 'start', 'mail', { ok: false }).script(2700, 'beta', 'stop', 'mail');
    story.script(3000, 'alpha', 'start', 'mail').script(3200, 'alpha', 'stop', 'mail');
    const { violations } = story.judge({ end: SETTLED + 600_001 });
    const unserved = violations.find(({ invariant }) => invariant === 11);
    assert.equal(unserved?.facts.at(-1), 'beta is its home, and could not start it');
  });

  it('or of the genuine one that did not miss who had it until the power went', () => {
    const nodes = [
      { name: 'alpha', genuine: false },
      { name: 'beta', genuine: true },
    ];
    const facts = (dies?: number): readonly (string | undefined)[] => {
      const story = new Story({ nodes }).begin(0, 'alpha').begin(0, 'beta').stage(CALM, 'calm');
      story.says(1000, 'beta', 'none').group(2000, 'alpha', 'start', 'mail');
      story.see(3000, 'alpha', { kind: 'power', on: false });
      if (dies !== undefined) story.declares(dies, 'beta', 'alpha', 'dead');
      story.begin(3500, 'alpha', { generation: 2 }).says(4000, 'alpha', 'local');
      const { violations } = story.group(4000, 'alpha', 'start', 'web').judge({ end: SETTLED });
      return [11, 12].map((number) =>
        violations.find(({ invariant }) => invariant === number)?.facts.at(-1),
      );
    };
    const fact = '0:00:03.000 alpha lost mail with its power, and beta has not missed it';
    assert.deepEqual(facts(), [fact, fact]);
    assert.deepEqual(facts(2000), [fact, fact]);
    const missed = ['living: alpha beta; its home is beta', 'they run on none'];
    assert.deepEqual(facts(3200), missed);
  });

  it('the same where the power went under a stop that had given the group up', () => {
    const nodes = [
      { name: 'alpha', genuine: false },
      { name: 'beta', genuine: true },
    ];
    const fact = (ends: boolean, stopped: boolean): string | undefined => {
      const story = new Story({ nodes }).begin(0, 'alpha').begin(0, 'beta').stage(CALM, 'calm');
      story.says(1000, 'beta', 'none').group(2000, 'alpha', 'start', 'mail');
      if (ends) story.log(2500, 'alpha', 'Heartbeat shutdown in progress. (1)');
      story.group(2600, 'alpha', 'stop', 'mail');
      if (stopped) story.see(2800, 'alpha', { kind: 'ends', how: 'stopped' });
      story.see(3000, 'alpha', { kind: 'power', on: false });
      story.begin(3500, 'alpha', { generation: 2 }).says(4000, 'alpha', 'local');
      const { violations } = story.group(4000, 'alpha', 'start', 'web').judge({ end: SETTLED });
      return violations.find(({ invariant }) => invariant === 11)?.facts.at(-1);
    };
    const lost = '0:00:03.000 alpha lost mail with its power, and beta has not missed it';
    assert.equal(fact(true, false), lost);
    const free = 'living: alpha beta; its home is beta';
    assert.equal(fact(true, true), free);
    assert.equal(fact(false, false), free);
  });

  it('each group is served, all of it, by one node that lives', () => {
    assert.deepEqual(broken(pair(['local', 'local'])), [UNSERVED]);
    const half = both().script(3500, 'alpha', 'stop', 'www');
    assert.deepEqual(broken(half), ['11 half of a group is served']);
    const gone = both(['local', 'all']).see(4500, 'alpha', { kind: 'power', on: false });
    assert.ok(broken(gone).includes(UNSERVED));
  });

  it('a group may run nowhere if all that is asked says that it runs on a node that lives', () => {
    const lies = (lying: readonly string[]): Story => {
      const story = pair(['local', 'local']).group(3000, 'beta', 'start', 'mail');
      for (const word of ['web', 'www']) {
        story.script(3000, 'alpha', 'status', word, { ok: lying.includes(word) });
      }
      return story;
    };
    assert.deepEqual(broken(lies(['web', 'www'])), []);
    assert.deepEqual(broken(lies(['web'])), [UNSERVED]);
    const truth = lies(['web', 'www']).script(3500, 'alpha', 'status', 'web', { ok: false });
    assert.deepEqual(broken(truth), [UNSERVED]);
    const off = lies(['web', 'www']).see(4500, 'alpha', { kind: 'power', on: false });
    assert.ok(broken(off).includes(UNSERVED));
  });

  it('failback brings groups home, unless they may stay away', () => {
    const on = { autoFailback: 'on' } as const;
    assert.deepEqual(broken(both(undefined, on)), []);
    assert.deepEqual(broken(onBeta(undefined, on)), [AWAY]);
    const moved = onBeta(undefined, on).log(3900, 'alpha', 'alpha wants to go standby [all]');
    assert.deepEqual(broken(moved), []);
    const died = onBeta(undefined, on).log(3900, 'alpha', 'alpha wants to go standby [all]');
    assert.deepEqual(broken(died.declares(3950, 'beta', 'alpha', 'dead')), [AWAY]);
    const healed = onBeta(undefined, on).declares(3900, 'beta', 'alpha', 'dead');
    healed.log(3950, 'beta', 'Cluster node alpha returning after partition.');
    assert.deepEqual(broken(healed), []);
  });

  it('with ipfail nobody serves who reaches fewer ping nodes', () => {
    const lost = { kind: 'pingNode', name: 'router', reachable: false } as const;
    const watched = { ipfail: true, pingNodes: ['router'] };
    assert.deepEqual(broken(onBeta(undefined, watched).see(3900, 'alpha', lost)), []);
    assert.deepEqual(broken(onBeta(undefined, watched).see(3900, 'beta', lost)), [
      '11 a node without connection serves',
    ]);
  });

  it('nodes agree', () => {
    assert.deepEqual(broken(both(['all', 'local'])), [DISAGREE]);
    assert.deepEqual(broken(both(['none', 'local'])), [DISAGREE]);
    assert.deepEqual(broken(onBeta(['all', 'none'])), [DISAGREE]);
    assert.deepEqual(broken(onBeta(['transition', 'all'])), ['12 a node has not settled']);
    const up = both().says(4500, 'alpha', 'local', 'up');
    assert.deepEqual(broken(up), ['12 a node has not settled']);
  });

  it('the router looks for an address where its group runs', () => {
    const stale = both().see(4000, 'beta', { kind: 'arp', address: '192.0.2.1' });
    assert.deepEqual(broken(stale), [ROUTE]);
    const never = pair(['local', 'local']).group(3000, 'alpha', 'start', 'web');
    assert.deepEqual(broken(never.group(3000, 'beta', 'start', 'mail')), [ROUTE]);
    const misled = pair(['local', 'local']).script(2500, 'alpha', 'status', 'www');
    misled.group(3000, 'alpha', 'start', 'web').group(3000, 'beta', 'start', 'mail');
    assert.deepEqual(broken(misled), []);
  });

  it('a group that could not be started gets the longest pause before it is tried again', () => {
    const story = both().script(4000, 'beta', 'start', 'mail', { ok: false });
    story.script(4200, 'beta', 'stop', 'mail').script(SETTLED + 500_000, 'beta', 'start', 'mail');
    assert.deepEqual(broken(story, SETTLED + 600_001), []);
  });
});

describe('after that', () => {
  it('a genuine node may end its life that was asked to before, and all settles once more', () => {
    const nodes = WATCHED.nodes.map(({ name }) => ({ name, genuine: name === 'alpha' }));
    const ends = (text: string): readonly string[] =>
      broken(
        both(undefined, { nodes })
          .log(SETTLED + 1000, 'alpha', text)
          .group(SETTLED + 2000, 'beta', 'start', 'mail'),
        SETTLED + 3000,
      );
    assert.deepEqual(ends('Heartbeat shutdown in progress. (1)'), []);
    assert.deepEqual(ends('something else'), [NOISE]);
  });

  it('nothing happens', () => {
    assert.deepEqual(broken(both().script(SETTLED + 10, 'beta', 'status', 'mail')), [NOISE]);
    assert.deepEqual(broken(both().says(SETTLED + 10, 'beta', 'local')), [NOISE]);
    assert.deepEqual(broken(both().declares(SETTLED + 10, 'beta', 'alpha', 'active')), [NOISE]);
    assert.deepEqual(broken(both().says(SETTLED - 10, 'beta', 'local')), []);
  });

  it('one status is sent in each keepalive, and nothing else', () => {
    const beats = (every: number): Story => {
      const story = both();
      for (let seq = 1; seq <= 60; seq += 1) {
        const message = { kind: 'sent', again: false, type: 'status', generation: 1, seq } as const;
        story.see(SETTLED + seq * every, 'alpha', message);
      }
      return story;
    };
    assert.deepEqual(broken(beats(WATCHED.keepalive)), []);
    assert.deepEqual(broken(beats(WATCHED.keepalive * 0.9)), [NOISE]);
    const sent = { kind: 'sent', again: false, generation: 1 } as const;
    const other = both().see(SETTLED + 5, 'alpha', { ...sent, type: 'resource', seq: 9 });
    assert.deepEqual(broken(other), [NOISE]);
    const control = both().see(SETTLED + 5, 'alpha', { ...sent, type: 'NS_ackmsg', seq: 0 });
    assert.deepEqual(broken(control), []);
  });

  it('anything may happen once it is over', () => {
    const story = both().stage(SETTLED + 5, 'over');
    assert.deepEqual(broken(story.says(SETTLED + 10, 'beta', 'none')).includes(NOISE), false);
  });
});
