/** The model of the genuine daemon, held against what was recorded of two genuine nodes. */
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { recording, recordingNames } from '../../scenarios/recording.js';
import { STORIES } from '../../scenarios/stories/index.js';
import { judgeCalls } from '../../scenarios/verdict.js';
import { SimulatedStage } from './stage.js';

for (const name of recordingNames()) {
  test(name, async () => {
    const recorded = recording(name);
    const stage = new SimulatedStage(recorded);
    await STORIES[name]?.(stage);
    deepEqual(judgeCalls(recorded, 'C/C', stage.pair.calls).differs, []);
  });
}
