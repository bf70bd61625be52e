/** Random servers, operators and reloads: what must hold at every moment, and what in the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Configuration } from '../config/config.js';
import type { Change } from '../ipvs/change.js';
import { perform } from '../ipvs/memory.js';
import { type Destination, type Service, serviceKey } from '../ipvs/table.js';
import { isServing } from './desired.js';
import { configurationOf, type Health, Rehearsal, virtualOf } from './rehearsal.js';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'] as const;
const FALLBACK = '127.0.0.1';
const INTERVAL = 1000;
/** Longer than the interval: a check of a silent server is not over when its next one is due. */
const TIMEOUT = 3000;
/** What the issue allows on top of them for the calls. */
const CALLS = 200;
/** From an operator's deed until the daemon has put back what it does: a look, and its patience. */
const PUT_BACK = 5_000 + 10_000 + 5_000;

type Act =
  | { readonly kind: 'server'; readonly address: string; readonly health: Health }
  | { readonly kind: 'hold'; readonly address: string; readonly held: boolean }
  | { readonly kind: 'reload'; readonly quiescent: boolean; readonly weight: number }
  | { readonly kind: 'refuse'; readonly on: boolean }
  | { readonly kind: 'break'; readonly on: boolean }
  | {
      readonly kind: 'operator';
      readonly verb: 'deleteService' | 'editService' | 'deleteDestination' | 'editDestination';
      readonly virtual: number;
      readonly address: string;
      readonly weight: number;
    };

const SERVER = fc.record({
  kind: fc.constant('server' as const),
  address: fc.constantFrom(...ADDRESSES),
  health: fc.constantFrom('up' as const, 'refuse' as const, 'silent' as const),
});
const RELOAD = fc.record({
  kind: fc.constant('reload' as const),
  quiescent: fc.boolean(),
  weight: fc.integer({ min: 1, max: 3 }),
});
const REFUSE = fc.record({
  kind: fc.constantFrom('refuse' as const, 'break' as const),
  on: fc.boolean(),
});
const HOLD = fc.record({
  kind: fc.constant('hold' as const),
  address: fc.constantFrom(...ADDRESSES),
  held: fc.boolean(),
});
const OPERATOR = fc.record({
  kind: fc.constant('operator' as const),
  verb: fc.constantFrom(
    'deleteService' as const,
    'editService' as const,
    'deleteDestination' as const,
    'editDestination' as const,
  ),
  virtual: fc.nat(1),
  address: fc.constantFrom(...ADDRESSES),
  weight: fc.nat(4),
});

function acts(...others: fc.Arbitrary<Act>[]): fc.Arbitrary<[number, Act][]> {
  const arbitrary = fc.oneof(
    { weight: 6, arbitrary: SERVER },
    ...others.map((other) => ({ weight: 1, arbitrary: other })),
  );
  return fc.array(fc.tuple(fc.nat(4000), arbitrary), { maxLength: 25 });
}

function configured(quiescent: boolean, weight: number): Configuration {
  const reals = ADDRESSES.map((address) => ({ address, weight }));
  return configurationOf([
    virtualOf({ reals, quiescent, fallback: FALLBACK }),
    virtualOf({ address: '10.255.0.2', reals: reals.slice(1, 3), quiescent }),
  ]);
}

/** A rehearsal, and what is known of the world around it. */
class World {
  readonly rehearsal = new Rehearsal();
  weight = 1;
  refusing = false;
  /** When each server became what it is. */
  readonly since = new Map<string, number>();
  readonly held = new Set<string>();
  /** Destinations whose weight an operator has set, as `virtual address`. */
  readonly byHand = new Set<string>();
  /** The last moment of trouble that is not the servers': the bounds count from there. */
  trouble = 0;

  readonly #silentUntil = new Map<string, number>();

  constructor() {
    this.rehearsal.refuses = () => this.refusing;
    this.rehearsal.tell({ kind: 'configured', configuration: configured(true, this.weight) });
  }

  act(act: Act): void {
    const { rehearsal } = this;
    switch (act.kind) {
      case 'server':
        if (rehearsal.servers.get(act.address) !== act.health) {
          this.since.set(act.address, rehearsal.now);
          if (rehearsal.servers.get(act.address) === 'silent') {
            this.#silentUntil.set(act.address, rehearsal.now);
          }
        }
        rehearsal.servers.set(act.address, act.health);
        break;
      case 'hold':
        this.since.set(act.address, rehearsal.now);
        if (act.held) this.held.add(act.address);
        else this.held.delete(act.address);
        rehearsal.tell({ kind: 'hold', address: act.address, held: act.held });
        break;
      case 'reload':
        this.weight = act.weight;
        this.trouble = rehearsal.now;
        this.byHand.clear();
        rehearsal.tell({
          kind: 'configured',
          configuration: configured(act.quiescent, act.weight),
        });
        break;
      case 'refuse':
        this.refusing = act.on;
        this.trouble = rehearsal.now;
        break;
      case 'break':
        rehearsal.readError = act.on ? 'ipvsadm -S -n failed: broken' : undefined;
        this.trouble = rehearsal.now;
        break;
      case 'operator':
        this.#byHand(act);
    }
  }

  /** Peace: nothing is refused, and nobody is at work but the servers. */
  get isSound(): boolean {
    return !this.refusing && this.rehearsal.readError === undefined;
  }

  isUp(address: string): boolean {
    return (this.rehearsal.servers.get(address) ?? 'up') === 'up' && !this.held.has(address);
  }

