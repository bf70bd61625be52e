/** Random trouble between two nodes: whatever happens, each group ends with exactly one holder. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { draw } from './random.js';
import { World } from './world.fixture.js';

/** How many different storms are tried. */
const STORMS = 300;
const NAMES = ['loadbalancer', 'backup'] as const;

/** Twenty random events, then calm; returns what happened, for the message of a failure. */
function storm(seed: number): { world: World; story: string[] } {
  let state = seed;
  const random = (bound: number): number => {
    const drawn = draw(state, bound);
    state = drawn.seed;
    return drawn.value;
  };
  const autoFailback = (['on', 'off', 'legacy'] as const)[random(3)] ?? 'on';
  const world = new World({ autoFailback });
  world.scripts = [5, 50, 1500][random(3)] ?? 50;
  world.loseEvery = [0, 0, 7, 3][random(4)] ?? 0;
  const story: string[] = [`auto_failback ${autoFailback}`];
  for (const name of NAMES) world.boot(name);
  for (let count = 0; count < 20; count += 1) {
    const name = NAMES[random(2)] ?? 'backup';
    const act = random(7);
    const host = world.host(name);
    story.push(`${world.now} ${name} ${act} up=${host.up} ${world.pair().join('/')}`);
    if (act === 0 && host.up) world.crash(name);
    else if (act <= 2 && !host.up) world.boot(name);
    else if (act === 3 && host.up) world.tell(name, { kind: 'stop', keep: false });
    else if (act === 4 && host.up) world.ask(name, ['all', 'local', 'foreign'][random(3)] ?? 'all');
    else if (act === 5) world.cut = new Set(['eth0', '/dev/ttyS0'].slice(random(2)));
    else if (act === 6) world.cut.clear();
    world.run(random(6000));
  }
  world.cut.clear();
  world.loseEvery = 0;
  world.run(20_000);
  for (const name of NAMES) if (!world.host(name).up) world.boot(name);
  world.run(60_000);
  return { world, story };
}

it(`leaves each group with one holder after any of ${STORMS} storms`, () => {
  for (let seed = 1; seed <= STORMS; seed += 1) {
    const { world, story } = storm(seed);
    const [first, second] = world.pair();
    const key = [first, second].join('/');
    for (const group of ['lvs', 'mail']) {
      const holders = world.where(group).join(' and ');
      const one = NAMES.some((name) => name === holders);
      assert.ok(one, `seed ${seed}: ${group} runs on ${holders || 'none'}\n${story.join('\n')}`);
    }
    const sound = ['local/local', 'all/none', 'none/all', 'foreign/foreign'].includes(key);
    assert.ok(sound, `seed ${seed}: ${key}\n${story.join('\n')}`);
  }
});
