/** Our node and an old one on wires that lose messages. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { draw } from '@ts-heartbeat/core/random';
import { RELEASES, type Release } from './release.js';
import { Stage } from './stage.js';

const A = 'loadbalancer';
const B = 'backup';
const HOME = { lvs: A, mail: B };

/** Our node on A, an old one on B, settled. */
function settled(release: Release): Stage {
  const stage = new Stage({ mode: 'on' });
  stage.bootOurs(A);
  stage.bootOld(B, release);
  stage.clock.run(18_000);
  return stage;
}

function missing(stage: Stage): { readonly ours: number; readonly theirs: number } {
  const ours = stage.ours(A).state.peers.get(B)?.window.missing.size ?? -1;
  return { ours, theirs: stage.old(B).window.missing.size };
}

/** The requests for messages of one node, as `first-last`. */
function requests(stage: Stage, from: string, since: number): string[] {
  return stage.spoken
    .filter((spoken) => spoken.from === from && spoken.at >= since)
    .filter(({ message }) => message.get('t') === 'NS_rexmit')
    .map(({ message }) => `${message.get('firstseq')}-${message.get('lastseq')}`);
}

/** A message of a client on that node, which nobody but clients takes notice of. */
function chatter(stage: Stage, name: string): void {
  const words = { t: 'num_ping_nodes', num_ping: '1', from_id: 'ipfail', to_id: 'ipfail' };
  if (name === A) stage.say(A, words);
  else stage.old(B).say(words);
}

for (const release of RELEASES) {
  describe(release.name, () => {
    it('stays with us while a fifth of all messages is lost for two minutes', () => {
      const stage = settled(release);
      let seed = 7;
      stage.loses = () => {
        const drawn = draw(seed, 5);
        seed = drawn.seed;
        return drawn.value === 0;
      };
      const since = stage.clock.now;
      stage.clock.run(120_000);
      stage.loses = () => false;
      stage.clock.run(5000);
      assert.ok(!stage.ours(A).log.includes(`node ${B}: is dead`));
      assert.ok(!stage.old(B).log.includes(`node ${A}: is dead`));
      assert.ok(requests(stage, A, since).length > 0);
      assert.ok(requests(stage, B, since).length > 0);
      assert.deepEqual(missing(stage), { ours: 0, theirs: 0 });
      assert.deepEqual(stage.places, HOME);
    });

    it('gets what it asks for, in whatever way it asks', () => {
      const stage = settled(release);
      stage.loses = (from) => from === A;
      for (let count = 0; count < 5; count += 1) chatter(stage, A);
      stage.loses = () => false;
      const since = stage.clock.now;
      chatter(stage, A);
      stage.clock.run(1200);
      assert.equal(missing(stage).theirs, 0);
      const asked = requests(stage, B, since);
      const ranges = asked.filter((range) => range.split('-')[0] !== range.split('-')[1]);
      assert.equal(ranges.length > 0, release.asksForRanges);
      if (release.asksForRanges) assert.equal(asked[0], ranges[0]);
    });

    it('is asked for what we miss, and each message is taken once', () => {
      const stage = settled(release);
      stage.loses = (from) => from === B;
      for (let count = 0; count < 5; count += 1) chatter(stage, B);
      stage.loses = () => false;
      const since = stage.clock.now;
      chatter(stage, B);
      stage.clock.run(3000);
      assert.equal(missing(stage).ours, 0);
      assert.equal(new Set(requests(stage, A, since)).size, 5);
      assert.ok(stage.ours(A).log.includes(`No pkts missing from ${B}!`));
    });

    it('may give up on a large gap, and goes on', () => {
      const stage = settled(release);
      stage.loses = (from) => from === A;
      for (let count = 0; count < 150; count += 1) chatter(stage, A);
      stage.loses = () => false;
      chatter(stage, A);
      stage.clock.run(3000);
      const { log } = stage.old(B);
      assert.equal(log.includes('lost a lot of packets!'), release.gapMax < 150);
      assert.equal(missing(stage).theirs, 0);
      stage.command(A, 'standby', 'all');
      stage.clock.run(3000);
      assert.deepEqual(stage.places, { lvs: B, mail: B });
    });

    it('refuses what it no longer has, and we go on', () => {
      const stage = settled(release);
      stage.loses = (from) => from === B;
      chatter(stage, B);
      stage.loses = (from, _link, message) => from === A && message.get('t') === 'NS_rexmit';
      for (let count = 0; count <= release.historyMax; count += 1) chatter(stage, B);
      assert.equal(missing(stage).ours, 0);
      stage.clock.run(100);
      assert.equal(missing(stage).ours, 1);
      stage.loses = () => false;
      stage.clock.run(3000);
      assert.equal(missing(stage).ours, 0);
      const { log } = stage.ours(A);
      assert.ok(log.some((line) => line.startsWith('Irretrievably lost packet: node backup seq')));
    });

    it('is never asked for its number 1', () => {
      const stage = new Stage({ mode: 'on' });
      stage.bootOurs(A);
      stage.loses = (from, _link, message) => from === B && message.get('seq') === '1';
      stage.bootOld(B, release);
      stage.clock.run(18_000);
      assert.ok(!requests(stage, A, 0).some((range) => range.startsWith('1-')));
      assert.deepEqual(missing(stage), { ours: 0, theirs: 0 });
      assert.deepEqual(stage.places, HOME);
    });

    it('finishes a standby of which half the messages are lost', () => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const stage = settled(release);
        let state = seed;
        stage.loses = () => {
          const drawn = draw(state, 2);
          state = drawn.seed;
          return drawn.value === 0;
        };
        stage.command(seed % 2 === 0 ? A : B, 'standby', 'all');
        stage.clock.run(6000);
        stage.loses = () => false;
        stage.clock.run(12_000);
        const { lvs, mail } = stage.places;
        assert.ok([A, B].includes(lvs) && [A, B].includes(mail), `${seed}: ${lvs} ${mail}`);
        assert.deepEqual(missing(stage), { ours: 0, theirs: 0 });
        assert.equal(stage.old(B).resources.busy, false, `${seed}`);
        assert.notEqual(stage.rscstatus(A), 'transition', `${seed}`);
      }
    });

    it('is acknowledged, so that its clients are read, and acknowledges us', () => {
      const stage = settled(release);
      for (let count = 0; count < 60; count += 1) {
        for (let burst = 0; burst < 20; burst += 1) {
          chatter(stage, A);
          chatter(stage, B);
        }
        stage.clock.run(200);
        assert.equal(stage.old(B).clientsPaused, false);
        assert.equal(stage.ours(A).state.clientsPaused, false);
      }
      const behind = stage.ours(A).state.history.newest;
      assert.ok((stage.ours(A).state.peers.get(B)?.acked ?? 0) > behind - 20);
      assert.ok(!stage.old(B).log.some((line) => line.startsWith('corrupted ackseq')));
    });
  });
}
