/** ServiceNotice: what it says where, and that nobody else says it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Libc } from './native.js';
import { placeEnvironment, ServiceNotice, takeServicePlace } from './servicenotice.js';

/** A libc whose sockets keep what is sent; `full` while nothing can be sent. */
function recorder(): { said: string[]; addresses: string[]; full: boolean; libc: () => Libc } {
  const seen = { said: [] as string[], addresses: [] as string[], full: false };
  const libc = {
    socket: () => 99,
    sendto: (_fd: number, data: Uint8Array, address: Uint8Array) => {
      if (seen.full) return -11;
      seen.said.push(Buffer.from(data).toString());
      seen.addresses.push(Buffer.from(address).toString('latin1'));
      return data.length;
    },
  } as unknown as Libc;
  return Object.assign(seen, { libc: () => libc });
}

const place = { socket: '/run/notify', watchdogMs: 4000 };

test('the variables are taken, and given to the one who follows alone', () => {
  const environment = { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '2500000', WATCHDOG_PID: '7', X: 'y' };
  const taken = takeServicePlace(environment);
  assert.deepEqual(taken, { socket: '@a', watchdogMs: 2500 });
  assert.deepEqual(environment, { X: 'y' });
  assert.deepEqual(placeEnvironment(taken), { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '2500000' });
  assert.deepEqual(placeEnvironment(undefined), {});
});

test('a socket that cannot be one, and a period that is none, are not there', () => {
  for (const socket of ['', '/', 'run/notify', `/${'x'.repeat(107)}`]) {
    assert.equal(takeServicePlace({ NOTIFY_SOCKET: socket }), undefined);
  }
  for (const period of ['0', '-1', 'x', '']) {
    const taken = takeServicePlace({ NOTIFY_SOCKET: '/n', WATCHDOG_USEC: period });
    assert.deepEqual(taken, { socket: '/n' });
  }
});

test('without a service manager nothing is sent', () => {
  const seen = recorder();
  const notice = new ServiceNotice(undefined, seen.libc);
  notice.ready();
  notice.alive(0);
  notice.status('x');
  assert.deepEqual(seen.said, []);
});

test('each thing is said in its words; the status only when it has changed', () => {
  const seen = recorder();
  const notice = new ServiceNotice(place, seen.libc);
  notice.status('holding none');
  notice.status('holding none');
  notice.ready(42);
  notice.reloading();
  notice.stopping();
  const [status, ready, reloading, stopping] = seen.said;
  assert.equal(seen.said.length, 4);
  assert.equal(status, 'STATUS=holding none\n');
  assert.equal(ready, 'MAINPID=42\nREADY=1\n');
  assert.match(reloading ?? '', /^RELOADING=1\nMONOTONIC_USEC=\d+\n$/);
  assert.equal(stopping, 'STOPPING=1\n');
  assert.equal(seen.addresses[0], '\x01\x00/run/notify');
});

test('signs of life come four times in the period of the watchdog, not more often', () => {
  const seen = recorder();
  const notice = new ServiceNotice({ ...place, socket: '@n' }, seen.libc);
  for (let at = 0; at < 4000; at += 100) notice.alive(at);
  assert.deepEqual(seen.said, Array(4).fill('WATCHDOG=1\n'));
  assert.equal(seen.addresses[0], '\x01\x00\0n');
});

test('what cannot be sent goes with the next, but no stale sign of life', () => {
  const seen = recorder();
  const notice = new ServiceNotice(place, seen.libc);
  seen.full = true;
  notice.ready();
  notice.alive(0);
  assert.equal(notice.failure, 'EAGAIN');
  seen.full = false;
  notice.alive(1000);
  assert.deepEqual(seen.said, ['READY=1\nWATCHDOG=1\n']);
});

test('lines that wait are bounded', () => {
  const seen = recorder();
  const notice = new ServiceNotice(place, seen.libc);
  seen.full = true;
  for (let n = 0; n < 100; n += 1) notice.status(String(n));
  seen.full = false;
  notice.stopping();
  assert.equal(seen.said[0]?.split('\n').length, 8 + 1 + 1);
});
