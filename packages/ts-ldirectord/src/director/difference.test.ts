/** Applying the difference gives the wanted table, and nothing is changed without need. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Virtual } from '../config/config.js';
import { perform } from '../ipvs/memory.js';
import {
  type DestinationContents,
  destinationKey,
  EMPTY_TABLE,
  kernelPort,
  sameDestination,
  sameService,
  serviceKey,
  type Table,
} from '../ipvs/table.js';
import { desiredDestinations, desiredService, isServing } from './desired.js';
import { differences } from './difference.js';
import { virtualOf } from './rehearsal.js';
import type { RealState, VirtualState } from './state.js';

const ADDRESS = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4');
const FORWARDING = fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const);

const REAL = fc.record({
  address: ADDRESS,
  port: fc.constantFrom(80, 8080),
  forwarding: FORWARDING,
  weight: fc.nat(5),
  upperThreshold: fc.constantFrom(0, 20),
});
const STATUS = fc.constantFrom('unchecked' as const, 'up' as const, 'down' as const);

/** A virtual in any state. */
const STATE: fc.Arbitrary<VirtualState> = fc
  .record({
    mark: fc.constantFrom(undefined, 7),
    reals: fc.array(fc.tuple(REAL, STATUS), { maxLength: 6 }),
    quiescent: fc.boolean(),
    fallback: fc.option(ADDRESS, { nil: undefined }),
    scheduler: fc.constantFrom('rr', 'wlc'),
  })
  .map(({ mark, reals, quiescent, fallback, scheduler }) => {
    const virtual: Virtual = virtualOf({
      ...(mark === undefined ? {} : { mark }),
      ...(fallback === undefined ? {} : { fallback }),
      reals: reals.map(([real]) => real),
      quiescent,
      scheduler,
    });
    const states = virtual.reals.map((real, index): RealState => {
      const port = kernelPort(virtual.target, real.forwarding, real.port);
      const place = { address: real.address, port };
      const status = reals[index]?.[1] ?? 'down';
      return { real, place, key: destinationKey(place), status, failures: 0, held: false };
    });
    return { virtual, key: serviceKey(virtual.target), reals: states };
  });

/** What may stand in the table for that virtual: anything. */
function tableFor(virtual: Virtual): fc.Arbitrary<Table> {
  const { target } = virtual;
  const held = fc.array(fc.tuple(ADDRESS, FORWARDING, fc.constantFrom(80, 8080), fc.nat(5)));
  return fc
    .option(fc.tuple(fc.constantFrom('rr', 'wlc'), held), { nil: undefined })
    .map((drawn) => {
      let table: Table = EMPTY_TABLE;
      const put = (next: Table | string) => {
        if (typeof next !== 'string') table = next;
      };
      if (drawn === undefined) return table;
      const [scheduler, destinations] = drawn;
      put(perform(table, { kind: 'addService', target, contents: { scheduler, ops: false } }));
      for (const [address, forwarding, port, weight] of destinations) {
        const destination = { address, port };
        const contents = { forwarding, weight };
        put(perform(table, { kind: 'addDestination', target, destination, contents }));
      }
      return table;
    });
}

const CASE = STATE.chain((state) =>
  fc.record({
    state: fc.constant(state),
    table: tableFor(state.virtual),
    readdQuiescent: fc.boolean(),
    whole: fc.boolean(),
  }),
);

test('the differences give the table we want, and then there are none', () => {
  fc.assert(
    fc.property(CASE, ({ state, table: before, readdQuiescent, whole }) => {
      const wishes = desiredDestinations(state, { whole, readdQuiescent });
      const strangers = whole ? 'delete' : 'leave';
      let table = before;
      const found = differences(state.virtual, before.get(state.key), wishes, strangers);
      for (const { change } of found) {
        const next = perform(table, change);
        assert.ok(typeof next !== 'string', `${change.kind}: ${next}`);
        table = next;
      }
      const service = table.get(state.key);
      assert.ok(service !== undefined);
      assert.ok(sameService(desiredService(state.virtual), service.contents));
      for (const [key, wish] of wishes) {
        const held: DestinationContents | undefined = service.destinations.get(key)?.contents;
        const absent = before.get(state.key)?.destinations.get(key) === undefined;
        if (wish.contents === undefined) assert.equal(held, undefined);
        else if (held === undefined) assert.ok(wish.add === 'never' && absent);
        else assert.ok(sameDestination(wish.contents, held));
      }
      if (whole) {
        for (const key of service.destinations.keys()) assert.ok(wishes.has(key));
      }
      assert.deepEqual(differences(state.virtual, service, wishes, strangers), []);
    }),
    { numRuns: 500 },
  );
});

test('reals that are up are wanted with weight, and the fallback only without them', () => {
  fc.assert(
    fc.property(STATE, fc.boolean(), (state, whole) => {
      const wishes = desiredDestinations(state, { whole, readdQuiescent: false });
      // A place that several reals of the file name is up when all of them are.
      const out = new Set(
        state.reals.filter(({ status }) => status !== 'up').map(({ key }) => key),
      );
      const up = new Set(state.reals.map(({ key }) => key).filter((key) => !out.has(key)));
      assert.equal(isServing(state), up.size > 0);
      for (const [key, wish] of wishes) {
        const weight = wish.contents?.weight ?? 0;
        if (wish.role === 'real') assert.ok(weight === 0 || up.has(key));
        else assert.equal(wish.contents !== undefined, !isServing(state));
      }
      for (const key of up) assert.ok(wishes.get(key)?.contents !== undefined);
    }),
    { numRuns: 500 },
  );
});

test('servers are put in before others are taken out', () => {
  const virtual = virtualOf({ reals: ['10.0.0.1'], fallback: '10.0.0.9', quiescent: false });
  const [real] = virtual.reals;
  assert.ok(real !== undefined);
  const place = { address: real.address, port: 80 };
  const key = destinationKey(place);
  const target = virtual.target;
  const contents = { forwarding: 'gate', weight: 1 } as const;
  let table = perform(EMPTY_TABLE, {
    kind: 'addService',
    target,
    contents: desiredService(virtual),
  });
  assert.ok(typeof table !== 'string');
  table = perform(table, { kind: 'addDestination', target, destination: place, contents });
  assert.ok(typeof table !== 'string');
  const reals = [{ real, place, key, status: 'down', failures: 1, held: false } as const];
  const state = { virtual, key: serviceKey(target), reals };
  const wishes = desiredDestinations(state, { whole: false, readdQuiescent: false });
  const found = differences(virtual, table.get(state.key), wishes, 'leave');
  assert.deepEqual(
    found.map(({ change }) => change.kind),
    ['addDestination', 'deleteDestination'],
  );
});
