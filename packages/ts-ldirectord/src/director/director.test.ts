/** The director from start to stop, event by event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perform } from '../ipvs/memory.js';
import { EMPTY_TABLE, type Table } from '../ipvs/table.js';
import type { Effect } from './effect.js';
import { begin, configurationOf, Rehearsal, ROUND, virtualOf } from './rehearsal.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const V = 'tcp 10.255.0.1:80';

/** A table as an operator or an earlier life of the daemon has left it. */
function tableOf(virtual: ReturnType<typeof virtualOf>, weights: Record<string, number>): Table {
  const { target } = virtual;
  const contents = { scheduler: 'rr', ops: false };
  let table = perform(EMPTY_TABLE, { kind: 'addService', target, contents });
  for (const [address, weight] of Object.entries(weights)) {
    assert.ok(typeof table !== 'string');
    table = perform(table, {
      kind: 'addDestination',
      target,
      destination: { address, port: 80 },
      contents: { forwarding: 'gate', weight },
    });
  }
  assert.ok(typeof table !== 'string');
  return table;
}

function weigh(rehearsal: Rehearsal, address: string, weight: number): void {
  const table = perform(rehearsal.table, {
    kind: 'editDestination',
    target: virtualOf({ reals: [] }).target,
    destination: { address, port: 80 },
    contents: { forwarding: 'gate', weight },
  });
  assert.ok(typeof table !== 'string');
  rehearsal.table = table;
}

test('quiescent: from the start over a failure of all to a stop', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], fallback: '127.0.0.1' })]]);
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), { [V]: { '10.0.0.1:80': 1, '10.0.0.2:80': 0 } });
  assert.deepEqual(rehearsal.newLines(), [
    'Added virtual server: 10.255.0.1:80',
    'Added fallback server: 127.0.0.1:80 (10.255.0.1:80) (Weight set to 1)',
    'Added real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 0)',
    'Added real server: 10.0.0.2:80 (10.255.0.1:80) (Weight set to 0)',
    'Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)',
    'Deleted fallback server: 127.0.0.1:80 (10.255.0.1:80)',
  ]);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], {
    '127.0.0.1:80': 1,
    '10.0.0.1:80': 0,
    '10.0.0.2:80': 0,
  });
  assert.deepEqual(rehearsal.newLines(), [
    'Added fallback server: 127.0.0.1:80 (10.255.0.1:80) (Weight set to 1)',
    'Quiescent real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 0)',
  ]);
  rehearsal.servers.clear();
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
  const lines = rehearsal.newLines();
  assert.ok(lines.includes('Resetting soft failure count: 10.0.0.1:80 (tcp:10.255.0.1:80)'));
  assert.ok(lines.includes('Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)'));
  rehearsal.tell({ kind: 'stop' });
  rehearsal.pass(100);
  assert.equal(rehearsal.table.size, 0);
  assert.deepEqual(rehearsal.newLines(), [
    'Purged real server (stop): 10.0.0.1:80 (10.255.0.1:80)',
    'Purged real server (stop): 10.0.0.2:80 (10.255.0.1:80)',
    'Purged virtual server (stop): 10.255.0.1:80',
  ]);
  assert.deepEqual(rehearsal.effects.at(-1), { kind: 'stopped' });
});

test('not quiescent: a server that fails is deleted, one that comes is added', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], quiescent: false })]]);
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.newLines(), [
    'Added virtual server: 10.255.0.1:80',
    'Added real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 1)',
  ]);
  rehearsal.servers.set(A, 'refuse').set(B, 'up');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.2:80': 1 });
  assert.ok(rehearsal.lines.includes('Deleted real server: 10.0.0.1:80 (10.255.0.1:80)'));
});

test('no server ever has weight before its first check was good', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.servers.set(A, 'silent').set(B, 'silent');
  rehearsal.watch = () => {
    for (const weight of Object.values(rehearsal.weights()[V] ?? {})) assert.equal(weight, 0);
  };
  rehearsal.pass(10_000);
});

