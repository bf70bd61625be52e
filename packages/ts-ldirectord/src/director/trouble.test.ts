/** The director when ipvsadm fails, answers get lost, and servers say nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Virtual } from '../config/config.js';
import { begin, configurationOf, type Health, Rehearsal, ROUND, virtualOf } from './rehearsal.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const V = 'tcp 10.255.0.1:80';

test('silent servers neither delay the checks of others nor their own news', () => {
  const reals = Array.from({ length: 50 }, (_, index) => `10.0.1.${index + 1}`);
  const rehearsal = begin([[virtualOf({ reals })]]);
  rehearsal.pass(2000);
  for (const address of reals.slice(0, 40)) rehearsal.servers.set(address, 'silent');
  const dead = reals[45] ?? '';
  rehearsal.pass(6000);
  rehearsal.servers.set(dead, 'refuse');
  const since = rehearsal.now;
  const weight = () => rehearsal.weights()[V]?.[`${dead}:80`];
  while (weight() !== 0) {
    assert.ok(rehearsal.now - since <= 1200);
    rehearsal.pass(10);
  }
  for (const address of reals.slice(0, 40)) {
    assert.equal(rehearsal.weights()[V]?.[`${address}:80`], 0);
  }
});

test('with 1000 servers, 100 of them silent, each death and return is noticed in time', () => {
  const reals = Array.from({ length: 1000 }, (_, at) => `10.1.${at >> 8}.${at & 255}`);
  const rehearsal = begin([[virtualOf({ reals })]]);
  rehearsal.pass(1500);
  for (const address of reals.slice(0, 100)) rehearsal.servers.set(address, 'silent');
  rehearsal.pass(4500);
  const weight = (address: string) =>
    rehearsal.table.get(V)?.destinations.get(`${address}:80`)?.contents.weight;
  const noticedAfter = (address: string, health: Health): number => {
    const since = rehearsal.now;
    const wanted = health === 'up' ? 1 : 0;
    rehearsal.servers.set(address, health);
    while (weight(address) !== wanted && rehearsal.now - since < 9_000) rehearsal.pass(10);
    return rehearsal.now - since;
  };
  for (const address of reals.filter((_, at) => at % 199 === 198)) {
    assert.ok(noticedAfter(address, 'refuse') <= 1000 + 200);
    assert.ok(noticedAfter(address, 'up') <= 1000 + 200);
    assert.ok(noticedAfter(address, 'silent') <= 1000 + 3000 + 200);
    assert.ok(noticedAfter(address, 'up') <= 1000 + 3000 + 200);
  }
});

test('failurecount: each failure takes an interval, or a timeout where that is longer', () => {
  const virtual = virtualOf({ reals: [A, B], check: { failureCount: 3 } });
  const rehearsal = begin([[virtual]]);
  rehearsal.pass(ROUND);
  for (const [health, longest] of [
    ['refuse', 3 * 1000],
    ['silent', 3 * (1000 + 3000)],
  ] as const) {
    rehearsal.servers.set(A, health);
    rehearsal.pass(longest + 200);
    assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 0);
    rehearsal.servers.set(A, 'up');
    rehearsal.pass(1000 + 3000 + 200);
    assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 1);
  }
});

test('a call that hangs stops no check, and what was found meanwhile is done when it ends', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B], fallback: '127.0.0.1' })]]);
  rehearsal.pass(ROUND);
  rehearsal.callMs = 10_000;
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(2_000);
  const begun = rehearsal.begun.get(B)?.length ?? 0;
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(6_000);
  assert.ok((rehearsal.begun.get(B)?.length ?? 0) - begun >= 5);
  rehearsal.callMs = 5;
  rehearsal.pass(14_000);
  assert.deepEqual(rehearsal.weights()[V], {
    '127.0.0.1:80': 1,
    '10.0.0.1:80': 0,
    '10.0.0.2:80': 0,
  });
});

test('a refused change is logged once and tried again until it is done', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.pass(ROUND);
  rehearsal.newLines();
  rehearsal.refuses = () => true;
  rehearsal.servers.set(A, 'refuse');
  rehearsal.pass(9000);
  assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 1);
  assert.deepEqual(rehearsal.newLines(), ['system(ipvsadm editDestination) failed: refused']);
  rehearsal.refuses = () => false;
  rehearsal.pass(3000);
  assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 0);
});

test('a change that is refused for ever does not delay those that can be made', () => {
  const bad = virtualOf({ address: '10.255.0.2', reals: [A] });
  const rehearsal = new Rehearsal();
  rehearsal.refuses = (change) => change.target === bad.target;
  rehearsal.tell({
    kind: 'configured',
    configuration: configurationOf([virtualOf({ reals: [A, B] }), bad]),
  });
  rehearsal.pass(5000);
  rehearsal.servers.set(B, 'refuse');
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), { [V]: { '10.0.0.1:80': 1, '10.0.0.2:80': 0 } });
});

test('a refusal for ever delays no news, whenever they come', () => {
  const bad = virtualOf({ address: '10.255.0.2', reals: [A] });
  const rehearsal = new Rehearsal();
  rehearsal.refuses = (change) => change.target === bad.target;
  rehearsal.callMs = 170;
  rehearsal.tell({
    kind: 'configured',
    configuration: configurationOf([virtualOf({ reals: [A, B] }), bad]),
  });
  rehearsal.pass(ROUND);
  const weight = () => rehearsal.weights()[V]?.['10.0.0.2:80'];
  for (let pause = 1; pause < 4_000; pause += 51) {
    rehearsal.pass(pause);
    const wanted = 1 - (weight() ?? 0);
    const health = wanted === 1 ? 'up' : 'refuse';
    rehearsal.servers.set(B, health);
    const since = rehearsal.now;
    while (weight() !== wanted && rehearsal.now - since < 9_000) rehearsal.pass(5);
    // A call may be under way, then there are one to read and one to change.
    assert.ok(rehearsal.now - since <= 1000 + 5 * 170, `${rehearsal.now - since} ms`);
  }
});

test('a table that cannot be read is logged once; the start goes on when it can', () => {
  const rehearsal = new Rehearsal();
  rehearsal.readError = 'ipvsadm -S -n failed: broken';
  rehearsal.tell({
    kind: 'configured',
    configuration: configurationOf([virtualOf({ reals: [A] })]),
  });
  rehearsal.pass(10_000);
  assert.deepEqual(rehearsal.newLines(), ['ipvsadm -S -n failed: broken']);
  assert.equal(rehearsal.begun.size, 0);
  rehearsal.readError = undefined;
  rehearsal.pass(3000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1 });
});

test('a check whose answer is lost is given up and made anew', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.pass(ROUND);
  const { checks } = rehearsal.state;
  const check = checks.at(0);
  assert.ok(check);
  const since = rehearsal.now;
  const running = { run: 0, since, between: false, longest: 3000 };
  rehearsal.state = { ...rehearsal.state, checks: checks.with(0, { ...check, running }) };
  // Found overdue at one slot, given up at one that is as much later.
  rehearsal.pass(2 * (8000 + ROUND));
  assert.ok(rehearsal.effects.some((effect) => effect.kind === 'cancel' && effect.run === 0));
  assert.ok(rehearsal.lines.some((line) => line.startsWith('Resetting soft failure count')));
  assert.equal(rehearsal.weights()[V]?.['10.0.0.1:80'], 1);
});

/** A minute was slept through while a check ran; `begun`: what had happened before. */
function wokenInACheck(virtual: Virtual): { rehearsal: Rehearsal; run: number; begun: number } {
  const rehearsal = begin([[virtual]]);
  rehearsal.pass(ROUND);
  const running = () => [...rehearsal.state.checks].find((check) => check.running)?.running;
  while (running() === undefined) rehearsal.pass(1);
  const run = running()?.run ?? 0;
  const begun = rehearsal.effects.length;
  rehearsal.now += 60_000;
  rehearsal.tell({ kind: 'time' });
  return { rehearsal, run, begun };
}

