/** Tests of what the programs behind fencing devices are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StonithLine } from '@ts-heartbeat/core/config/settings';
import fc from 'fast-check';
import { fencingDevice } from './device.js';

const nothing = (): string => '';

function line(form: StonithLine['form'], type: string, ...parameters: string[]): StonithLine {
  return { form, type, parameters };
}

test('parameters of cluster-glue’s types are given to its program as a file', () => {
  const device = fencingDevice(line('stonith_host', 'external/ipmi', 'backup', 's3cret'), nothing);
  const program = ['/usr/sbin/stonith', '-t', 'external/ipmi', '-F', '/dev/stdin'];
  const input = 'backup s3cret\n';
  assert.deepEqual(device.reset('backup'), { argv: [...program, '-T', 'reset', 'backup'], input });
  assert.deepEqual(device.check, { argv: [...program, '-S'], input });
  assert.deepEqual([0, 4, 5, 1, null].map(device.meaning), [
    'ok',
    'badHost',
    'failed',
    'failed',
    'failed',
  ]);
});

test('the parameter file of a stonith line is named; its words are secrets too', () => {
  const device = fencingDevice(line('stonith', 'apcmaster', '/etc/apc'), (path) =>
    path === '/etc/apc' ? '# mine\n 10.0.0.1 admin\tpa55 \n' : '',
  );
  const argv = ['/usr/sbin/stonith', '-t', 'apcmaster', '-F', '/etc/apc', '-T', 'reset', 'backup'];
  assert.deepEqual(device.reset('backup'), { argv, input: '' });
  assert.deepEqual(device.secrets, ['10.0.0.1', 'admin', 'pa55']);
});

test('an agent gets lines: its options, what to do, the node if nobody says otherwise', () => {
  const options = ['ip=10.0.0.1', 'username=admin', 'password=a=b'];
  const device = fencingDevice(line('stonith_host', 'fence_ipmilan', ...options), nothing);
  const given = `${options.join('\n')}\n`;
  assert.deepEqual(device.reset('backup'), {
    argv: ['/usr/sbin/fence_ipmilan'],
    input: `${given}action=reboot\nport=backup\nnodename=backup\n`,
  });
  assert.deepEqual(device.check, {
    argv: ['/usr/sbin/fence_ipmilan'],
    input: `${given}action=monitor\n`,
  });
  assert.deepEqual(device.secrets, ['10.0.0.1', 'admin', 'a=b']);
  assert.deepEqual([0, 1, 4].map(device.meaning), ['ok', 'failed', 'failed']);
});

test('an agent’s own action, outlet and file of options are kept', () => {
  const text = '# the switch\nip=10.0.0.1\n plug=7\n\naction=off\n';
  const device = fencingDevice(line('stonith', 'fence_apc', '/etc/apc'), () => text);
  assert.equal(device.reset('backup').input, 'ip=10.0.0.1\nplug=7\naction=off\nnodename=backup\n');
  assert.equal(device.check.input, 'ip=10.0.0.1\nplug=7\naction=monitor\n');
});

test('no parameter ever becomes an argument', () => {
  const word = fc.string({ minLength: 1 }).map((text) => `x${text}=secret`);
  const types = fc.constantFrom('null', 'external/a', 'fence_a');
  fc.assert(
    fc.property(types, fc.array(word), fc.string(), (type, parameters, node) => {
      const device = fencingDevice(line('stonith_host', type, ...parameters), nothing);
      for (const { argv } of [device.reset(node), device.check]) {
        assert.ok(argv.every((argument) => argument === node || !argument.includes('=secret')));
      }
    }),
  );
});
