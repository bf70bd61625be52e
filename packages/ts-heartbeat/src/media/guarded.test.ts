/** Tests that one broken medium does no harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuardedMedium } from './guarded.js';
import { type Medium, type Surroundings, UnusableMedium } from './medium.js';

const lines: string[] = [];
const around: Surroundings = {
  say: (severity, text) => lines.push(`${severity}: ${text}`),
  clock: () => 0,
  interfaces: () => undefined,
  received: () => undefined,
};

const broken = (error: Error): Medium => ({
  link: 'eth7',
  form: 'frame',
  open: () => Promise.reject(error),
  send: () => {
    throw error;
  },
  close: () => Promise.reject(error),
});

test('a fault is told and goes no further', async () => {
  const medium = new GuardedMedium(around, () => broken(new TypeError('not a number')));
  await medium.open();
  medium.send(Buffer.from('x'));
  await medium.close();
  assert.deepEqual(lines, ['error: glib: medium eth7 failed: not a number']);
  assert.deepEqual([medium.link, medium.form], ['eth7', 'frame']);
});

test('a medium that can never work says so', async () => {
  const error = new UnusableMedium('serial', '/dev/ttyS7', 'cannot open');
  await assert.rejects(new GuardedMedium(around, () => broken(error)).open(), error);
});

test('what comes in comes from the guarded medium', () => {
  const from: Medium[] = [];
  const inner = broken(new Error());
  let bring = (): void => undefined;
  const listening: Surroundings = { ...around, received: (who) => from.push(who) };
  const medium = new GuardedMedium(listening, (inside) => {
    bring = () => inside.received(inner, { form: 'frame', text: '' });
    return inner;
  });
  bring();
  assert.deepEqual(from, [medium]);
});
