/** Runs of the genuine ldirectord that were recorded for questions of the director, played again. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { playVector } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';
import { moreVectors } from '../ldirectord/vector.js';
import { verdict, wantedPhases } from '../ldirectord/verdict.js';

const { program, genuine, dispose } = underTest();
after(dispose);

/** They mostly wait; more at a time would starve each other on two processors. */
const AT_A_TIME = 4;

describe('replay', { concurrency: AT_A_TIME }, () => {
  for (const vector of moreVectors()) {
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
