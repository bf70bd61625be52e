/** Our own settings, and that without them everything is as the genuine program has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSysconfig } from '@ts-heartbeat/platform/sysconfig';
import { extraSettings, readExtraSettings, runnerArguments } from './sysconfig.js';

const read = (text: string) => extraSettings(parseSysconfig(text));

test('no file, no difference', () => {
  const { settings, problems } = readExtraSettings('/nonexistent');
  assert.deepEqual(settings, { stopFailurePolicy: 'reboot', serialRtscts: true });
  assert.deepEqual(problems, []);
  assert.deepEqual(runnerArguments(settings), ['--stop-policy', 'reboot']);
});

test('every setting reaches the resource runner', () => {
  const { settings, problems } = read(`# for this cluster
export STOP_FAILURE_POLICY=stay
SCRIPT_DEADLINE="90"
STATUS_DEADLINE=1500ms
REBOOT_COMMAND="/sbin/reboot -nf"
FENCE_COMMAND='/usr/local/sbin/fence me'
SERIAL_RTSCTS=no
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, {
    stopFailurePolicy: 'stay',
    scriptDeadline: 90_000,
    statusDeadline: 1500,
    rebootCommand: '/sbin/reboot -nf',
    fenceCommand: '/usr/local/sbin/fence me',
    serialRtscts: false,
  });
  assert.deepEqual(runnerArguments(settings), [
    '--stop-policy',
    'stay',
    '--deadline',
    '90',
    '--status-deadline',
    '1.5',
    '--reboot-command',
    '/sbin/reboot -nf',
    '--fence-command',
    '/usr/local/sbin/fence me',
  ]);
});

test('a bad value is named and counts as absent', () => {
  const { settings, problems } = read(
    'STOP_FAILURE_POLICY=panic\nSCRIPT_DEADLINE=0\nSERIAL_RTSCTS=maybe\nTYPO=1\nA=$B\n',
  );
  assert.deepEqual(settings, { stopFailurePolicy: 'reboot', serialRtscts: true });
  assert.deepEqual(
    problems.map((text) => text.split(':', 1)[0]),
    ['A', 'STOP_FAILURE_POLICY', 'SCRIPT_DEADLINE', 'SERIAL_RTSCTS', 'TYPO', 'A'],
  );
});
