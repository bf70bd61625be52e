/** Rows about ha.cf as a whole, and about all three files together. */

import { keys, notFound } from './authkeys.fixture.js';
import { advice } from './haresources.fixture.js';
import { error, line, type Row, sound } from './row.fixture.js';

const NOT_LISTED = [
  'info: By default, cluster nodes are named by `uname -n` and must be declared with a ' +
    "'node' directive in the ha.cf file.",
  'info: See also: http://linux-ha.org/wiki/Ha.cf#node_directive',
];
const LEGACY = [
  "WARN: Deprecated 'legacy' auto_failback option selected.",
  "WARN: Please convert to 'auto_failback on'.",
  'WARN: See documentation for conversion details.',
];
const LOGD = [
  'info: Enabling logging daemon ',
  'info: logfile and debug file are those specified in logd config file (default /etc/logd.cf)',
];
const AUTOJOIN = [
  error('R1 style resource management conflicts with  autojoin set'),
  error('You need either unset autojoin or enable crm'),
];
const whole = (title: string, hacf: string, exit: number, ...says: string[]): Row => ({
  title,
  hacf: `${hacf}\n`,
  exit,
  says,
});
const MEMBERS = 'auto_failback on\nmcast eth0 225.0.0.1 694 1 0\nnode loadbalancer backup';

export const WHOLE: readonly Row[] = [
  line('deadtime 2', error('Dead time [2000] is too small compared to keeplive [1000]')),
  line('initdead 5', error('Initial dead time [5000] is smaller than deadtime [6000]')),
  line('deadping 2', error('Ping dead time [2000] is too small compared to keeplive [1000]')),
  sound(
    'initdead 9.999',
    'WARN: Initial dead time [9999 ms] may be too small!',
    'info: Initial dead time accounts for slow network startup time',
    'info: It should be >= deadtime and >= 10 seconds',
  ),
  line('autojoin other', ...AUTOJOIN),
  whole(
    'everything too short',
    `logfile /x\nkeepalive 5\ndeadtime 6\ndeadping 2\ninitdead 3\nautojoin any\n${MEMBERS}`,
    6,
    error('Dead time [6000] is too small compared to keeplive [5000]'),
    error('Initial dead time [3000] is smaller than deadtime [6000]'),
    error('Ping dead time [2000] is too small compared to keeplive [5000]'),
    ...AUTOJOIN,
  ),
  whole(
    'nothing at all',
    '',
    6,
    error('No heartbeat media defined'),
    error('no nodes defined'),
    error('Current node [loadbalancer] not in configuration!'),
    ...NOT_LISTED,
    ...LEGACY,
    'info: No log entry found in ha.cf -- use logd',
    ...LOGD,
  ),
  whole(
    'not among the nodes',
    'logfile /x\nauto_failback on\nbcast eth0\nnode backup',
    6,
    error('Current node [loadbalancer] not in configuration!'),
    ...NOT_LISTED,
  ),
  whole(
    'not among the nodes, autojoin any',
    'logfile /x\nauto_failback on\nautojoin any\nbcast eth0\nnode backup',
    6,
    'notice: Current node [loadbalancer] added to configuration.',
    ...AUTOJOIN,
  ),
  whole('a ping medium alone', 'logfile /x\nauto_failback on\nping 10.0.0.1\nnode loadbalancer', 0),
  whole('legacy', `logfile /x\n${MEMBERS}\nauto_failback legacy`, 0, ...LEGACY),
  whole('no log', MEMBERS, 0, 'info: No log entry found in ha.cf -- use logd', ...LOGD),
  whole(
    'no log, no logd',
    `use_logd off\nlogfacility none\n${MEMBERS}`,
    6,
    error('No log entry found in ha.cf and use_logd is set to off'),
  ),
  whole('logd', `use_logd yes\n${MEMBERS}`, 0, ...LOGD),
  whole(
    'logd and a file',
    `use_logd yes\ndebugfile /x\n${MEMBERS}`,
    0,
    ...LOGD,
    'WARN: logd is enabled but logfile/debugfile is still configured in ha.cf',
  ),
  whole(
    'logd and a facility',
    `use_logd yes\nlogfacility local0\n${MEMBERS}`,
    0,
    ...LOGD,
    'WARN: logd is enabled but logfile/debugfile/logfacility is still configured in ha.cf',
  ),
  whole('a facility alone', `logfacility local0\n${MEMBERS}`, 0),
  { ...sound(''), title: 'nodeinfo', nodeinfo: 'BackUP\nother\n' },
  {
    ...line(''),
    title: 'nodeinfo with another name',
    nodeinfo: 'third\n',
    says: [error('Current node [third] not in configuration!'), ...NOT_LISTED],
  },
];

export const MISSING: readonly Row[] = [
  {
    title: 'no ha.cf',
    hacf: null,
    exit: 6,
    says: [error('Cannot open config file [/etc/ha.d//ha.cf]'), ...advice('/etc/ha.d//ha.cf')],
  },
  {
    ...line('bogus', error('Illegal directive [bogus] in /etc/ha.d//ha.cf')),
    title: 'one file wrong hides the others',
    authkeys: '',
    haresources: 'nosuch a\n',
  },
  {
    ...keys('hide what is missing', 'auth 1\n', notFound(1)),
    hacf: 'node backup\nuse_logd yes\n',
    says: [...LOGD, notFound(1)],
  },
];