test('what is in service at the start stays so, and is given the wanted weight', () => {
  const virtual = virtualOf({ reals: [{ address: A, weight: 3 }, B] });
  const rehearsal = begin([[virtual]], tableOf(virtual, { [A]: 9, [B]: 0, '10.0.0.77': 1 }));
  rehearsal.servers.set(A, 'silent').set(B, 'silent');
  rehearsal.pass(1000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 3, '10.0.0.2:80': 0 });
  assert.deepEqual(rehearsal.newLines(), [
    'Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 3)',
    'Purged real server (start): 10.0.0.77:80 (10.255.0.1:80)',
  ]);
  rehearsal.pass(3000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 0, '10.0.0.2:80': 0 });
});

test('virtuals of others are not touched', () => {
  const foreign = virtualOf({ address: '10.255.0.9', reals: [] });
  const table = tableOf(foreign, { '10.0.0.77': 4 });
  const rehearsal = begin([[virtualOf({ reals: [A] })]], table);
  rehearsal.pass(ROUND);
  rehearsal.tell({ kind: 'stop' });
  rehearsal.pass(ROUND);
  assert.deepEqual([...rehearsal.table], [...table]);
});

test('failurecount: down only after that many failures in a row', () => {
  const virtual = virtualOf({ reals: [A, B], check: { failureCount: 3 } });
  const rehearsal = begin([[virtual]]);
  rehearsal.pass(ROUND);
  rehearsal.newLines();
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(2000);
  assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 1);
  rehearsal.servers.set(A, 'up');
  rehearsal.pass(1000);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(3100);
  assert.deepEqual(rehearsal.newLines(), [
    'Soft failure real server: 10.0.0.1:80 (tcp:10.255.0.1:80) failure 1/3',
    'Soft failure real server: 10.0.0.1:80 (tcp:10.255.0.1:80) failure 2/3',
    'Resetting soft failure count: 10.0.0.1:80 (tcp:10.255.0.1:80)',
    'Soft failure real server: 10.0.0.1:80 (tcp:10.255.0.1:80) failure 1/3',
    'Soft failure real server: 10.0.0.1:80 (tcp:10.255.0.1:80) failure 2/3',
    'Quiescent real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 0)',
  ]);
});

test('a fallback that is also a real keeps its place while either needs it', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], fallback: A, quiescent: false })]]);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.2:80': 1 });
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1 });
  rehearsal.servers.set(A, 'up');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1 });
  rehearsal.servers.set(B, 'up').set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.2:80': 1 });
});

test('what an operator changes by hand stays until the next transition', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.pass(ROUND);
  weigh(rehearsal, A, 5);
  weigh(rehearsal, B, 0);
  const made = rehearsal.changes.length;
  rehearsal.pass(5000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 5, '10.0.0.2:80': 0 });
  assert.equal(rehearsal.changes.length, made);
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  rehearsal.servers.clear();
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 5, '10.0.0.2:80': 1 });
});

test('a quiescent real that an operator has deleted comes back when it is up, not before', () => {
  for (const readdQuiescent of [false, true]) {
    const virtual = virtualOf({ reals: [A, B] });
    const rehearsal = begin([[virtual], { readdQuiescent }]);
    rehearsal.pass(ROUND);
    const destination = { address: A, port: 80 };
    const { target } = virtual;
    const table = perform(rehearsal.table, { kind: 'deleteDestination', target, destination });
    assert.ok(typeof table !== 'string');
    rehearsal.table = table;
    rehearsal.newLines();
    rehearsal.servers.set(A, 'refuse');
    rehearsal.pass(ROUND);
    const readd = 'Readd Quiescent real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 0)';
    assert.deepEqual(rehearsal.newLines(), readdQuiescent ? [readd] : []);
    rehearsal.servers.clear();
    rehearsal.pass(ROUND);
    assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 1);
  }
});

test('a virtual that was deleted by hand is made anew with the next transition', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], fallback: '127.0.0.1' })]]);
  rehearsal.pass(ROUND);
  rehearsal.table = EMPTY_TABLE;
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 0 });
});

