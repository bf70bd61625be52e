/** Tests of the watchdog directive: what is written to the device, what is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Watchdog, watchdogSeconds } from './watchdog.js';

/** A device that notes what is done with it. */
class Dog {
  readonly done: string[] = [];
  readonly lines: string[] = [];
  readonly failures: { timeout?: string; write?: string } = {};

  watchdog(open = true): Watchdog {
    return new Watchdog({
      path: '/dev/watchdog',
      deadtime: 3000,
      say: (severity, text) => this.lines.push(`${severity}: ${text}`),
      open: () => {
        if (!open) throw new Error('ENOENT');
        return {
          setTimeout: (seconds) => this.#note(`timeout ${seconds}`, this.failures.timeout),
          feed: () => this.#note('food', this.failures.write),
          disarm: () => this.#note('V', this.failures.write),
          close: () => void this.done.push('close'),
        };
      },
    });
  }

  #note(what: string, failure: string | undefined): string | undefined {
    this.done.push(what);
    return failure;
  }
}

test('the time it is given: deadtime, a hundredth more, in whole seconds', () => {
  const seconds = [200, 990, 991, 1000, 2990, 3000, 30_000].map(watchdogSeconds);
  assert.deepEqual(seconds, [1, 1, 2, 2, 3, 4, 31]);
});

test('it is opened, fed with every heartbeat, and disarmed once', () => {
  const dog = new Dog();
  const watchdog = dog.watchdog();
  watchdog.feed();
  watchdog.begin();
  watchdog.feed();
  watchdog.end();
  watchdog.feed();
  watchdog.end();
  assert.deepEqual(dog.done, ['timeout 4', 'food', 'food', 'V', 'close']);
  assert.deepEqual(dog.lines, [
    'notice: Using watchdog device: /dev/watchdog',
    'info: Set watchdog timer to 4 seconds.',
  ]);
});

test('a device that cannot be had is told of, and nothing else happens', () => {
  const dog = new Dog();
  const watchdog = dog.watchdog(false);
  watchdog.begin();
  watchdog.feed();
  watchdog.end();
  assert.deepEqual(dog.done, []);
  assert.deepEqual(dog.lines, ['error: Cannot open watchdog device: /dev/watchdog']);
});

test('a device that cannot be written to is closed, with the genuine lines', () => {
  const dog = new Dog();
  dog.failures.timeout = 'Inappropriate ioctl for device';
  dog.failures.write = 'No space left on device';
  const watchdog = dog.watchdog();
  watchdog.begin();
  watchdog.feed();
  assert.deepEqual(dog.done, ['timeout 4', 'food', 'V', 'close']);
  const closing = 'closing /dev/watchdog!: No space left on device';
  assert.deepEqual(dog.lines.slice(1), [
    'error: WDIOC_SETTIMEOUT: Failed to set watchdog timer to 4 seconds.: Inappropriate ioctl for device',
    `error: Watchdog write failure: ${closing}`,
    `error: Watchdog write magic character failure: ${closing}`,
  ]);
});
