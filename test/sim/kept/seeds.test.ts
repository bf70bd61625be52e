/** No fault comes back: every seed that once found one is played again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { simulateDirector } from '../director/simulate.js';
import { drawOptions } from '../options.js';
import { directorsName, isDirectors } from '../sets.js';
import { judge } from '../simulate.js';
import { type KeptSeed, keptSeeds } from './seedfile.js';

const FILE = new URL('../../../sim/seeds.txt', import.meta.url);

/** Of processor time, in seconds, for all of them: a longer one needs an `until`. */
const LIMIT = 300;

function violationsOf({ seed, set, until }: KeptSeed) {
  if (isDirectors(set)) return simulateDirector(seed, directorsName(set)).violations;
  const options = drawOptions(seed, set);
  if (until === undefined) return judge(options).violations;
  const faults = options.faults.filter(({ at }) => at < until);
  return judge({ ...options, storm: until, calm: 0, faults }).violations;
}

for (const kept of keptSeeds(readFileSync(FILE, 'utf8'))) {
  test(`0x${kept.seed.toString(16)} ${kept.set}: ${kept.what}`, () => {
    assert.deepEqual(violationsOf(kept), []);
  });
}

test('all of them are played within five minutes of processor time', () => {
  const { user, system } = process.cpuUsage();
  assert.ok(user + system < LIMIT * 1e6, `${(user + system) / 1e6} s`);
});

test('what is wrong in the file is told with its line', () => {
  const wrong = {
    '# so\n0x1 swarm what': 'seeds.txt:2: no seed: 0x1 swarm what',
    '1 storm  what': 'seeds.txt:1: no seed: 1 storm  what',
    '1 swarm until 1:00  what': 'seeds.txt:1: no seed: 1 swarm until 1:00  what',
    '1 director until 1:00:00  what': "seeds.txt:1: a run of the director's is not cut off",
    '1 director-storm  what': 'seeds.txt:1: no seed: 1 director-storm  what',
  };
  for (const [text, message] of Object.entries(wrong)) {
    assert.throws(() => keptSeeds(text), { message });
  }
  assert.deepEqual(keptSeeds('0x1f cable until 1:02:03  what it was'), [
    { seed: 31, set: 'cable', until: 3_723_000, what: 'what it was' },
  ]);
  const [kept] = keptSeeds('0x1f director-hands  what it was');
  assert.equal(kept?.set, 'director-hands');
});
