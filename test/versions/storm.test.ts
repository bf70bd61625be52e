/** Random trouble between our node and an old one: whatever happens, each group has one holder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw } from '@ts-heartbeat/core/random';
import { RELEASES, type Release } from './release.js';
import { Stage } from './stage.js';

const STORMS = 60;
const NAMES = ['loadbalancer', 'backup'] as const;

interface Storm {
  readonly stage: Stage;
  /** What happened, for the message of a failure. */
  readonly story: readonly string[];
}

/** Fifteen random events, then calm. */
function storm(release: Release, seed: number): Storm {
  let state = seed;
  const random = (bound: number): number => {
    const drawn = draw(state, bound);
    state = drawn.seed;
    return drawn.value;
  };
  const mode = (['on', 'off', 'legacy'] as const)[random(3)] ?? 'on';
  const stage = new Stage({ mode });
  stage.scripts = [5, 50, 1500][random(3)] ?? 50;
  const our = NAMES[random(2)] ?? 'backup';
  const story = [`${release.name}, auto_failback ${mode}, ours on ${our}`];
  const boot = (name: string): void => {
    if (name === our) stage.bootOurs(name);
    else stage.bootOld(name, release);
  };
  const alive = (name: string): boolean => {
    const actor = stage.actors.get(name);
    return actor?.kind === 'ours' ? actor.alive : actor?.node.alive === true;
  };
  /**
   * A genuine node that is told to give up what it is just starting goes on starting it, whoever
   * the other is (heartbeat 3.0.6, seen with two of them): nothing to charge our node with.
   */
  const startsOwn = (name: string): boolean => {
    const actor = stage.actors.get(name);
    return actor?.kind === 'old' && actor.node.resources.busy;
  };
  for (const name of NAMES) boot(name);
  stage.clock.run(random(15_000));
  for (let count = 0; count < 15; count += 1) {
    const name = NAMES[random(2)] ?? 'backup';
    const share = (['all', 'local', 'foreign'] as const)[random(3)] ?? 'all';
    const act = random(7);
    const { lvs, mail } = stage.places;
    story.push(`${stage.clock.now} ${act} ${name} ${share}, lvs on ${lvs}, mail on ${mail}`);
    if (act === 0 && alive(name)) stage.crash(name);
    else if (act <= 2 && !alive(name)) boot(name);
    else if (act === 3 && alive(name)) stage.stop(name);
    else if (act === 4 && alive(name) && !startsOwn(name)) stage.command(name, 'standby', share);
    else if (act === 5 && alive(name)) stage.command(name, 'takeover', share);
    else if (act === 6) {
      const chance = random(4);
      stage.loses = () => random(5) < chance;
    }
    stage.clock.run(random(12_000));
  }
  stage.loses = () => false;
  stage.clock.run(40_000);
  for (const name of NAMES) if (!alive(name)) boot(name);
  stage.clock.run(60_000);
  return { stage, story };
}

for (const release of RELEASES) {
  test(`each group has one holder after any of ${STORMS} storms with ${release.name}`, () => {
    for (let seed = 1; seed <= STORMS; seed += 1) {
      const { stage, story } = storm(release, seed);
      const { lvs, mail } = stage.places;
      const sound = NAMES.some((name) => name === lvs) && NAMES.some((name) => name === mail);
      assert.ok(sound, `seed ${seed}: lvs on ${lvs}, mail on ${mail}\n${story.join('\n')}`);
    }
  });
}
