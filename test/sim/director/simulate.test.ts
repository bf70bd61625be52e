/** The director survives some hundred seeds, and a seed is a run: byte for byte, wherever it runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SET_NAMES } from './options.js';
import { reportOf } from './report.js';
import { simulateDirector } from './simulate.js';

/** Seeds of each set: a few seconds for all of them. */
const SEEDS = 30;

for (const set of SET_NAMES) {
  test(`${set}: what must hold holds`, () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = simulateDirector(seed, set, { brief: true });
      assert.deepEqual(outcome.violations, [], reportOf(outcome, set));
    }
  });
}

test('each set brings the faults it is named for, and the calm one none', () => {
  const faults = (set: string) =>
    new Set(
      [1, 2, 3, 4, 5, 6].flatMap((seed) =>
        Object.keys(simulateDirector(seed, set, { brief: true }).faults),
      ),
    );
  assert.deepEqual([...faults('calm')], ['calm']);
  assert.ok(faults('servers').has('never'));
  assert.ok([...faults('kernel')].some((kind) => kind.startsWith('ipvsadm')));
  assert.ok(faults('hands').has('by hand'));
  assert.ok(faults('operator').has('reload same'));
  assert.ok(faults('loop').has('stall'));
});

test('two runs of a seed are equal byte for byte, also in another time zone', () => {
  const whole = simulateDirector(7, 'swarm', { whole: true });
  const again = simulateDirector(7, 'swarm', { whole: true });
  assert.ok(whole.trace.length > 500);
  assert.deepEqual(again, whole);
  const lines = simulateDirector(7).trace;
  assert.deepEqual(lines, whole.trace.slice(-lines.length));
  const script = `
    import { simulateDirector } from ${JSON.stringify(new URL('./simulate.js', import.meta.url))};
    console.log(simulateDirector(7).digest);
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), whole.digest);
});

test('another seed, or another set, is another run', () => {
  const digests = [
    simulateDirector(1).digest,
    simulateDirector(2).digest,
    simulateDirector(1, 'servers').digest,
  ];
  assert.equal(new Set(digests).size, 3);
});

test('a set that there is not is refused', () => {
  assert.throws(() => simulateDirector(1, 'nothing'), /no set nothing: swarm, calm/);
});