test('reload: what is unchanged is left alone, the rest is changed, added and removed', () => {
  const other = '10.255.0.2';
  const rehearsal = begin([
    [virtualOf({ reals: [A, B] }), virtualOf({ address: other, reals: [A] })],
  ]);
  rehearsal.pass(ROUND);
  rehearsal.newLines();
  rehearsal.tell({
    kind: 'configured',
    configuration: configurationOf([
      virtualOf({ reals: [{ address: A, weight: 7 }, '10.0.0.3'], scheduler: 'wlc' }),
      virtualOf({ address: '10.255.0.3', reals: [A] }),
    ]),
  });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), {
    [V]: { '10.0.0.1:80': 7, '10.0.0.3:80': 1 },
    'tcp 10.255.0.3:80': { '10.0.0.1:80': 1 },
  });
  assert.deepEqual(rehearsal.newLines(), [
    'Changed virtual server: 10.255.0.1:80',
    'Restored real server: 10.0.0.1:80 (10.255.0.1:80) (Weight set to 7)',
    'Added real server: 10.0.0.3:80 (10.255.0.1:80) (Weight set to 1)',
    'Purged real server (start): 10.0.0.2:80 (10.255.0.1:80)',
    'Added virtual server: 10.255.0.3:80',
    'Added real server: 10.0.0.1:80 (10.255.0.3:80) (Weight set to 1)',
    'Purged virtual server (start): 10.255.0.2:80',
  ]);
});

test('reload: an equal configuration changes nothing, and known failures stay known', () => {
  const virtual = virtualOf({ reals: [A, B], check: { failureCount: 2 } });
  const rehearsal = begin([[virtual]]);
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  const made = rehearsal.changes.length;
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtual]) });
  rehearsal.pass(5000);
  assert.equal(rehearsal.changes.length, made);
  assert.equal(rehearsal.state.status, 'running');
});

test('reload: a check under way goes on if it is still wanted, else it is given up', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.servers.set(A, 'silent').set(B, 'silent');
  rehearsal.pass(500);
  const reals = [A, { address: B, request: '/other' }];
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtualOf({ reals })]) });
  const cancelled = rehearsal.effects.filter(({ kind }) => kind === 'cancel');
  assert.equal(cancelled.length, 1);
  rehearsal.pass(400);
  assert.deepEqual(rehearsal.begun.get(A)?.length, 1);
  assert.deepEqual(rehearsal.begun.get(B)?.length, 2);
});

test('equal checks of several virtuals are made once, and change them all', () => {
  const addresses = ['10.255.0.1', '10.255.0.2'];
  const rehearsal = begin([addresses.map((address) => virtualOf({ address, reals: [A, B] }))]);
  rehearsal.pass(900);
  assert.equal(rehearsal.begun.get(A)?.length, 2);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(Object.values(rehearsal.weights()), [
    { '10.0.0.1:80': 0, '10.0.0.2:80': 1 },
    { '10.0.0.1:80': 0, '10.0.0.2:80': 1 },
  ]);
});

test('checktype on is up, off is out; service none needs no check', () => {
  const rehearsal = begin([
    [
      virtualOf({ reals: [A], check: { type: 'on' } }),
      virtualOf({ address: '10.255.0.2', reals: [A], check: { type: 'off' }, fallback: B }),
      virtualOf({ address: '10.255.0.3', reals: [A], check: { service: 'none' } }),
    ],
  ]);
  rehearsal.pass(ROUND);
  assert.deepEqual(Object.values(rehearsal.weights()), [
    { '10.0.0.1:80': 1 },
    { '10.0.0.1:80': 0 },
    { '10.0.0.1:80': 1 },
  ]);
  assert.equal(rehearsal.begun.size, 0);
});

test('a combined check negotiates, connects N times, and negotiates after a failure', () => {
  const virtual = virtualOf({ reals: [A], check: { type: 'combined', connects: 3 } });
  const rehearsal = begin([[virtual]]);
  const kinds = () =>
    rehearsal.effects.flatMap((effect) => (effect.kind === 'check' ? [effect.spec.kind] : []));
  rehearsal.pass(4500);
  assert.deepEqual(kinds(), ['negotiate', 'connect', 'connect', 'connect', 'negotiate']);
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(3000);
  assert.deepEqual(kinds().slice(5), ['connect', 'negotiate', 'negotiate']);
});

