/** Rows about respawn, failfast, apiauth and stonith lines. */
import { error, line, long, type Row, sound } from './row.fixture.js';

const SYNTAX = [
  'info: Syntax: apiauth client [uid=uidlist] [gid=gidlist]',
  'info: Where uidlist is a comma-separated list of uids,',
  'info: and gidlist is a comma-separated list of gids',
  'info: One or the other must be specified.',
];
const apiauth = (text: string, ...before: string[]): Row =>
  line(
    `apiauth ${text}`,
    ...before.map(error),
    error(`Invalid apiauth directive [${text}]`),
    ...SYNTAX,
  );
export const CLIENTS: readonly Row[] = [
  line('respawn nouser /bin/true', error('Invalid uid [nouser] specified for client child')),
  line('respawn', error('Invalid uid [] specified for client child')),
  line('respawn 0 /bin/true', error('Invalid uid [0] specified for client child')),
  line('respawn root', error('Client child command [] is not full pathname')),
  line('respawn root bin/true', error('Client child command [bin/true] is not full pathname')),
  line(
    'respawn root /nonexistent a b',
    error('Client child command [/nonexistent] is not executable'),
  ),
  line('failfast root /etc/passwd', error('Client child command [/etc/passwd] is not executable')),
  line(`respawn ${long(64)} /bin/true`, error('UID specified for client child is too long')),
  line(
    `respawn ${long(63)} /bin/true`,
    error(`Invalid uid [${long(63)}] specified for client child`),
  ),
  sound('respawn root /bin/true a b # c'),
  sound('respawn root /bin'),
  apiauth(''),
  apiauth('x'),
  apiauth('x uid=nosuch', 'Invalid user id name [nosuch]', 'Bad uid list [nosuch]'),
  apiauth(
    'x uid=nosuch   gid=root',
    'Invalid user id name [nosuch]',
    'Bad uid list [nosuch   gid=root]',
  ),
  apiauth('x uid=root gid=nosuch', 'Invalid group name [nosuch]', 'Bad gid list [nosuch]'),
  apiauth('x uid=,root', 'Invalid user id name []', 'Bad uid list [,root]'),
  apiauth('x uid=4294967295', 'Bad uid list [4294967295]'),
  apiauth(`x uid=${long(64)}`, 'user id name [] is too long', `Bad uid list [${long(64)}]`),
  apiauth(`x gid=${long(64)}`, `Bad gid list [${long(64)}]`),
  apiauth('x foo=1', 'Missing uid or gid in apiauth'),
  apiauth('x uid=root, hacluster', 'Missing uid or gid in apiauth'),
  apiauth('x uid=root uid=root', 'Duplicate uid list in apiauth'),
  apiauth(`${long(32)} uid=root`, `client name [${long(32)} uid=root] too long`),
  line(
    'apiauth x uid=root\napiauth x uid=root',
    error('Duplicate apiauth directive for API client x: [x uid=root]'),
    error('Invalid apiauth directive [x uid=root]'),
    ...SYNTAX,
  ),
  sound('apiauth x uid=root,,hacluster, gid=0,1 # comment'),
  sound('apiauth x uid=\napiauth ipfail uid=root'),
  line('stonith', error('No Stonith type given')),
  line('stonith foo /etc/x', error('Invalid Stonith type [foo]')),
  line(
    'stonith null /etc/nosuch',
    error('glib: Cannot open /etc/nosuch'),
    error('Invalid Stonith config file [/etc/nosuch]'),
  ),
  line('stonith_host', error('No Stonith hostname argument given')),
  line('stonith_host *', error('No Stonith type given')),
  line('stonith_host LoadBalancer foo a b', error('Invalid Stonith type [foo]')),
  line(`stonith_host ${long(100)} foo`, error('Stonith hostname too long')),
  line('stonith_host * null', error('Invalid Stonith configuration parameter []')),
  line(
    'stonith_host * apcmaster address secret',
    error('Invalid Stonith configuration parameter [...]'),
  ),
  {
    ...sound('stonith_host * fence_apc ip=10.0.0.1 passwd=a=b'),
    differs: 'the agents of fence-agents, which 3.0.6 does not know',
  },
  {
    ...line(
      'stonith_host * fence_apc ip=10.0.0.1 secret',
      error('Invalid Stonith configuration parameter [...]'),
    ),
    differs: 'the agents of fence-agents, which 3.0.6 does not know',
  },
  sound('stonith_host other foo a b'),
  sound('stonith_host * suicide\nstonith_host * null a b'),
];