  /** So lately that a check may still be waiting for it. */
  wasSilent(address: string): boolean {
    const until = this.#silentUntil.get(address);
    const since = this.since.get(address) ?? 0;
    return until !== undefined && until + TIMEOUT > since;
  }

  #byHand(act: Extract<Act, { kind: 'operator' }>): void {
    const { rehearsal } = this;
    const virtual = rehearsal.state.virtuals[act.virtual]?.virtual;
    if (virtual === undefined) return;
    const { target } = virtual;
    const destination = { address: act.address, port: 80 };
    const contents = { forwarding: 'gate', weight: act.weight } as const;
    const changes: Record<typeof act.verb, Change> = {
      deleteService: { kind: 'deleteService', target },
      editService: { kind: 'editService', target, contents: { scheduler: 'wlc', ops: false } },
      deleteDestination: { kind: 'deleteDestination', target, destination },
      editDestination: { kind: 'editDestination', target, destination, contents },
    };
    const table = perform(rehearsal.table, changes[act.verb]);
    if (typeof table === 'string') return;
    rehearsal.table = table;
    this.byHand.add(`${serviceKey(target)} ${act.address}`);
  }
}

/** A server that has been dead for longer than the bound has no weight, one that is well has it. */
function assertNoticed(world: World): void {
  const { rehearsal } = world;
  if (!world.isSound || rehearsal.state.life !== 'running') return;
  for (const { virtual, key } of rehearsal.state.virtuals) {
    const held = rehearsal.table.get(key)?.destinations;
    for (const { address, name } of virtual.reals) {
      const since = Math.max(world.since.get(address) ?? 0, world.trouble);
      const health = rehearsal.servers.get(address) ?? 'up';
      const up = world.isUp(address);
      // A check that began when the server was silent may still wait, whatever it is now.
      const slow = health === 'silent' || world.wasSilent(address) ? TIMEOUT : 0;
      if (rehearsal.now - since <= INTERVAL + slow + CALLS) continue;
      const weight = held?.get(name)?.contents.weight ?? 0;
      assert.equal(weight > 0, up, `${name} of ${key} at ${rehearsal.now}`);
    }
  }
}

/** When the daemon has nothing to do, the table is what it wants. */
function assertAtRest({ rehearsal, isSound }: World): void {
  const { work, life, virtuals } = rehearsal.state;
  if (!isSound || life !== 'running' || work.doing !== 'nothing' || work.adopt) return;
  if (work.touched.size > 0 || work.retryAt !== undefined) return;
  for (const state of virtuals) {
    const service: Service | undefined = rehearsal.table.get(state.key);
    const held: readonly Destination[] = [...(service?.destinations.values() ?? [])];
    const weighty = held.filter(({ contents }) => contents.weight > 0);
    const { fallback } = state.virtual;
    const wanted = fallback !== undefined && !isServing(state);
    const present = held.some(({ address }) => address === FALLBACK);
    assert.equal(present, wanted, 'fallback');
    assert.equal(weighty.length > 0, isServing(state) || wanted, 'a destination');
  }
}

/** In the end, with everything quiet: exactly what is up has its weight. */
function assertSettled(world: World): void {
  const { rehearsal, weight, byHand } = world;
  for (const { virtual, key } of rehearsal.state.virtuals) {
    const service: Service | undefined = rehearsal.table.get(key);
    assert.equal(service?.contents.scheduler, virtual.scheduler);
    let serving = false;
    for (const { address, name } of virtual.reals) {
      const up = world.isUp(address);
      serving ||= up;
      const held: number | undefined = service?.destinations.get(name)?.contents.weight;
      if (!byHand.has(`${key} ${address}`)) assert.equal(held ?? 0, up ? weight : 0, name);
      else if (up) assert.ok(held !== undefined, name);
    }
    const fallback = service?.destinations.get(`${FALLBACK}:80`)?.contents.weight;
    assert.equal(fallback, serving || virtual.fallback === undefined ? undefined : 1);
  }
}

function settle(world: World, ms: number): void {
  const { rehearsal } = world;
  world.act({ kind: 'refuse', on: false });
  world.act({ kind: 'break', on: false });
  rehearsal.pass(2000 + ms);
  rehearsal.pass(INTERVAL + TIMEOUT + CALLS);
  assertSettled(world);
  const made = rehearsal.changes.length;
  rehearsal.pass(20_000);
  assert.equal(rehearsal.changes.length, made, 'a change without a cause');
}

test('whatever the servers do, the table follows them within an interval and a timeout', () => {
  fc.assert(
    fc.property(acts(RELOAD, HOLD), (list) => {
      const world = new World();
      world.rehearsal.watch = () => {
        assertNoticed(world);
        assertAtRest(world);
      };
      for (const [pause, act] of list) {
        world.rehearsal.pass(pause);
        world.act(act);
      }
      settle(world, 0);
    }),
    { numRuns: 100 },
  );
});

test('a kernel that refuses, or cannot be read, delays it no longer than that lasts', () => {
  fc.assert(
    fc.property(acts(RELOAD, REFUSE, HOLD), (list) => {
      const world = new World();
      for (const [pause, act] of list) {
        world.rehearsal.pass(pause);
        world.act(act);
      }
      settle(world, 0);
    }),
    { numRuns: 100 },
  );
});

test('what an operator does is put back in the end, but for the weights', () => {
  fc.assert(
    fc.property(acts(RELOAD, OPERATOR, REFUSE), (list) => {
      const world = new World();
      for (const [pause, act] of list) {
        world.rehearsal.pass(pause);
        world.act(act);
      }
      settle(world, PUT_BACK);
    }),
    { numRuns: 100 },
  );
});
