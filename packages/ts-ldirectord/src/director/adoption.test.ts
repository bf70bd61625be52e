/** A daemon that was killed and started again: it takes the table over as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configurationOf, type Health, Rehearsal, virtualOf } from './rehearsal.js';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;
const LIMITED = { lowerThreshold: 2, upperThreshold: 9 };
/** An interval, the longest check, and the calls that follow. */
const BOUND = 1000 + 3000 + 200;

/** Shared reals, thresholds, fallbacks, and what is taken out in one of both ways. */
function configured(quiescent: boolean): ReturnType<typeof configurationOf> {
  const [a, b, c] = ADDRESSES;
  return configurationOf([
    virtualOf({ reals: [a, b, { address: c, ...LIMITED }], quiescent, fallback: '127.0.0.1' }),
    virtualOf({ address: '10.255.0.2', reals: [a], quiescent, fallback: '127.0.0.1' }),
    virtualOf({ address: '10.255.0.3', reals: [b, { address: c, weight: 0 }], quiescent }),
    virtualOf({ address: '10.255.0.4', reals: [a], quiescent, check: { type: 'on' } }),
  ]);
}

const HEALTH = fc.constantFrom<Health>('up', 'refuse', 'silent');
const HEALTHS = fc.tuple(HEALTH, HEALTH, HEALTH);

function begin(before: Rehearsal | undefined, healths: readonly Health[], quiescent: boolean) {
  const rehearsal = new Rehearsal(before?.table);
  for (const [index, health] of healths.entries()) {
    rehearsal.servers.set(ADDRESSES[index] ?? '', health);
  }
  rehearsal.tell({ kind: 'configured', configuration: configured(quiescent) });
  return rehearsal;
}

test('nothing is changed when nothing has changed', () => {
  fc.assert(
    fc.property(HEALTHS, fc.boolean(), (healths, quiescent) => {
      const first = begin(undefined, healths, quiescent);
      first.pass(2 * BOUND);
      const second = begin(first, healths, quiescent);
      second.pass(4 * BOUND);
      assert.deepEqual(second.changes, []);
      assert.deepEqual(second.weights(), first.weights());
    }),
    { numRuns: 60 },
  );
});

test('what died meanwhile is taken out by its first check, what came back is put in', () => {
  fc.assert(
    fc.property(HEALTHS, HEALTHS, fc.boolean(), (before, after, quiescent) => {
      const first = begin(undefined, before, quiescent);
      first.pass(2 * BOUND);
      const second = begin(first, after, quiescent);
      const served = first.weights()['tcp 10.255.0.1:80'] ?? {};
      second.watch = () => {
        for (const [index, address] of ADDRESSES.entries()) {
          if (before[index] !== 'up' || after[index] !== 'up') continue;
          const weight = second.weights()['tcp 10.255.0.1:80']?.[`${address}:80`];
          assert.equal(weight, served[`${address}:80`], 'a server that is well has flapped');
        }
      };
      // The first checks begin at once.
      second.pass(3000 + 200);
      const fresh = begin(undefined, after, quiescent);
      fresh.pass(2 * BOUND);
      for (const [key, weights] of Object.entries(fresh.weights())) {
        const taken = second.weights()[key] ?? {};
        for (const name of new Set([...Object.keys(weights), ...Object.keys(taken)])) {
          assert.equal(taken[name] ?? 0, weights[name] ?? 0, `${key} ${name}`);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a weight by hand is set right by a start, as by the genuine program', () => {
  const first = begin(undefined, ['up', 'up', 'up'], true);
  first.pass(BOUND);
  const virtual = configured(true).virtuals[0];
  assert.ok(virtual !== undefined);
  const service = first.table.get('tcp 10.255.0.1:80');
  assert.ok(service !== undefined);
  const held = service.destinations.get('10.0.0.1:80');
  assert.ok(held !== undefined);
  const destinations = new Map(service.destinations).set('10.0.0.1:80', {
    ...held,
    contents: { ...held.contents, weight: 8 },
  });
  first.table = new Map(first.table).set('tcp 10.255.0.1:80', { ...service, destinations });
  const second = begin(first, ['up', 'up', 'up'], true);
  second.pass(BOUND);
  assert.equal(second.weights()['tcp 10.255.0.1:80']?.['10.0.0.1:80'], 1);
  assert.equal(second.changes.length, 1);
});
