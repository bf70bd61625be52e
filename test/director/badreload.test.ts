/** A reload with every rejected configuration while servers die: it is reported, they are taken out. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { reloadBadCases } from '../ldirectord/box.js';
import { withoutNoise } from '../ldirectord/normalize.js';
import { GENUINE, underTest } from '../ldirectord/program.js';
import { badCases } from '../ldirectord/vector.js';

const { program, genuine, dispose } = underTest();
after(dispose);

const INTERVAL_MS = 1_000;
/** Of a check; one that refuses says so at once. */
const TIMEOUT_MS = { refuse: 0, hang: 2_000 } as const;
/** What may come on top: the daemon's own part of a change. */
const CALLS_MS = 200;

const rejected = badCases().filter(({ args, expected }) => !args && expected.exit === 2);

test('the genuine program, for comparison', async (t) => {
  for (const { name, death, ms } of await reloadBadCases(GENUINE, rejected.slice(0, 3))) {
    t.diagnostic(`${name}, ${death}: ${ms === undefined ? 'never noticed' : `${ms} ms`}`);
  }
});

test('ours', async (t) => {
  assert.equal(rejected.length, 37);
  if (genuine) return;
  const outcomes = await reloadBadCases(program, rejected);
  assert.equal(outcomes.length, rejected.length);
  let longest = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const { name, death, ms, readMs, busyMs, log } = outcome;
    assert.ok(ms !== undefined, `${name}: a ${death} was not noticed: ${log.join('\n')}`);
    const limit = INTERVAL_MS + TIMEOUT_MS[death] + CALLS_MS + readMs + busyMs;
    assert.ok(ms <= limit, `${name}: ${ms} ms for a ${death}, at most ${limit}`);
    longest = Math.max(longest, ms - TIMEOUT_MS[death]);
    const said = withoutNoise(rejected[index]?.expected.stderr ?? '').split('\n')[0] ?? '';
    assert.ok(log.includes(said), `${name}: no "${said}" in the log: ${log.join('\n')}`);
  }
  t.diagnostic(`longest, without the timeout: ${Math.round(longest)} ms`);
});
