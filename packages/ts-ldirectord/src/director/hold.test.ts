/** Servers that an operator takes out for maintenance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, ROUND, virtualOf } from './rehearsal.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const V = 'tcp 10.255.0.1:80';

test('a server that an operator holds is out until it is let go, whatever its checks say', () => {
  const rehearsal = begin([[virtualOf({ reals: [A, B] })]]);
  rehearsal.pass(ROUND);
  rehearsal.tell({ kind: 'hold', address: A, held: true });
  rehearsal.pass(3000);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 0, '10.0.0.2:80': 1 });
  rehearsal.tell({ kind: 'hold', address: A, held: false });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights()[V], { '10.0.0.1:80': 1, '10.0.0.2:80': 1 });
});

test('a monitor file is told of maintenance in the place of results', () => {
  const rehearsal = begin([[virtualOf({ reals: [A], monitorFile: '/var/log/monitor' })]]);
  rehearsal.pass(ROUND);
  rehearsal.tell({ kind: 'hold', address: A, held: true });
  const from = rehearsal.effects.length;
  rehearsal.pass(2000);
  const told = rehearsal.effects.slice(from).filter(({ kind }) => kind === 'monitor');
  assert.equal(told.length, 2);
  for (const effect of told) {
    assert.ok(effect.kind === 'monitor' && effect.text.endsWith(' [down] Server in maintenance'));
  }
});

test('a held server is let go as found: checked ones by a check, others as their type says', () => {
  const rehearsal = begin([
    [
      virtualOf({ reals: [A, B] }),
      virtualOf({ address: '10.255.0.2', reals: [A], check: { type: 'on' } }),
      virtualOf({ address: '10.255.0.3', reals: [A], check: { type: 'off' } }),
    ],
  ]);
  rehearsal.pass(ROUND);
  const before = rehearsal.weights();
  rehearsal.tell({ kind: 'hold', address: A, port: 80, held: true });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), {
    [V]: { '10.0.0.1:80': 0, '10.0.0.2:80': 1 },
    'tcp 10.255.0.2:80': { '10.0.0.1:80': 0 },
    'tcp 10.255.0.3:80': { '10.0.0.1:80': 0 },
  });
  rehearsal.newLines();
  rehearsal.tell({ kind: 'hold', address: A, port: 80, held: false });
  rehearsal.pass(ROUND);
  assert.deepEqual(rehearsal.weights(), before);
  // As the genuine program, which counts maintenance as a failure.
  const reset = 'Resetting soft failure count: 10.0.0.1:80 (tcp:10.255.0.1:80)';
  assert.ok(rehearsal.newLines().includes(reset));
});
