/** What others change in the table: what is put back, when, and what is left as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../ipvs/change.js';
import { perform } from '../ipvs/memory.js';
import { configurationOf, Rehearsal, ROUND, virtualOf } from './rehearsal.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const FALLBACK = '127.0.0.1';
const V = 'tcp 10.255.0.1:80';
const VIRTUAL = virtualOf({ reals: [A, B], fallback: FALLBACK });
const { target } = VIRTUAL;
/** From a change to the look that sees it, and from there until it is put back, at most. */
const LOOK = 5_100;
const PATIENCE = 10_000;

/** At rest, with both servers up, just after a look. */
function atRest(globals: Parameters<typeof configurationOf>[1] = {}): Rehearsal {
  const rehearsal = new Rehearsal();
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([VIRTUAL], globals) });
  rehearsal.pass(ROUND);
  rehearsal.newLines();
  return rehearsal;
}

function byHand(rehearsal: Rehearsal, change: Change): void {
  const table = perform(rehearsal.table, change);
  assert.ok(typeof table !== 'string', String(table));
  rehearsal.table = table;
}

function reads(rehearsal: Rehearsal): number {
  return rehearsal.effects.filter(({ kind }) => kind === 'readTable').length;
}

test('a table at rest is looked at once in five seconds, or once a longer interval', () => {
  for (const [checkInterval, times] of [
    [1_000, 12],
    [20_000, 3],
  ] as const) {
    const rehearsal = atRest({ checkInterval });
    const before = reads(rehearsal);
    rehearsal.pass(60_000);
    assert.equal(reads(rehearsal) - before, times);
    assert.deepEqual(rehearsal.newLines(), []);
  }
});

test('a virtual that is gone comes back with the next look', () => {
  const rehearsal = atRest();
  const before = rehearsal.weights();
  byHand(rehearsal, { kind: 'deleteService', target });
  rehearsal.pass(LOOK);
  assert.deepEqual(rehearsal.weights(), before);
  assert.deepEqual(rehearsal.newLines(), [
    'The table was changed by another program: putting back 1 of its entries',
    'Added virtual server: 10.255.0.1:80',
    'Added real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)',
    'Added real server: 10.0.0.2:80 (10.255.0.1:80) (Weight set to 1)',
  ]);
});

test('a virtual that came back twice is put right no later for it, and no sooner', () => {
  const rehearsal = atRest();
  for (let times = 0; times < 2; times += 1) {
    byHand(rehearsal, { kind: 'deleteService', target });
    rehearsal.pass(LOOK);
  }
  byHand(rehearsal, { kind: 'editService', target, contents: { scheduler: 'lc', ops: false } });
  const scheduler = () => rehearsal.table.get(V)?.contents.scheduler;
  rehearsal.pass(PATIENCE);
  assert.equal(scheduler(), 'lc');
  rehearsal.pass(2 * LOOK);
  assert.notEqual(scheduler(), 'lc');
});

test('a server that is up and was deleted comes back, but not while an operator is at it', () => {
  const rehearsal = atRest();
  byHand(rehearsal, { kind: 'deleteDestination', target, destination: { address: A, port: 80 } });
  rehearsal.pass(PATIENCE - 100);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.2:80': 1 });
  rehearsal.pass(LOOK);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
});

test('a deletion that the operator takes back is none of our business', () => {
  const rehearsal = atRest();
  const destination = { address: A, port: 80 };
  const contents = { forwarding: 'gate', weight: 9 } as const;
  for (let times = 0; times < 4; times += 1) {
    byHand(rehearsal, { kind: 'deleteDestination', target, destination });
    rehearsal.pass(7_000);
    byHand(rehearsal, { kind: 'addDestination', target, destination, contents });
    rehearsal.pass(7_000);
  }
  assert.deepEqual(rehearsal.newLines(), []);
});

test('what the kernel does not keep is put back ever less often', () => {
  const rehearsal = atRest();
  const contents = { scheduler: 'wlc', ops: false };
  rehearsal.watch = () => {
    const service = rehearsal.table.get(V);
    if (service) rehearsal.table = new Map(rehearsal.table).set(V, { ...service, contents });
  };
  rehearsal.pass(3_600_000);
  const edits = rehearsal.changes.filter(({ kind }) => kind === 'editService').length;
  assert.ok(edits >= 6 && edits <= 9, `${edits} edits`);
});

test('the fallback comes back while no server is up', () => {
  const rehearsal = atRest();
  rehearsal.servers.set(A, 'refuse').set(B, 'refuse');
  rehearsal.pass(ROUND);
  const destination = { address: FALLBACK, port: 80 };
  byHand(rehearsal, { kind: 'deleteDestination', target, destination });
  rehearsal.pass(PATIENCE + LOOK);
  assert.equal(rehearsal.weights()[V]?.['127.0.0.1:80'], 1);
});

