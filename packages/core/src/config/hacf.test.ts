/** What a sound ha.cf becomes; what is wrong with others is in startup.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HaCfReading, parseHaCf } from './hacf.js';
import { machineFixture } from './machine.fixture.js';
import type { Machine } from './machine.js';
import { PROBLEMS_MAX } from './problemlist.js';
import type { Settings } from './settings.js';

function read(text: string, parts: Partial<Machine> = {}): HaCfReading {
  return parseHaCf({ path: '/etc/ha.d//ha.cf', text }, machineFixture(parts));
}

function settings(text: string, parts: Partial<Machine> = {}): Settings {
  const reading = read(text, parts);
  const { settings: found, lineProblems, wholeProblems } = reading;
  assert.ok(found !== undefined, JSON.stringify([...lineProblems, ...wholeProblems]));
  return found;
}

const MEMBERS = 'logfile /x\nnode loadbalancer backup\nbcast eth0\n';

test("the tutorial's ha.cf", () => {
  const found = settings(`#debugfile /var/log/ha-debug
logfile /var/log/ha-log
logfacility local0
keepalive 2
deadtime 30
warntime 10
initdead 120
udpport 694
baud 19200
serial /dev/ttyS0
mcast eth0 225.0.0.1 694 1 0
auto_failback on
node loadbalancer
node backup
ping_group group1 192.168.136.1 192.168.136.2
respawn root /usr/lib/heartbeat/ipfail
apiauth ipfail gid=root uid=root
`);
  assert.deepEqual(found.nodes, [
    { name: 'loadbalancer', type: 'normal' },
    { name: 'backup', type: 'normal' },
    { name: 'group1', type: 'ping' },
  ]);
  assert.deepEqual(found.media, [
    { kind: 'serial', path: '/dev/ttyS0', baud: 19200 },
    { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 694, ttl: 1, loop: 0 },
    { kind: 'ping_group', name: 'group1', hosts: ['192.168.136.1', '192.168.136.2'] },
  ]);
  const { keepalive, deadtime, warntime, initdead, deadping } = found;
  assert.deepEqual(
    { keepalive, deadtime, warntime, initdead, deadping },
    { keepalive: 2000, deadtime: 30_000, warntime: 10_000, initdead: 120_000, deadping: 30_000 },
  );
  assert.equal(found.autoFailback, 'on');
  const command = '/usr/lib/heartbeat/ipfail';
  assert.deepEqual(found.clients, [{ user: 'root', uid: 0, gid: 0, command, failfast: false }]);
  assert.deepEqual(found.apiauth, [
    { client: 'ipfail', uids: [0], gids: [0] },
    { client: 'ccm', uids: [103], gids: [] },
    { client: 'ping', uids: [], gids: [107] },
    { client: 'lha-snmpagent', uids: [0], gids: [] },
    { client: 'anon', uids: [0], gids: [107] },
  ]);
  assert.deepEqual(found.log, {
    logfile: '/var/log/ha-log',
    facility: 'local0',
    useLogd: false,
    syslogFormat: true,
    logBadPackets: true,
    debug: 0,
  });
  // As HA_<name> in the environment of a client of the genuine daemon.
  assert.deepEqual(Object.fromEntries(found.parameters), {
    auto_failback: 'on',
    autojoin: 'none',
    baud: '19200',
    cluster: 'linux-ha',
    compression: 'zlib',
    compression_threshold: '2',
    conn_logd_time: '60',
    coredumps: 'true',
    deadping: '30000ms',
    deadtime: '30',
    debug: '0',
    debugfile: '/dev/null',
    enable_config_writes: 'on',
    hbgenmethod: 'file',
    hopfudge: '1',
    initdead: '120',
    keepalive: '2',
    log_badpack: 'true',
    logfacility: 'local0',
    logfile: '/var/log/ha-log',
    max_rexmit_delay: '250',
    memreserve: '6500',
    msgfmt: 'classic',
    pacemaker: 'false',
    realtime: 'true',
    record_config_changes: 'on',
    record_pengine_inputs: 'on',
    syslogmsgfmt: 'true',
    traditional_compression: 'no',
    udpport: '694',
    uuidfrom: 'file',
    warntime: '10',
  });
});

test('the times that are not given follow from deadtime', () => {
  const times = (text: string) => {
    const { warntime, initdead, deadping, parameters } = settings(`${MEMBERS}${text}`);
    const recorded = ['warntime', 'initdead', 'deadping'].map((name) => parameters.get(name));
    return [warntime, initdead, deadping, ...recorded];
  };
  assert.deepEqual(times(''), [15_000, 30_000, 30_000, '15000ms', '30000ms', '30000ms']);
  const seconds5 = [2500, 12_000, 5000, '2500ms', '12000ms', '5000ms'];
  assert.deepEqual(times('deadtime 5'), seconds5);
  assert.deepEqual(times('deadtime 10'), [5000, 20_000, 10_000, '5000ms', '20000ms', '10000ms']);
  assert.deepEqual(times('deadtime 6\ninitdead 9\ndeadping 3\nwarntime 1ms'), [
    1,
    9000,
    3000,
    '1ms',
    '9',
    '3',
  ]);
});

test('the last valid word wins, and is recorded as written', () => {
  const found = settings(`${MEMBERS}keepalive 1 2,3
cluster a b
env A=1 A=2=3 lower= none
uuidfrom NodeName
hbgenmethod time
watchdog /dev/watchdog
coreroot /cores
realtime no
rtprio 5x
max_rexmit_delay 100
syslogmsgfmt off
crm off
stonith_host * null a b
stonith_host other nosuch
stonith fence_apc /etc/passwd
stonith_host LoadBalancer fence_apc ip=10.0.0.1 passwd=a=b
logfacility local1 none`);
  assert.equal(found.keepalive, 3000);
  assert.equal(found.parameters.get('keepalive'), '3');
  assert.equal(found.parameters.get('cluster'), 'b');
  assert.equal(found.parameters.get('pacemaker'), 'off');
  assert.equal(found.parameters.get('logfacility'), 'none');
  assert.ok(!found.parameters.has('env') && !found.parameters.has('node'));
  assert.deepEqual(
    [...found.environment],
    [
      ['A', '2=3'],
      ['lower', ''],
    ],
  );
  assert.equal(found.uuidFrom, 'nodename');
  assert.equal(found.generationMethod, 'time');
  assert.equal(found.watchdog, '/dev/watchdog');
  assert.equal(found.coreroot, '/cores');
  assert.equal(found.realtime, false);
  assert.equal(found.realtimePriority, 5);
  assert.equal(found.maxRexmitDelay, 100);
  assert.equal(found.log.syslogFormat, false);
  const devices = [
    { type: 'null', parameters: ['a', 'b'], form: 'stonith_host' },
    { type: 'fence_apc', parameters: ['/etc/passwd'], form: 'stonith' },
    { type: 'fence_apc', parameters: ['ip=10.0.0.1', 'passwd=a=b'], form: 'stonith_host' },
  ];
  assert.deepEqual(found.stonith, devices[2]);
  assert.deepEqual(found.stonithDevices, devices);
});

test('a port or speed counts for the media behind it', () => {
  const { media } = settings(`node loadbalancer
udpport 696
bcast eth0
udpport 65537
bcast lo
ucast eth0 10.0.0.1
serial /dev/ttyS0
baud 9600
serial /dev/null
logfile /x`);
  assert.deepEqual(
    media.map((medium) => ('port' in medium ? medium.port : 'baud' in medium && medium.baud)),
    [696, 696, 1, 19200, 19200],
  );
  const withService = settings(MEMBERS, { udpPort: () => 1234, udpService: () => 'ha-cluster' });
  assert.deepEqual(withService.media, [{ kind: 'bcast', device: 'eth0', port: 1234 }]);
  assert.equal(withService.parameters.get('udpport'), '1234');
});

test('auto_failback, and what nice_failback makes of it', () => {
  const mode = (text: string) => settings(`${MEMBERS}${text}`).autoFailback;
  assert.equal(mode(''), 'legacy');
  assert.equal(mode('auto_failback Legacy'), 'legacy');
  assert.equal(mode('auto_failback YES'), 'on');
  assert.equal(mode('auto_failback off'), 'off');
  assert.equal(mode('auto_failback on\nnice_failback on'), 'off');
  assert.equal(mode('nice_failback on'), 'legacy');
  assert.equal(mode('auto_failback legacy\nnice_failback off'), 'legacy');
  assert.equal(mode('auto_failback off\nnice_failback on\nauto_failback on'), 'on');
});

test('Pacemaker is refused in one line that says what to do', () => {
  for (const line of ['crm on', 'pacemaker yes', 'crm respawn', 'pacemaker manual', 'crm 1']) {
    const { settings: found, lineProblems } = read(`${MEMBERS}${line}`);
    assert.equal(found, undefined);
    const errors = lineProblems.filter(({ severity }) => severity === 'error');
    const word = line.split(' ')[1];
    assert.deepEqual(
      errors.map(({ text }) => text),
      [
        `Pacemaker [${word}] is not supported: resources are managed by haresources. ` +
          'Remove crm/pacemaker from /etc/ha.d//ha.cf, or set it to off.',
      ],
    );
  }
  for (const line of ['crm off', 'pacemaker no', 'crm FALSE', 'crm 0']) {
    settings(`${MEMBERS}${line}`);
  }
});

test('names: lower case, cut at 99, one entry each', () => {
  const long = 'A'.repeat(120);
  const text = `node LoadBalancer loadbalancer ${long}\nbcast eth0\nping Backup Backup\nlogfile /x`;
  const reading = read(text, { hostName: 'LOADBALANCER' });
  assert.equal(reading.settings?.localNode, 'loadbalancer');
  assert.deepEqual(reading.settings?.nodes, [
    { name: 'loadbalancer', type: 'normal' },
    { name: 'a'.repeat(99), type: 'normal' },
    { name: 'Backup', type: 'ping' },
  ]);
  assert.ok(reading.lineProblems.some(({ code }) => code === 'HA_CF_NODE_TWICE'));
});

test('a ping node with the name of a member is left out, wherever it stands', () => {
  const reading = read('ping backup 10.0.0.1\nbcast eth0\nnode loadbalancer Backup\nlogfile /x');
  assert.deepEqual(
    reading.settings?.nodes.map(({ name, type }) => `${type} ${name}`),
    ['ping 10.0.0.1', 'normal loadbalancer', 'normal backup'],
  );
  assert.deepEqual(
    reading.settings?.media.map(({ kind }) => kind),
    ['ping', 'bcast'],
  );
  assert.ok(reading.wholeProblems.some(({ code }) => code === 'HA_CF_PING_NAMESAKE'));
});

test('a problem says where it is', () => {
  const { lineProblems } = read(
    '\n  bogus x\nkeepalive 1 , bad\n\tapiauth x\tfoo\nrespawn root  y',
  );
  const places = lineProblems
    .filter(({ severity }) => severity === 'error')
    .map(({ code, line, column }) => [code, line, column]);
  assert.deepEqual(places, [
    ['HA_CF_ILLEGAL_DIRECTIVE', 2, 3],
    ['HA_CF_BAD_VALUE', 3, 15],
    ['HA_CF_BAD_APIAUTH', 4, 10],
    ['HA_CF_BAD_APIAUTH', 4, 10],
    ['HA_CF_BAD_CLIENT', 5, 15],
  ]);
});

test('the users of the built-in rules may be missing', () => {
  const reading = read(MEMBERS, { user: () => undefined });
  assert.deepEqual(
    reading.settings?.apiauth.map(({ client }) => client),
    ['ping'],
  );
  const errors = reading.lineProblems.filter(({ printedAs }) => printedAs === 'error');
  assert.ok(errors.some(({ text }) => text === 'Invalid apiauth directive [ipfail uid=hacluster]'));
  assert.ok(errors.every(({ severity }) => severity === 'warning'));
});

test('a setting behind the media it is for is pointed out', () => {
  const late = (text: string) =>
    read(text).lineProblems.filter(({ code }) => code === 'HA_CF_AFTER_MEDIA').length;
  assert.equal(late('udpport 694\nbaud 9600\nserial /dev/null\nbcast eth0'), 0);
  assert.equal(late('mcast eth0 225.0.0.1 694 1 0\nudpport 694\nbaud 9600'), 0);
  assert.equal(late('serial /dev/null\nbcast eth0\nudpport 694\nbaud 9600'), 2);
});

test('there is a limit to the problems of one file', () => {
  const { lineProblems } = read('bogus\n'.repeat(PROBLEMS_MAX + 5));
  assert.equal(lineProblems.length, PROBLEMS_MAX + 1);
  assert.match(lineProblems.at(-1)?.text ?? '', /more problems in .*ha\.cf are not listed/);
});
