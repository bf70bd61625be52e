/** What waits behind a script that hangs. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNode, type NodeState, step } from '../node.js';
import { settingsFixture } from '../settings.fixture.js';
import { Turn } from '../turn.js';

const DEAD = { kind: 'takeover', node: 'loadbalancer' } as const;
const STOPS = { kind: 'letGo', share: 'foreign' } as const;

it('is asked for once as long as nothing is to be stopped after it', () => {
  const started = { kind: 'start', generation: 9, uuid: new Uint8Array(16), pid: 1 } as const;
  const now = { at: 1000, wall: 1, load: '' };
  const { state } = step(createNode(settingsFixture('backup')), { ...started, seed: 1 }, now);
  const turn = new Turn(state, now);
  const dies = (): void => {
    turn.urgentJob({ kind: 'takeOver', node: 'loadbalancer' }, DEAD, {});
    for (const share of ['local', 'foreign'] as const) {
      turn.job({ kind: 'announce', share }, { kind: 'announce', share });
    }
  };
  dies();
  dies();
  assert.deepEqual(waiting(state), ['takeover', 'announce', 'announce', 'takeover'], 'first begun');
  dies();
  assert.equal(state.resources.jobs.length, 4);
  turn.job({ kind: 'standbyRelease', share: 'foreign' }, STOPS);
  dies();
  assert.equal(waiting(state).join(' ').endsWith('letGo takeover announce announce'), true);
});

function waiting({ resources }: NodeState): readonly string[] {
  return resources.jobs.map(({ purpose }) => purpose.kind);
}
