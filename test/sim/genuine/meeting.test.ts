/**
 * A node of ours and a genuine one that begin their lives apart: each takes everything, and when
 * they meet neither has seen the other die, so that the genuine one takes no notice.
 */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIRECTORS, type Director } from '../../lab/lab.js';
import { recording } from '../../scenarios/recording.js';
import { SimulatedStage } from './stage.js';

const KINDS = [
  ['C', 'TS'],
  ['TS', 'C'],
] as const;

/** From the moment they meet: both lives, a whole start, and the ten seconds of a genuine one. */
const SETTLED = 90;

function holders(stage: SimulatedStage): readonly string[] {
  return ['lvs', 'web'].map((word) =>
    DIRECTORS.filter((node) => stage.pair.host(node).machine.running.has(word)).join(' and '),
  );
}

async function apart(stage: SimulatedStage, first: Director, second: Director): Promise<void> {
  await stage.cut();
  await stage.start(first);
  await stage.called(first, 'start ldirectord');
  await stage.start(second);
  await stage.called(second, 'start ldirectord');
  await stage.called(second, 'start web');
  await stage.pause(10);
  deepEqual(
    holders(stage),
    DIRECTORS.map(() => DIRECTORS.join(' and ')),
  );
}

describe('a node of ours and a genuine one that began their lives apart', () => {
  for (const failback of ['on', 'off', 'legacy']) {
    for (const kinds of KINDS) {
      it(`${kinds.join('/')}, auto_failback ${failback}: each group runs once again`, async () => {
        for (const [first, second] of [DIRECTORS, [...DIRECTORS].reverse()]) {
          if (first === undefined || second === undefined) continue;
          const recorded = recording(`split-brain-heal-auto_failback-${failback}`);
          const stage = new SimulatedStage(recorded, first, kinds);
          await apart(stage, first, second);
          await stage.heal();
          await stage.pause(SETTLED);
          await stage.atRest();
          for (const names of holders(stage)) deepEqual(names.split(' and ').length, 1, names);
        }
      });
    }
  }
});
