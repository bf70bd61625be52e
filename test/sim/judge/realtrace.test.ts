/** Lines of real logs and of the recorder as the judge sees them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RealTrace } from './realtrace.js';
import { told, WATCHED } from './story.fixture.js';

const WEB = { node: 'alpha', key: 'record::web', resources: ['record::web'], address: undefined };
const DAEMON = 'Nov 22 23:05:39 alpha heartbeat: [26]: ';

function trace(): RealTrace {
  const real = new RealTrace({ ...WATCHED, groups: [WEB] });
  for (const node of ['alpha', 'beta']) {
    real.log(1000, node, `${DAEMON}info: Local status now set to: 'up'`);
    real.log(2000, node, `${DAEMON}info: Local status now set to: 'active'`);
  }
  real.script('alpha', '1000003.000 web start begin', 1_000_000_000);
  real.script('alpha', '1000003.100 web start 0', 1_000_000_000);
  return real;
}

it('an orderly move is one, by the instants of the recorder', () => {
  const real = trace();
  real.script('alpha', '1000005.000 web stop begin', 1_000_000_000);
  real.script('beta', '1000005.200 web start begin', 1_000_000_000);
  real.script('alpha', '1000005.100 web stop 0', 1_000_000_000);
  assert.deepEqual(real.judge(8000).violations, []);
  assert.deepEqual(real.unreadable, []);
});

it('a start before the stop has ended is seen', () => {
  const real = trace();
  real.script('beta', '1000005.000 web start begin', 1_000_000_000);
  assert.deepEqual(real.judge(8000).violations.map(told), ['1 two machines hold one group']);
});

it('a cut of every path excuses what follows a death, of which a log tells', () => {
  const real = trace();
  real.paths(5000, false);
  for (const [node, peer] of [
    ['alpha', 'beta'],
    ['beta', 'alpha'],
  ] as const) {
    real.log(15_000, node, `${DAEMON}WARN: node ${peer}: is dead`);
  }
  real.script('beta', '1000015.200 web start begin', 1_000_000_000);
  assert.deepEqual(real.judge(30_000).violations, []);
  const early = trace();
  early.log(15_000, 'alpha', `${DAEMON}WARN: node beta: is dead`);
  assert.deepEqual(early.judge(16_000).violations.map(told), ['3 a living node is declared dead']);
});

it('a line of the recorder that is none is kept', () => {
  const real = trace();
  real.script('beta', '1000005.000 mail start begin', 1_000_000_000);
  real.script('beta', 'web start', 1_000_000_000);
  assert.equal(real.unreadable.length, 2);
});