test('an answer that waits while the daemon itself sleeps is still heard', () => {
  const { rehearsal, run, begun } = wokenInACheck(virtualOf({ reals: [A, B] }));
  rehearsal.tell({ kind: 'checked', run, result: { up: true, message: '', ms: 2 } });
  rehearsal.pass(ROUND);
  assert.ok(!rehearsal.effects.slice(begun).some((effect) => effect.kind === 'cancel'));
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
});

test('an answer that waits while the daemon sleeps is heard after a reload as well', () => {
  const virtual = virtualOf({ reals: [A, B] });
  const { rehearsal, run, begun } = wokenInACheck(virtual);
  rehearsal.now += 3;
  // Every check is due at once.
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtual]) });
  rehearsal.tell({ kind: 'checked', run, result: { up: true, message: '', ms: 2 } });
  rehearsal.pass(ROUND);
  assert.ok(!rehearsal.effects.slice(begun).some((effect) => effect.kind === 'cancel'));
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
});

test('a server on two ports, in one place of the kernel, is told of once when it is down', () => {
  const reals = [A, { address: A, port: 8080 }];
  const rehearsal = new Rehearsal();
  rehearsal.servers.set(A, 'refuse');
  rehearsal.tell({ kind: 'configured', configuration: configurationOf([virtualOf({ reals })]) });
  rehearsal.pass(ROUND);
  const notices = rehearsal.effects.flatMap((effect) =>
    effect.kind === 'notice' && effect.notice.text.startsWith('Inaccessible') ? [effect] : [],
  );
  assert.equal(notices.length, 1);
});

