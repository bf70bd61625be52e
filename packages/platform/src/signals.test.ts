/** Tests of signal handling. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { onSignals } from './signals.js';

function listeners(): number {
  return process.listenerCount('SIGHUP') + process.listenerCount('SIGWINCH');
}

test('listed signals are handled, ignored ones do nothing, until removed', async () => {
  const before = listeners();
  let raised = 0;
  // A signal handler alone keeps no process running.
  const running = setInterval(() => undefined, 1000);
  const handled = once(process, 'SIGWINCH');
  const remove = onSignals({
    SIGHUP: 'ignore',
    SIGWINCH: () => {
      raised += 1;
    },
  });
  process.kill(process.pid, 'SIGHUP');
  process.kill(process.pid, 'SIGWINCH');
  await handled;
  clearInterval(running);
  assert.equal(raised, 1);
  remove();
  assert.equal(listeners(), before);
});
