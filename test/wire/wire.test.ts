/** Messages right and wrong, played at the genuine daemon and at ours: what is seen is compared. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectPrepared } from '../lab/notprepared.js';
import type { StackName } from '../lab/stack.js';
import { withBenchLab } from './benchlab.js';
import { playTable } from './play.js';
import type { Sight } from './row.js';
import { TABLES } from './tables.js';
import { judge } from './verdict.js';

/** All tables at one program, side by side. */
function playAll(name: StackName): Promise<readonly (readonly Sight[])[]> {
  const hosts = TABLES.map(({ host }) => host);
  return withBenchLab(name, hosts, (lab) =>
    Promise.all(TABLES.map((table) => playTable(lab, table))),
  );
}

describe('messages on the wire', () => {
  let genuine: readonly (readonly Sight[])[] = [];
  let ours: readonly (readonly Sight[])[] = [];

  before(async () => {
    expectPrepared();
    [genuine, ours] = await Promise.all([playAll('genuine'), playAll('ours')]);
  });

  after(() => {
    const words = TABLES.flatMap(({ rows }, table) =>
      rows.map((row, place) => {
        const [one, two] = [genuine[table]?.[place], ours[table]?.[place]];
        const { word } = one && two ? judge(row, one, two) : { word: 'not played' };
        return `${row.name.padEnd(44)} ${word}`;
      }),
    );
    console.log(`messages at the genuine daemon and at ours\n${words.join('\n')}`);
  });

  for (const [table, { host, rows }] of TABLES.entries()) {
    test(`${host}: ${rows.length} rows`, () => {
      const wrong = rows.flatMap((row, place) => {
        const [one, two] = [genuine[table]?.[place], ours[table]?.[place]];
        assert.ok(one && two, 'not played');
        const { ok, details } = judge(row, one, two);
        return ok ? [] : [`${row.name}\n  ${details.join('\n  ')}`];
      });
      assert.deepEqual(wrong, [], `\n${wrong.join('\n')}`);
    });
  }
});