test('scheduler and forwarding method come back, a weight by hand stays', () => {
  const rehearsal = atRest();
  const contents = { scheduler: 'wlc', persistence: 60, ops: false };
  byHand(rehearsal, { kind: 'editService', target, contents });
  byHand(rehearsal, {
    kind: 'editDestination',
    target,
    destination: { address: A, port: 80 },
    contents: { forwarding: 'masq', weight: 7 },
  });
  byHand(rehearsal, {
    kind: 'editDestination',
    target,
    destination: { address: B, port: 80 },
    contents: { forwarding: 'gate', weight: 0 },
  });
  rehearsal.pass(PATIENCE + LOOK);
  const service = rehearsal.table.get(V);
  assert.deepEqual(service?.contents, { scheduler: 'rr', ops: false });
  const held = [...(service?.destinations.values() ?? [])].map(
    ({ contents: { forwarding, weight } }) => [forwarding, weight],
  );
  assert.deepEqual(held, [
    ['gate', 7],
    ['gate', 0],
  ]);
  const made = rehearsal.changes.length;
  rehearsal.pass(60_000);
  assert.equal(rehearsal.changes.length, made);
});

test('a dead server that was deleted or given weight, and a stranger, are left as they are', () => {
  const rehearsal = atRest();
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  const dead = { address: A, port: 80 };
  const contents = { forwarding: 'gate', weight: 4 } as const;
  byHand(rehearsal, { kind: 'editDestination', target, destination: dead, contents });
  const stranger = { address: '10.0.0.77', port: 80 };
  byHand(rehearsal, { kind: 'addDestination', target, destination: stranger, contents });
  rehearsal.pass(60_000);
  const left = { '10.0.0.1:80': 4, '10.0.0.2:80': 1, '10.0.0.77:80': 4 };
  assert.deepEqual(rehearsal.weights()[V], left);
  byHand(rehearsal, { kind: 'deleteDestination', target, destination: dead });
  rehearsal.pass(60_000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.2:80': 1, '10.0.0.77:80': 4 });
});

test('a server of weight 0 that an operator gives weight keeps it', () => {
  const rehearsal = new Rehearsal();
  const reals = [{ address: A, weight: 0 }, B];
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtualOf({ reals })]) });
  rehearsal.pass(ROUND);
  const contents = { forwarding: 'gate', weight: 4 } as const;
  const destination = { address: A, port: 80 };
  byHand(rehearsal, { kind: 'editDestination', target, destination, contents });
  rehearsal.pass(60_000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 4, '10.0.0.2:80': 1 });
});

test('what the kernel refuses is no change of others', () => {
  const refused = virtualOf({ address: '10.255.0.2', reals: [A] });
  const rehearsal = new Rehearsal();
  rehearsal.refuses = (change) => change.target === refused.target;
  const configuration = configurationOf([VIRTUAL, refused]);
  rehearsal.tell({ kind: 'configured', configuration });
  rehearsal.pass(ROUND);
  rehearsal.newLines();
  rehearsal.pass(60_000);
  assert.deepEqual(rehearsal.newLines(), []);
});

test('a server in maintenance that is given weight is taken out within a round', () => {
  const rehearsal = atRest();
  rehearsal.tell({ kind: 'hold', address: A, port: 80, held: true });
  rehearsal.pass(100);
  const contents = { forwarding: 'gate', weight: 4 } as const;
  byHand(rehearsal, {
    kind: 'editDestination',
    target,
    destination: { address: A, port: 80 },
    contents,
  });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 0, '10.0.0.2:80': 1 });
});

test('a table that cannot be read at a look is read again, without a rush', () => {
  const rehearsal = atRest();
  rehearsal.readError = 'ipvsadm -S -n failed: broken';
  const before = reads(rehearsal);
  rehearsal.pass(20_000);
  assert.ok(reads(rehearsal) - before <= 10);
  assert.deepEqual(rehearsal.newLines(), ['ipvsadm -S -n failed: broken']);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.readError = undefined;
  rehearsal.pass(3_000);
  assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 0);
});

test('news that come close together cost one call', () => {
  const reals = Array.from({ length: 100 }, (_, index) => `10.0.1.${index + 1}`);
  const rehearsal = new Rehearsal();
  const configuration = configurationOf([virtualOf({ reals })]);
  rehearsal.tell({ kind: 'configured', configuration });
  rehearsal.pass(ROUND);
  const calls = () => rehearsal.effects.filter(({ kind }) => kind === 'change').length;
  const before = calls();
  for (const address of reals) rehearsal.servers.set(address, 'refuse');
  rehearsal.pass(ROUND);
  assert.ok(Object.values(rehearsal.weights()[V] ?? {}).every((weight) => weight === 0));
  assert.ok(calls() - before <= 21, `${calls() - before} calls`);
});
