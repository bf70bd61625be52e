/** Our node beside one of an old release, on either side: the end states of two genuine nodes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mode } from './oldresources.js';
import { RELEASES, type Release } from './release.js';
import { Stage } from './stage.js';

const A = 'loadbalancer';
const B = 'backup';
const HOME = { lvs: A, mail: B };

/** Past the ten seconds in which old nodes wait for one another, and the grace of the start. */
const SETTLED = 18_000;

interface Cast {
  readonly release: Release;
  /** Where our node is. */
  readonly our: string;
  readonly their: string;
}

const CASTS: readonly Cast[] = RELEASES.flatMap((release) => [
  { release, our: A, their: B },
  { release, our: B, their: A },
]);

function boot(stage: Stage, { release, our }: Cast, name: string): void {
  if (name === our) stage.bootOurs(name);
  else stage.bootOld(name, release);
}

function started(cast: Cast, mode: Mode = 'on'): Stage {
  const stage = new Stage({ mode });
  boot(stage, cast, A);
  stage.clock.run(70);
  boot(stage, cast, B);
  stage.clock.run(SETTLED);
  return stage;
}

/** Nobody is waited for, nothing is missing, and both say the same about who holds what. */
function assertQuiet(stage: Stage, { our, their }: Cast): void {
  const ours = stage.ours(our).state;
  const theirs = stage.old(their);
  assert.equal(ours.peers.get(their)?.status, 'active');
  assert.equal(theirs.other.status, 'active');
  assert.equal(ours.peers.get(their)?.window.missing.size, 0);
  assert.equal(theirs.window.missing.size, 0);
  assert.equal(theirs.resources.otherStable || theirs.resources.phase === 'init', true);
  assert.notEqual(stage.rscstatus(our), 'transition');
  assert.equal(theirs.resources.busy, false);
}

for (const cast of CASTS) {
  const { release, our, their } = cast;
  describe(`${release.name} on ${their}`, () => {
    it('starts together, each with its own group', () => {
      const stage = started(cast);
      assert.deepEqual(stage.places, HOME);
      assertQuiet(stage, cast);
      assert.equal(stage.rscstatus(our), 'local');
    });

    it('starts while the other holds everything, and gets its own', () => {
      for (const [first, second] of [
        [A, B],
        [B, A],
      ] as const) {
        const stage = new Stage({ mode: 'on' });
        boot(stage, cast, first);
        stage.clock.run(20_000);
        assert.deepEqual(stage.places, { lvs: first, mail: first });
        boot(stage, cast, second);
        stage.clock.run(SETTLED);
        assert.deepEqual(stage.places, HOME);
        assertQuiet(stage, cast);
      }
    });

    it('joins a node that is alone for a moment only', () => {
      const stage = new Stage({ mode: 'on' });
      boot(stage, cast, their);
      stage.clock.run(6000);
      boot(stage, cast, our);
      stage.clock.run(SETTLED);
      assert.deepEqual(stage.places, HOME);
      assertQuiet(stage, cast);
    });

    it('moves groups on standby and takeover, asked for on either side', () => {
      const stage = started(cast);
      const steps = [
        [A, 'standby', 'all', { lvs: B, mail: B }],
        [A, 'takeover', 'all', { lvs: A, mail: A }],
        [B, 'takeover', 'local', HOME],
        [B, 'standby', 'local', { lvs: A, mail: A }],
        [A, 'standby', 'foreign', HOME],
        [B, 'takeover', 'foreign', { lvs: B, mail: B }],
        [B, 'standby', 'foreign', HOME],
      ] as const;
      for (const [name, command, share, places] of steps) {
        stage.command(name, command, share);
        stage.clock.run(3000);
        assert.deepEqual(stage.places, places, `${command} ${share} on ${name}`);
        assertQuiet(stage, cast);
      }
    });

    it('moves everything once when both go standby in the same moment', () => {
      const stage = started(cast);
      stage.command(A, 'standby', 'all');
      stage.command(B, 'standby', 'all');
      stage.clock.run(SETTLED);
      const { lvs, mail } = stage.places;
      assert.equal(lvs, mail);
      assert.ok([A, B].includes(lvs), lvs);
      assertQuiet(stage, cast);
    });

    for (const gone of [A, B]) {
      const stays = gone === A ? B : A;

      it(`hands over when ${gone} stops, and back when it returns`, () => {
        const stage = started(cast);
        stage.stop(gone);
        stage.clock.run(600);
        assert.deepEqual(stage.places, { lvs: stays, mail: stays });
        stage.clock.run(6000);
        boot(stage, cast, gone);
        stage.clock.run(SETTLED);
        assert.deepEqual(stage.places, HOME);
        assertQuiet(stage, cast);
      });

      it(`takes over when ${gone} crashes, and gives back when it returns`, () => {
        const stage = started(cast);
        stage.crash(gone);
        stage.clock.run(1500);
        assert.notDeepEqual(stage.places, { lvs: stays, mail: stays });
        stage.clock.run(1500);
        assert.deepEqual(stage.places, { lvs: stays, mail: stays });
        boot(stage, cast, gone);
        stage.clock.run(SETTLED);
        assert.deepEqual(stage.places, HOME);
        assertQuiet(stage, cast);
      });

      it(`survives that ${gone} restarts before it is missed`, () => {
        const stage = started(cast);
        stage.crash(gone);
        stage.clock.run(500);
        boot(stage, cast, gone);
        stage.clock.run(2 * SETTLED);
        assert.deepEqual(stage.places, HOME);
        assertQuiet(stage, cast);
      });

      it(`leaves groups where they are after a crash of ${gone}, with auto_failback off`, () => {
        const stage = started(cast, 'off');
        stage.crash(gone);
        stage.clock.run(4000);
        boot(stage, cast, gone);
        stage.clock.run(SETTLED);
        assert.deepEqual(stage.places, { lvs: stays, mail: stays });
        assertQuiet(stage, cast);
      });
    }

    it('ends with each group at home after a partition, as two genuine nodes do', () => {
      for (const mode of ['on', 'off', 'legacy'] as const) {
        const stage = started(cast, mode);
        stage.loses = () => true;
        stage.clock.run(6000);
        assert.deepEqual(stage.places, { lvs: `${A}+${B}`, mail: `${A}+${B}` });
        stage.loses = () => false;
        stage.clock.run(40_000);
        assert.deepEqual(stage.places, HOME, mode);
        assertQuiet(stage, cast);
      }
    });

    it('can be stopped while each waits for the other, and stops slowly', () => {
      const stage = new Stage({ mode: 'on' });
      boot(stage, cast, A);
      boot(stage, cast, B);
      stage.clock.run(5000);
      stage.scripts = 20_000;
      stage.stop(our);
      stage.clock.run(60_000);
      assert.equal(stage.ours(our).alive, false);
      assert.deepEqual(stage.places, { lvs: their, mail: their });
    });

    it('lets both be stopped at once', () => {
      const stage = started(cast);
      stage.stop(A);
      stage.stop(B);
      stage.clock.run(10_000);
      assert.deepEqual(stage.places, { lvs: '', mail: '' });
      assert.equal(stage.ours(our).alive, false);
      assert.equal(stage.old(their).alive, false);
    });
  });
}
