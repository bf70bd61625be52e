/** kill -9 and a start: the table is taken over as it is, and what has changed meanwhile follows. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { killAndRestart } from '../ldirectord/box.js';
import { GENUINE, underTest } from '../ldirectord/program.js';

const { program, genuine, dispose } = underTest();
after(dispose);

test('the genuine program, for comparison', async (t) => {
  const { idle, needed } = await killAndRestart(GENUINE);
  t.diagnostic(`changes when nothing has changed: ${idle.length}`);
  t.diagnostic(`changes when one server has died: ${needed.length}`);
});

test('ours', async () => {
  if (genuine) return;
  const { before, unchanged, changed, idle, needed } = await killAndRestart(program);
  assert.deepEqual(idle, [], 'a change without a cause');
  assert.deepEqual(unchanged, before);
  assert.deepEqual([...needed].sort(), [
    '-a -f 7 -r 127.0.0.1:80 -g -w 1',
    '-d -f 7 -r 10.0.0.1:80',
    '-e -t 10.255.0.1:80 -r 10.0.0.1:80 -g -w 0',
  ]);
  const after = before.map((rule) =>
    rule
      .replace('-t 10.255.0.1:80 -r 10.0.0.1:80 -g -w 2', '-t 10.255.0.1:80 -r 10.0.0.1:80 -g -w 0')
      .replace('-f 7 -r 10.0.0.1:80', '-f 7 -r 127.0.0.1:80'),
  );
  assert.deepEqual(changed, after);
});
