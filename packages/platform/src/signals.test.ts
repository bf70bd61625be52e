/** Tests of signal handling. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { onSignals } from './signals.js';

test('listed signals are handled, ignored ones do nothing, until removed', async () => {
  let raised = 0;
  // A signal handler alone keeps no process running.
  const running = setInterval(() => undefined, 1000);
  const handled = once(process, 'SIGUSR2');
  const remove = onSignals({
    SIGHUP: 'ignore',
    SIGUSR2: () => {
      raised += 1;
    },
  });
  process.kill(process.pid, 'SIGHUP');
  process.kill(process.pid, 'SIGUSR2');
  await handled;
  clearInterval(running);
  assert.equal(raised, 1);
  remove();
  assert.equal(process.listenerCount('SIGHUP') + process.listenerCount('SIGUSR2'), 0);
});
