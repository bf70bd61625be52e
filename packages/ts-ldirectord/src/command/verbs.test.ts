/** Each verb, by whether the daemon runs (ldirectord 4.12). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERBS } from './arguments.js';
import { actionOf } from './verbs.js';

const FILE = '/etc/ha.d/ldirectord.cf';
const PID_FILE = '/var/run/ldirectord.ldirectord.pid';
const STOPPED = `ldirectord is stopped for ${FILE}`;
const STALE = `ldirectord stale pid file ${PID_FILE} for ${FILE}`;

test('while the daemon runs', () => {
  const actions = VERBS.map((verb) => [
    verb,
    actionOf(verb, { kind: 'running', pid: 7 }, FILE, PID_FILE),
  ]);
  const text = `ldirectord for ${FILE} is running with pid: 7`;
  assert.deepEqual(Object.fromEntries(actions), {
    start: { kind: 'exit', code: 0 },
    stop: { kind: 'signal', pid: 7, signal: 'SIGTERM' },
    restart: { kind: 'restart', pid: 7 },
    'try-restart': { kind: 'restart', pid: 7 },
    reload: { kind: 'signal', pid: 7, signal: 'SIGHUP' },
    'force-reload': { kind: 'signal', pid: 7, signal: 'SIGHUP' },
    status: {
      kind: 'status',
      pid: 7,
      stderr: text,
      log: [text, 'Exiting from ldirectord status'],
    },
  });
});

test('while it does not', () => {
  const actions = VERBS.map((verb) => [verb, actionOf(verb, { kind: 'none' }, FILE, PID_FILE)]);
  assert.deepEqual(Object.fromEntries(actions), {
    start: { kind: 'start' },
    stop: { kind: 'exit', code: 0 },
    restart: { kind: 'start' },
    'try-restart': { kind: 'exit', code: 0 },
    reload: { kind: 'exit', code: 1, log: [STOPPED] },
    'force-reload': { kind: 'exit', code: 1, log: [STOPPED] },
    status: { kind: 'exit', code: 3, stdout: STOPPED },
  });
});

test('a stale pid file matters to status alone', () => {
  assert.deepEqual(actionOf('status', { kind: 'stale' }, FILE, PID_FILE), {
    kind: 'exit',
    code: 1,
    stdout: STOPPED,
    stderr: STALE,
    log: [STALE],
  });
  assert.deepEqual(actionOf('start', { kind: 'stale' }, FILE, PID_FILE), { kind: 'start' });
  assert.deepEqual(actionOf('stop', { kind: 'stale' }, FILE, PID_FILE), { kind: 'exit', code: 0 });
});
