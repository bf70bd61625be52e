/** Recorded runs of the genuine ldirectord, played again: the same table after every phase. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { playVector } from './box.js';
import { underTest } from './program.js';
import type { Vector } from './vector.js';
import { verdict, wantedPhases } from './verdict.js';

/** They mostly wait; more at a time would starve each other on two processors. */
const AT_A_TIME = 4;

/** A test for each of the recordings. */
export function replay(vectors: readonly Vector[]): void {
  const { program, genuine, dispose } = underTest();
  after(dispose);
  describe('replay', { concurrency: AT_A_TIME }, () => {
    for (const vector of vectors) {
      test(`${vector.name}: ${vector.title}`, async () => {
        const wanted = wantedPhases(vector, genuine);
        const tables = wanted.map(({ table_save }) => table_save);
        const found = await playVector(program, vector, tables);
        for (const [index, phase] of wanted.entries()) {
          assert.deepEqual(verdict(found[index] ?? {}), verdict(phase), `after ${phase.phase}`);
        }
      });
    }
  });
}
