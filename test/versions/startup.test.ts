/** How our node and an old one meet: first words, generations, lists of nodes, and legacy mode. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RELEASES, type Release } from './release.js';
import { Stage } from './stage.js';

const A = 'loadbalancer';
const B = 'backup';
const HOME = { lvs: A, mail: B };
const SETTLED = 18_000;
/** After this a node that went in its first seconds is dead: it had asked for two seconds more. */
const DEAD = 5000;

/** What that node said from an instant on, type by type; of a status also its word. */
function words(stage: Stage, from: string, since: number): string[] {
  return stage.spoken
    .filter((spoken) => spoken.from === from && spoken.at >= since)
    .map(({ message }) => [message.get('t'), message.get('st')].join(' ').trim());
}

/** Our node on A, running alone with everything, and an old one that is about to start on B. */
function waiting(mode: 'on' | 'legacy', ackDigit = 7): Stage {
  const stage = new Stage({ mode, ackDigits: { [B]: ackDigit } });
  stage.bootOurs(A);
  stage.clock.run(9000);
  return stage;
}

for (const release of RELEASES) {
  describe(release.name, () => {
    it('hears an active status before anything else, in each of its lives', () => {
      const stage = waiting('on');
      for (let life = 0; life < 3; life += 1) {
        const since = stage.clock.now;
        stage.bootOld(B, release);
        stage.clock.run(190);
        assert.equal(words(stage, A, since)[0], 'status active');
        stage.clock.run(SETTLED);
        stage.crash(B);
        stage.clock.run(4000);
      }
    });

    it('is never asked for its nodes, and gets the configured ones when it asks', () => {
      const stage = waiting('on');
      stage.bootOld(B, release);
      stage.clock.run(SETTLED);
      const types = stage.spoken.filter(({ from }) => from === A).map(({ message }) => message);
      assert.ok(!types.some((message) => message.get('t') === 'reqnodes'));
      const lists = types.filter((message) => message.get('t') === 'repnodes');
      assert.equal(lists.length > 0, release.asksForNodes);
      for (const list of lists) {
        assert.equal(list.get('nodelist'), 'loadbalancer backup ');
        assert.equal(list.get('delnodelist'), ' ');
        assert.equal(list.get('dest'), B);
      }
    });

    it('is answered while we are not active ourselves', () => {
      const stage = new Stage({ mode: 'on' });
      stage.loses = (from) => from === B;
      stage.bootOurs(A);
      stage.bootOld(B, release);
      stage.clock.run(2500);
      stage.loses = () => false;
      stage.clock.run(2 * SETTLED);
      assert.deepEqual(stage.places, HOME);
    });

    it('is met in its first generation and followed into the next', () => {
      const stage = waiting('on');
      stage.bootOld(B, release);
      stage.clock.run(SETTLED);
      const first = release.firstGeneration(1_790_000_000);
      assert.equal(stage.ours(A).state.peers.get(B)?.generation, first);
      stage.crash(B);
      stage.clock.run(1000);
      stage.bootOld(B, release);
      stage.clock.run(2 * SETTLED);
      assert.equal(stage.ours(A).state.peers.get(B)?.generation, first + 1);
      assert.ok(stage.ours(A).log.includes(`Heartbeat restart on node ${B}`));
      assert.deepEqual(stage.places, HOME);
    });

    it('is not believed when it has fallen back to an older generation', () => {
      const stage = waiting('on');
      stage.bootOld(B, release, 1000);
      stage.clock.run(SETTLED);
      stage.crash(B);
      stage.clock.run(4000);
      stage.bootOld(B, release, 1);
      stage.clock.run(4000);
      const { log, state, running } = stage.ours(A);
      assert.equal(state.peers.get(B)?.status, 'dead');
      assert.ok(log.some((line) => line.includes('attempted replay attack [backup]?')));
      assert.deepEqual([...running].sort(), ['lvs', 'mail']);
    });

    it('may be as slow as it said it would be', () => {
      const stage = waiting('on');
      stage.bootOld(B, release);
      stage.clock.run(1000);
      stage.crash(B);
      // In its first seconds it asks for two seconds more than deadtime.
      stage.clock.run(3500);
      assert.equal(stage.ours(A).state.peers.get(B)?.status, 'active');
      stage.clock.run(800);
      assert.equal(stage.ours(A).state.peers.get(B)?.status, 'dead');
    });

    it('keeps its wait when both were started together and ours is restarted meanwhile', () => {
      const stage = new Stage({ mode: 'on' });
      stage.bootOld(B, release);
      stage.bootOurs(A);
      stage.clock.run(3000);
      stage.crash(A);
      stage.bootOurs(A);
      stage.clock.run(2 * SETTLED);
      assert.deepEqual(stage.places, HOME);
    });
  });

  describe(`${release.name} in legacy mode`, () => legacy(release));
}

