/** Random servers, operators and reloads: what must hold at every moment, and what in the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Configuration } from '../config/config.js';
import { serviceKey } from '../ipvs/table.js';
import { configurationOf, type Health, Rehearsal, virtualOf } from './rehearsal.js';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'] as const;
const FALLBACK = '127.0.0.1';

type Act =
  | { readonly kind: 'server'; readonly address: string; readonly health: Health }
  | { readonly kind: 'reload'; readonly quiescent: boolean; readonly weight: number }
  | { readonly kind: 'refuse'; readonly on: boolean };

const ACT: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('server' as const),
      address: fc.constantFrom(...ADDRESSES),
      health: fc.constantFrom('up' as const, 'refuse' as const, 'silent' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reload' as const),
      quiescent: fc.boolean(),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), on: fc.boolean() }),
  },
);

function configured(quiescent: boolean, weight: number): Configuration {
  const reals = ADDRESSES.map((address) => ({ address, weight }));
  return configurationOf([
    virtualOf({ reals, quiescent, fallback: FALLBACK }),
    virtualOf({ address: '10.255.0.2', reals: reals.slice(1, 3), quiescent }),
  ]);
}

/** In the end, with everything quiet: exactly what is up has its weight. */
function settled(rehearsal: Rehearsal, weight: number): void {
  for (const { virtual } of rehearsal.state.virtuals) {
    const held = rehearsal.table.get(serviceKey(virtual.target))?.destinations;
    let serving = false;
    for (const { address, name } of virtual.reals) {
      const up = (rehearsal.servers.get(address) ?? 'up') === 'up';
      serving ||= up;
      assert.equal(held?.get(name)?.contents.weight ?? 0, up ? weight : 0, name);
    }
    const fallback = held?.get(`${FALLBACK}:80`)?.contents.weight;
    assert.equal(fallback, serving || virtual.fallback === undefined ? undefined : 1);
  }
}

test('whatever happens, the table follows the servers within an interval and a timeout', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4000), ACT), { maxLength: 25 }), (acts) => {
      const rehearsal = new Rehearsal();
      rehearsal.watch = () => {
        const { work, life } = rehearsal.state;
        assert.ok(life === 'adopting' || life === 'running');
        assert.ok(work.planned.length <= 2 * (2 + ADDRESSES.length + 1));
      };
      let weight = 1;
      let refusing = false;
      rehearsal.refuses = () => refusing;
      rehearsal.tell({ kind: 'configured', configuration: configured(true, weight) });
      for (const [pause, act] of acts) {
        rehearsal.pass(pause);
        if (act.kind === 'server') rehearsal.servers.set(act.address, act.health);
        if (act.kind === 'refuse') refusing = act.on;
        if (act.kind === 'reload') {
          weight = act.weight;
          const configuration = configured(act.quiescent, weight);
          rehearsal.tell({ kind: 'configured', configuration });
        }
      }
      refusing = false;
      rehearsal.pass(2000);
      // An interval to the next check, the longest check, and the calls that follow.
      rehearsal.pass(1000 + 3000 + 50);
      settled(rehearsal, weight);
      const made = rehearsal.changes.length;
      rehearsal.pass(10_000);
      assert.equal(rehearsal.changes.length, made, 'a change without a cause');
    }),
    { numRuns: 100 },
  );
});