test('gate reals are held at the port of the virtual, and logged with both', () => {
  const rehearsal = begin([[virtualOf({ reals: [{ address: A, port: 8080 }], quiescent: false })]]);
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1 });
  rehearsal.newLines();
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.newLines(), [
    'Deleted real server: 10.0.0.1:80 mapped from 10.0.0.1:8080 (10.255.0.1:80)',
  ]);
});

test('a mark keeps the ports as they are, and a real listed twice is one', () => {
  const reals = [{ address: A, port: 0 }, { address: A, port: 0 }, B];
  const rehearsal = begin([[virtualOf({ mark: 7, reals })]]);
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), { 'fwm 7 ipv4': { '10.0.0.1:0': 1, '10.0.0.2:80': 1 } });
});

test('the fallback command is told of every change, and of none twice', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], fallbackCommand: '/bin/page us' })]]);
  const told = () =>
    rehearsal.effects.filter(
      (effect): effect is Extract<Effect, { kind: 'fallbackCommand' }> =>
        effect.kind === 'fallbackCommand',
    );
  rehearsal.pass(ROUND);
  rehearsal.servers.set(A, 'refuse').set(B, 'refuse');
  rehearsal.pass(ROUND);
  rehearsal.servers.clear();
  rehearsal.pass(ROUND);
  rehearsal.tell({ kind: 'stop' });
  rehearsal.pass(ROUND);
  assert.deepEqual(
    told().map(({ verb }) => verb),
    ['start', 'stop', 'start', 'stop'],
  );
  assert.deepEqual(told()[0], {
    kind: 'fallbackCommand',
    command: '/bin/page us',
    verb: 'start',
    address: '10.255.0.1:80',
    protocol: 'tcp',
  });
});

test('cleanstop=no leaves the virtual; a stop in the middle of a start still cleans up', () => {
  const rehearsal = begin([
    [virtualOf({ reals: [A], cleanstop: false }), virtualOf({ address: '10.255.0.2', reals: [A] })],
  ]);
  rehearsal.pass(6);
  assert.equal(rehearsal.state.work.doing, 'changing');
  rehearsal.tell({ kind: 'stop' });
  rehearsal.tell({ kind: 'stop' });
  rehearsal.pass(100);
  assert.deepEqual([...rehearsal.table.keys()], [V]);
  assert.equal(rehearsal.effects.filter(({ kind }) => kind === 'stopped').length, 1);
});

test('a server that stands twice has to pass both checks, and has the last weight', () => {
  const reals = [
    { address: A, weight: 3 },
    { address: A, weight: 5 },
  ];
  const rehearsal = begin([[virtualOf({ reals, fallback: B })]]);
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 5 });
  const run = rehearsal.state.nextRun;
  rehearsal.servers.set(A, 'refuse');
  while (rehearsal.state.nextRun === run) rehearsal.pass(1);
  rehearsal.servers.set(A, 'up');
  rehearsal.pass(100);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 0, '10.0.0.2:80': 1 });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 5 });
});

test('a reload tells a fallback command nothing twice, another command everything', () => {
  const commanded = (fallbackCommand: string) =>
    configurationOf([virtualOf({ reals: [A], fallbackCommand })]);
  const rehearsal = new Rehearsal();
  const told: string[] = [];
  const reload = (command: string) => {
    rehearsal.tell({ kind: 'configured', configuration: commanded(command) });
    rehearsal.pass(ROUND);
    for (const effect of rehearsal.effects.splice(0)) {
      if (effect.kind === 'fallbackCommand') told.push(`${effect.command} ${effect.verb}`);
    }
  };
  for (const command of ['one', 'one', 'two']) reload(command);
  assert.deepEqual(told, ['one start', 'one stop', 'two stop']);
});

test('thresholds go with the weight and are left out while a server is out', () => {
  const limited = { address: A, lowerThreshold: 10, upperThreshold: 20 };
  const rehearsal = begin([[virtualOf({ reals: [limited, B] })]]);
  rehearsal.pass(ROUND);
  const held = () => rehearsal.table.get(V)?.destinations.get('10.0.0.1:80')?.contents;
  assert.deepEqual([held()?.upperThreshold, held()?.lowerThreshold], [20, 10]);
  assert.deepEqual(rehearsal.effects[0], { kind: 'readTable', thresholds: true });
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual([held()?.weight, held()?.upperThreshold], [0, 0]);
});
