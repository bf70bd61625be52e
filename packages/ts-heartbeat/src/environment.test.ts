/** What children of the daemon find in their environment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingsFixture } from '@ts-heartbeat/core/settings.fixture';
import { childEnvironment, clusterEnvironment } from './environment.js';
import { installation } from './installation.js';

const LOG = { useLogd: false, syslogFormat: true, logBadPackets: true, debug: 0 };
const TREE = installation(fileURLToPath(import.meta.url));

test('debug: the level is told to children above 0', () => {
  const level = (debug: number): string | undefined =>
    clusterEnvironment(settingsFixture('loadbalancer', { log: { ...LOG, debug } }), TREE).HA_DEBUG;
  assert.deepEqual([0, 1, 255].map(level), [undefined, '1', '255']);
});

test('files, facility and logging daemon are told as they are configured', () => {
  const told = (log: object): readonly (string | undefined)[] => {
    const settings = settingsFixture('loadbalancer', { log: { ...LOG, ...log } });
    const { HA_LOGFILE, HA_DEBUGLOG, HA_LOGFACILITY, HA_LOGD } = clusterEnvironment(settings, TREE);
    return [HA_LOGFILE, HA_DEBUGLOG, HA_LOGFACILITY, HA_LOGD];
  };
  assert.deepEqual(told({}), ['/dev/null', '/dev/null', undefined, 'no']);
  const files = { logfile: '/a', debugfile: '/b', facility: 'local0', useLogd: true };
  assert.deepEqual(told(files), ['/a', '/b', 'local0', 'yes']);
});

test('a directive and an env line of one name: the env line counts; ours count above both', () => {
  const settings = settingsFixture('loadbalancer', {
    parameters: new Map([['cluster', 'x']]),
    environment: new Map([
      ['cluster', 'y'],
      ['CURHOST', 'nobody'],
    ]),
  });
  const { HA_cluster, HA_CURHOST } = clusterEnvironment(settings, TREE);
  assert.deepEqual([HA_cluster, HA_CURHOST], ['y', 'loadbalancer']);
});

test('a child has the own environment of the daemon below these variables', () => {
  process.env.HA_TRIAL = 'own';
  const { HA_TRIAL, HA_OTHER } = childEnvironment({ HA_OTHER: 'given' });
  assert.deepEqual([HA_TRIAL, HA_OTHER], ['own', 'given']);
  assert.equal(childEnvironment({ HA_TRIAL: 'given' }).HA_TRIAL, 'given');
  delete process.env.HA_TRIAL;
});