test('what only a start or reload does is done even if the kernel refuses it at first', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.pass(ROUND);
  rehearsal.servers.set('10.0.0.3', 'refuse');
  rehearsal.refuses = (change) => 'destination' in change;
  const configuration = configurationOf([virtualOf({ reals: [A, '10.0.0.3'] })]);
  rehearsal.tell({ kind: 'configured', configuration });
  rehearsal.pass(5000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
  rehearsal.refuses = () => false;
  rehearsal.pass(3000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.3:80': 0 });
});

test('a server that is given another port in the same place keeps what is known of it', () => {
  const configured = (port: number) =>
    configurationOf([virtualOf({ reals: [{ address: A, port }], check: { failureCount: 3 } })]);
  const rehearsal = new Rehearsal();
  rehearsal.tell({ kind: 'configured', configuration: configured(80) });
  rehearsal.pass(ROUND);
  rehearsal.servers.set(A, 'refuse');
  // The first answer comes before the table is read.
  rehearsal.callMs = 50;
  rehearsal.tell({ kind: 'configured', configuration: configured(8080) });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1 });
  rehearsal.pass(2 * ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 0 });
});

test('a reload compares with the table as it is then, thresholds too', () => {
  const configured = (upperThreshold: number) =>
    configurationOf([virtualOf({ reals: [{ address: A, upperThreshold }] })]);
  const rehearsal = new Rehearsal();
  rehearsal.tell({ kind: 'configured', configuration: configured(9) });
  rehearsal.pass(ROUND);
  const read = () => rehearsal.effects.filter((effect) => effect.kind === 'readTable');
  const before = read().length;
  // In the middle of a look.
  while (read().length === before) rehearsal.pass(1);
  rehearsal.tell({ kind: 'configured', configuration: configured(0) });
  rehearsal.pass(ROUND);
  assert.deepEqual(
    read()
      .slice(before)
      .map(({ thresholds }) => thresholds),
    [true, true],
  );
  const held = rehearsal.table.get(V)?.destinations.get('10.0.0.1:80')?.contents;
  assert.equal(held?.upperThreshold, 0);
});