function legacy(release: Release): void {
  /** The trap depends on which message is acknowledged: all ten chances are tried. */
  const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

  it('asks us for its group, and ours are taken by nobody', () => {
    const stage = waiting('legacy');
    for (let life = 0; life < 3; life += 1) {
      const since = stage.clock.now;
      stage.bootOld(B, release);
      stage.clock.run(3000);
      assert.deepEqual(stage.places, HOME);
      assert.ok(words(stage, B, since).includes('ip-request'));
      // It may go on with ours from a life that we have not heard: it is asked for them.
      assert.deepEqual(
        words(stage, A, since).filter((word) => word.startsWith('ip-request')),
        ['ip-request', 'ip-request-resp'],
      );
      stage.crash(B);
      stage.clock.run(DEAD);
      assert.deepEqual(stage.places, { lvs: A, mail: A });
    }
  });

  it('gives us our group when we ask, whatever it says first', () => {
    for (const ackDigit of DIGITS) {
      const stage = new Stage({ mode: 'legacy', ackDigits: { [B]: ackDigit } });
      stage.bootOld(B, release);
      stage.clock.run(9000 + 10 * ackDigit);
      assert.deepEqual(stage.places, { lvs: B, mail: B });
      for (let life = 0; life < 2; life += 1) {
        stage.bootOurs(A);
        stage.clock.run(4000);
        assert.deepEqual(stage.places, HOME, `digit ${ackDigit}`);
        stage.crash(A);
        stage.clock.run(DEAD);
        assert.deepEqual(stage.places, { lvs: B, mail: B });
      }
    }
  });

  it('may take its group without asking, when all it hears is an acknowledgement', () => {
    const stage = waiting('legacy');
    const since = stage.clock.now;
    stage.loses = (from, _link, message) => from === A && message.get('t') === 'status';
    stage.bootOld(B, release);
    stage.clock.run(1500);
    stage.loses = () => false;
    stage.clock.run(3000);
    const asked = words(stage, B, since).includes('ip-request');
    assert.equal(asked, false);
    assert.deepEqual(stage.places, HOME);
  });

  it('moves nothing on standby or takeover, asked for on either side', () => {
    const stage = waiting('legacy');
    stage.bootOld(B, release);
    stage.clock.run(3000);
    for (const name of [A, B]) {
      for (const share of ['all', 'local', 'foreign'] as const) {
        stage.command(name, 'standby', share);
        stage.command(name, 'takeover', share);
        stage.clock.run(500);
      }
    }
    assert.deepEqual(stage.places, HOME);
    const refusal = 'Standby mode only implemented when nice_failback on';
    assert.equal(stage.ours(A).log.filter((line) => line === refusal).length, 12);
    assert.equal(stage.old(B).log.filter((line) => line === refusal).length, 12);
  });

  it('takes over from us when we stop, and we from it', () => {
    const stage = waiting('legacy');
    stage.bootOld(B, release);
    stage.clock.run(3000);
    stage.stop(A);
    stage.clock.run(500);
    assert.deepEqual(stage.places, { lvs: B, mail: B });
    stage.clock.run(4000);
    stage.bootOurs(A);
    stage.clock.run(4000);
    assert.deepEqual(stage.places, HOME);
    stage.stop(B);
    stage.clock.run(500);
    assert.deepEqual(stage.places, { lvs: A, mail: A });
    stage.clock.run(5000);
    assert.ok(!stage.spoken.some(({ message }) => message.get('t') === 'resource'));
  });
}
