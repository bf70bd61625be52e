/** A line of haresources with the scripts of the old package, run by the resource runner. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transcript } from '../resources/transcript.js';
import { APACHE, IPTABLES, LVM, RAID, XINETD } from './stories.js';

const WORDS = [
  'Delay::0',
  'portblock::tcp::80,443::block',
  '192.168.136.10/24/eth0',
  'IPsrcaddr::192.168.136.10',
  'IPv6addr::2001:db8:0:0:0:0:0:10/64/eth0',
  'LVM::vg0',
  'Raid1::WORK/mdadm.conf::/dev/md77',
  'Filesystem::none::WORK/mnt::tmpfs',
  'LVSSyncDaemonSwap::master',
  'Xinetd::imap',
  'apache::WORK/httpd.conf',
  'MailTo::root@example.org::web',
  'AudibleAlarm::beta',
  'portblock::tcp::80,443::unblock',
];

const STAND_INS = `${IPTABLES}${XINETD}${APACHE}${LVM}${RAID}
program mail <<'END'
#!/bin/sh
cat >/dev/null
END
program ipvsadm <<'END'
#!/bin/sh
state=$HA_RSCTMP/../synchronised
case $1 in
  -L) [ ! -e $state ] || cat $state ;;
  --start-daemon) echo "$2 sync daemon (mcast=$4, syncid=0)" >$state ;;
  --stop-daemon) rm -f $state ;;
esac
END
program arping <<'END'
#!/bin/sh
exit 0
END
export IPVSADM=$work/bin/ipvsadm HA_SBIN_DIR=$work/bin HA_BIN=$work/bin
export AUDIBLEALARM_DEVICE=/dev/null
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
network
echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
ip route add default via 192.168.136.1
`;

/** What runs, in a word each. */
const SHOW = `
ip -o addr show dev eth0 scope global | sed 's/.* inet6* \\([^ ]*\\) .*/  \\1/'
ip route show default | sed 's/ *$//;s/^/  /'
grep -o "$work/mnt tmpfs" /proc/mounts
ls -d /dev/vg0 /dev/md77 2>/dev/null
grep disable /etc/xinetd.d/imap
`;

/** A word as it stands in a call: `Delay 0`. */
function call(word: string): string {
  if (/^\d/.test(word)) return `IPaddr ${word}`;
  return word.replaceAll('::', ' ').replace(/^(\S+)$/, '$1 ');
}

test('a group of fourteen scripts is taken in order and given up in reverse', () => {
  const said = transcript(
    'dash',
    `${STAND_INS}
     export work; line="alpha ${WORDS.join(' ').replaceAll('WORK', '$work')}"
     cat >$work/show <<'END'
${SHOW}END
     ${process.execPath} $sources/test/dist/resourcescripts/group.js "$line" ". $work/show"`,
  );
  const ran = [...said.matchAll(/^info: Running \S*\/resource\.d\/(.*)$/gm)].map(([, run]) => run);
  assert.deepEqual(ran, [
    ...WORDS.map((word) => `${call(word)} start`),
    ...WORDS.toReversed().map((word) => `${call(word)} stop`),
  ]);
  const state = said.split('\n').filter((line) => !/^(?:info|notice): /.test(line));
  assert.deepEqual(state, [
    'acquireOwn true',
    '  192.168.136.11/24',
    '  192.168.136.10/24',
    '  2001:db8::10/64',
    '  default via 192.168.136.1 dev eth0 src 192.168.136.10',
    'WORK/mnt tmpfs',
    '/dev/md77',
    '/dev/vg0',
    '\tdisable = no',
    'releaseAll true',
    '  192.168.136.11/24',
    '  default via 192.168.136.1 dev eth0',
    '\tdisable = yes',
    '',
  ]);
});
