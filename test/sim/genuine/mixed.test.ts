/**
 * A node of ours beside the model: the stories that were recorded come to the same calls as beside
 * the genuine daemon itself, where the suite of scenarios plays them (pairs C/TS and TS/C). What a
 * model does to ours is then what the genuine daemon does.
 */
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { DIRECTORS } from '../../lab/lab.js';
import { recording, recordingNames } from '../../scenarios/recording.js';
import { STORIES } from '../../scenarios/stories/index.js';
import { judgeCalls } from '../../scenarios/verdict.js';
import { SimulatedStage } from './stage.js';

const PAIRS = [
  ['C/TS', ['C', 'TS']],
  ['TS/C', ['TS', 'C']],
] as const;

for (const [pair, kinds] of PAIRS) {
  for (const name of recordingNames()) {
    test(`${name}, ${pair}`, async () => {
      for (const first of DIRECTORS) {
        const recorded = recording(name);
        const stage = new SimulatedStage(recorded, first, kinds);
        await STORIES[name]?.(stage);
        deepEqual(judgeCalls(recorded, pair, stage.pair.calls).differs, []);
      }
    });
  }
}
