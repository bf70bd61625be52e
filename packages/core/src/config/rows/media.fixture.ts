/** Rows about the media of ha.cf. */
import { error, line, type Row, sound } from './row.fixture.js';

const illegal = (kind: string, description: string, word: string): string =>
  error(`Illegal ${kind} [${description}] in config file [${word}]`);
const unread = (kind: string): string => error(`Illegal configuration directive [${kind}]`);
const mcast = (text: string, ...says: string[]): Row =>
  line(`mcast ${text}`, ...says.map((word) => error(`glib: ${word}`)));
const mcast6 = (text: string, ...says: string[]): Row =>
  line(`mcast6 ${text}`, ...says.map((word) => error(`glib: ${word}`)));
const notCreated = (medium: string): string => `WARN: glib: Error creating ${medium}`;
const noDevice = (name: string, reason: string): readonly string[] => [
  `Unable to retrieve local interface address for interface [${name}] ` +
    `using ioctl(SIOCGIFADDR): ${reason}`,
  `mcast device [${name}] is invalid or not set up properly`,
];
const UDP = "WARN: WARNING: directive 'udp' replaced by 'bcast'";
const noServer = (host: string): string =>
  error(`glib: unknown host: ${host}: Resource temporarily unavailable`);

export const MEDIA: readonly Row[] = [
  line(
    'serial /dev/nosuch',
    error('glib: Nonexistent serial port [/dev/nosuch] in config file'),
    illegal('serial', 'serial ring', '/dev/nosuch'),
  ),
  line(
    'serial relative other another\nserial /dev/null rel /dev/zero',
    error('glib: Serial port not full pathname [relative] in config file'),
    illegal('serial', 'serial ring', 'relative'),
    unread('serial'),
    unread('serial'),
    error('glib: Serial port not full pathname [rel] in config file'),
    illegal('serial', 'serial ring', 'rel'),
  ),
  line(
    'serial /etc/passwd',
    error('glib: Serial port [/etc/passwd] not a char device in config file'),
    illegal('serial', 'serial ring', '/etc/passwd'),
  ),
  sound('serial /dev/null /dev/zero'),
  sound('serial /dev/null,/dev/zero\nserial /dev/null /dev/zero'),
  line(
    'bcast eth9 eth0',
    error('glib: Get broadcast for interface eth9 failed: No such device'),
    error('glib: IP interface [eth9] does not exist'),
    illegal('bcast', 'UDP/IP broadcast', 'eth9'),
    unread('bcast'),
  ),
  line(
    'udp eth1',
    UDP,
    error('glib: Get broadcast for interface eth1 failed: Cannot assign requested address'),
    error('glib: IP interface [eth1] does not exist'),
    illegal('bcast', 'UDP/IP broadcast', 'eth1'),
  ),
  sound('bcast eth0 eth2,lo'),
  mcast('eth9', ...noDevice('eth9', 'No such device')),
  mcast('eth9 225.0.0.1 694 1 0', ...noDevice('eth9', 'No such device')),
  mcast('eth0', 'mcast [eth0] missing mcast address'),
  mcast('eth0 10.0.0.1', 'mcast [eth0] bad addr [10.0.0.1]'),
  mcast('eth0 host 694 1 0', 'mcast [eth0] bad addr [host]'),
  mcast('eth0 225.0.0.1', 'mcast [eth0] missing port'),
  mcast('eth0 225.0.0.1 0', ' mcast [eth0] bad port [0]'),
  mcast('eth0 225.0.0.1 65536 1 0', ' mcast [eth0] bad port [0]'),
  mcast('eth0 225.0.0.1 694', 'mcast [eth0] missing ttl'),
  mcast('eth0 225.0.0.1 694 5', ' mcast [eth0] bad ttl [5]'),
  mcast('eth0 225.0.0.1 694 -1 0', ' mcast [eth0] bad ttl [255]'),
  mcast('eth0 225.0.0.1 694 1', 'mcast [eth0] missing loop'),
  mcast('eth0 225.0.0.1 694 1 5', ' mcast [eth0] bad loop [5]'),
  line('mcast eth0 225.1 70000 257 256', notCreated('mcast_private(eth0, 225.1, 4464, 1, 0)')),
  sound('mcast eth0 239.255.255.255 70000 256 x extra'),
  sound('mcast eth2 224.0.0.1 694 4 1'),
  sound('mcast eth0 225.0.0.2 694 1 0\nbcast eth0\nucast eth0 192.168.136.11\nudp eth0', UDP),
  {
    ...mcast('', 'mcast statement without device'),
    title: 'mcast alone',
    differs: '3.0.6 dies of it',
  },
  mcast6('', 'mcast6 statement without device'),
  mcast6('eth9 ff12::1 694 1 0', 'mcast6 device [eth9] is invalid or not set up properly'),
  mcast6('eth0', 'mcast6 [eth0] missing mcast6 address'),
  mcast6('eth0 fe80::1', ' mcast6 [eth0] bad addr [fe80::1]'),
  mcast6('eth0 ff0e::1', ' mcast6 [eth0] bad addr [ff0e::1]'),
  mcast6('eth0 ff12::', ' mcast6 [eth0] bad addr [ff12::]'),
  mcast6('eth0 ff12::1', 'mcast6 [eth0] missing port'),
  mcast6('eth0 ff12::1 694', 'mcast6 [eth0] missing hops'),
  mcast6('eth0 ff12::1 x 9', ' mcast6 [eth0] bad hops [9]'),
  mcast6('eth0 ff12::1 694 1', 'mcast6 [eth0] missing loop'),
  mcast6('eth0 ff12::1 694 1 2', ' mcast6 [eth0] bad loop [2]'),
  line(
    'mcast6 eth0 ff12::1 694x 1 0',
    error('glib: getaddrinfo([ff12::1]:694x): Servname not supported for ai_socktype'),
    notCreated('mcast6_private(eth0, ff12::1, 694x, 1, 0)'),
  ),
  sound('mcast6 eth1 ff15::1:2 694 4 1'),
  sound('mcast6 eth0 ff12::1 ntp 1 0\nmcast6 eth0 ff02::1 694 0 1'),
  line('ucast eth0', error('glib: ucast: [eth0] missing target IP address/hostname')),
  line(
    'ucast eth0 nosuch.host',
    error('glib: ucast: cannot resolve hostname'),
    error('glib: ucast: interface [eth0] does not exist'),
  ),
  {
    ...line('ucast', error('glib: ucast: [] missing target IP address/hostname')),
    differs: '3.0.6 dies of it',
  },
  sound('ucast eth9 10.0.0.1 extra\nucast eth0 backup'),
  line('ucast6', error('glib: ucast6 statement without device')),
  line('ucast6 eth9', error('glib: ucast6 device [eth9] is invalid or not set up properly')),
  line('ucast6 eth0', error('glib: ucast6 [eth0] missing ucast6 address')),
  ...['::1', '::', 'ff02::1', 'x', '::1%9', '1.2.3.4'].map((host) =>
    line(`ucast6 eth0 ${host}`, error(`glib: ucast6 [eth0] bad addr [${host}]`)),
  ),
  line(
    'udpport 1234\nucast6 eth0 fe80::1%eth9',
    error('glib: getaddrinfo([fe80::1%eth9]:1234): Name or service not known'),
    notCreated('ucast6_private(eth0, fe80::1%eth9)'),
  ),
  line(
    'ucast6 eth0 fe80::1%lo',
    error('glib: ucast6: index 3 does not match scope id 1 for device eth0'),
    notCreated('ucast6_private(eth0, fe80::1%lo)'),
  ),
  line(
    'ucast6 eth0 2001:db8::1%eth0',
    error('glib: getaddrinfo([2001:db8::1%eth0]:694): Name or service not known'),
    notCreated('ucast6_private(eth0, 2001:db8::1%eth0)'),
  ),
  sound('ucast6 eth0 fe80::1%eth0\nucast6 eth0 2001:db8::1\nucast6 eth0 ::ffff:1.2.3.4'),
  line('ping x', noServer('x'), illegal('ping', 'ping membership', 'x')),
  line(
    'ping x y\nping 10.0.0.1 z 10.0.0.2',
    noServer('x'),
    illegal('ping', 'ping membership', 'x'),
    unread('ping'),
    noServer('z'),
    illegal('ping', 'ping membership', 'z'),
  ),
  line('ping6 localhost', illegal('ping6', 'ping6 membership', 'localhost')),
  line('ping6 fe80::1%eth0', illegal('ping6', 'ping6 membership', 'fe80::1%eth0')),
  line('ping6 ::1 10.0.0.1 ::2', illegal('ping6', 'ping6 membership', '10.0.0.1')),
  sound('ping 10.0.0.1,10.0.0.2 10.1\nping6 ::1'),
  sound('ping6 fe80::1,2001:db8::1 ::ffff:10.0.0.1'),
  sound('ping_group g 10.0.0.1 10.0.0.2\nping_group h 10.0.0.1\nping 10.0.0.1'),
  sound('ping_group g 10.0.0.1 x\nping_group h x', noServer('x'), noServer('x')),
  sound('ping_group g 10.0.0.1\nping_group g 10.0.0.2'),
  {
    ...line(
      `ping ${Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`).join(' ')}`,
      error('Too many media specified (> 64)'),
      'info: Offending command: ping 10.0.0.63',
      error('Too many media specified (> 64)'),
      'info: Offending command: ping 10.0.0.64',
    ),
    title: 'more than 64 media',
  },
  {
    ...line(
      Array.from({ length: 64 }, (_, i) => `ucast eth0 10.0.0.${i}`).join('\n'),
      error('Too many media specified (> 64)'),
      'info: Offending command: ucast eth0 10.0.0.63',
    ),
    title: 'more than 64 media, ucast',
    differs: '3.0.6 dies of it',
  },
];
