/** What our resource scripts do better than those of old, or what no other one does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS } from '../resources/transcript.js';
import { genuine, ours } from './sidebyside.js';
import { IPTABLES, XINETD } from './stories.js';

const MAIL = `
program mail <<'END'
#!/bin/sh
echo "to $3: $2" | sed 's/ at .* \\(on\\|from\\) / at DATE \\1 /' >>$HA_RSCTMP/../mails
cat >/dev/null
END
cp $work/bin/mail $work/bin/mailx
mails() { until_true eval '[ "$(grep -c ^to $work/mails)" -eq '$1' ]'; sort $work/mails; }
`;

/** The kernel's side of the synchronisation. */
const IPVS = `
export IPVSADM=$work/bin/ipvsadm
program ipvsadm <<'END'
#!/bin/sh
case $1 in
  -L) cat $HA_RSCTMP/../daemons 2>/dev/null; exit 0 ;;
  --start-daemon) echo "$2 sync daemon (mcast=$4, syncid=0)" >>$HA_RSCTMP/../daemons ;;
  --stop-daemon) sed -i "/^$2/d" $HA_RSCTMP/../daemons ;;
esac
echo "  $*" >>$HA_RSCTMP/../calls
END
`;

for (const shell of SHELLS) {
  test(`MailTo sends what it sent, and two of them keep apart (${shell})`, () => {
    const story = `${MAIL} cycle MailTo root@x web; mails 4`;
    const expected = genuine(story);
    assert.match(expected, /^to root@x: web Takeover in progress at DATE on /m);
    assert.equal(ours(shell, story), expected);
    const said = ours(
      shell,
      `${MAIL} outcome MailTo root@x a start; outcome MailTo root@x b status
       rm $work/bin/mail*; PATH=$work/bin:/bin/nowhere:$PATH; export HA_SBIN_DIR=$work/bin
       outcome MailTo '' start`,
    );
    assert.equal(
      said,
      lines(
        '[MailTo root@x a start] 0 <INFO:  Success>',
        '[MailTo root@x b status] 7 <stopped',
        'INFO:  Resource is stopped>',
        '[MailTo  start] 6 <ERROR:  Program is not configured>',
      ),
    );
  });

  test(`LVSSyncDaemonSwap changes the role of the kernel (${shell})`, () => {
    const story = (role: string): string => `${IPVS}
      for verb in status start start status stop stop status; do
        outcome LVSSyncDaemonSwap ${role} $verb; [ ! -e $work/calls ] || cat $work/calls
        rm -f $work/calls
      done`;
    for (const [role, other] of [
      ['master', 'backup'],
      ['backup', 'master'],
    ]) {
      const call = (verb: string, code: number, text: string, closing: string): string[] => [
        `[LVSSyncDaemonSwap ${role} ${verb}] ${code} <${text}`,
        `INFO:  ${closing}>`,
      ];
      const begin = (what = ''): string => `  --start-daemon ${what} --mcast-interface eth0`;
      const stopped = call('status', 7, `${role} stopped`, 'Resource is stopped');
      assert.equal(
        ours(shell, story(role ?? '')),
        lines(
          ...stopped,
          ...call('start', 0, `${role} started`, 'Success'),
          begin(role),
          ...call('start', 0, `${role} started`, 'Success'),
          ...call('status', 0, `${role} running`, 'Running OK'),
          ...call('stop', 0, `${role} stopped`, 'Success'),
          `  --stop-daemon ${role}`,
          begin(other),
          ...call('stop', 0, `${role} stopped`, 'Success'),
          ...stopped,
        ),
      );
    }
    const further = ours(
      shell,
      `${IPVS} echo 'backup sync daemon (mcast=eth1, syncid=0)' >$work/daemons
       outcome LVSSyncDaemonSwap master eth1 7 start; cat $work/calls
       export IPVSADM=/nothere; for verb in start status stop; do
         outcome LVSSyncDaemonSwap master $verb; done; outcome LVSSyncDaemonSwap neither start`,
    );
    assert.equal(
      further,
      lines(
        '[LVSSyncDaemonSwap master eth1 7 start] 0 <master started',
        'INFO:  Success>',
        '  --stop-daemon backup',
        '  --start-daemon master --mcast-interface eth1 --syncid 7',
        '[LVSSyncDaemonSwap master start] 5 <ERROR:  Program is not installed>',
        '[LVSSyncDaemonSwap master status] 7 <INFO:  Resource is stopped>',
        '[LVSSyncDaemonSwap master stop] 0 <INFO:  Success>',
        '[LVSSyncDaemonSwap neither start] 1 <usage: SCRIPTS/LVSSyncDaemonSwap ' +
          '{master|backup} [interface [syncid]] {start|stop|status}>',
      ),
    );
  });

  test(`Filesystem drives out its users, and takes along what is mounted below (${shell})`, () => {
    const said = ours(
      shell,
      `mkdir $work/mnt; export TERM_PATIENCE=3 KILL_PATIENCE=25
       outcome Filesystem none $work/mnt tmpfs start
       mkdir $work/mnt/below; mount -t tmpfs none $work/mnt/below
       (cd $work/mnt; exec sleep 600) & gentle=$!
       sh -c "trap '' TERM; cd $work/mnt/below; while :; do sleep 0.1; done" & stubborn=$!
       sleep 600 & stranger=$!
       until_true [ "$(readlink /proc/$stubborn/cwd)" = $work/mnt/below ]
       outcome Filesystem none $work/mnt tmpfs stop; outcome Filesystem none $work/mnt tmpfs status
       wait $gentle; echo "gentle $?"; wait $stubborn; echo "stubborn $?"
       kill -0 $stranger && echo "the stranger lives"; grep $work/mnt /proc/mounts
       sed 's/.*signal \\([A-Z]*\\) to: [0-9]*/signal \\1/' $HA_LOGFILE | grep -c ^signal`,
    );
    const call = (verb: string): string => `[Filesystem none WORK/mnt tmpfs ${verb}]`;
    assert.ok(
      said.startsWith(
        lines(
          `${call('start')} 0 <INFO:  Success>`,
          `${call('stop')} 0 <INFO:  Success>`,
          `${call('status')} 7 <INFO:  Resource is stopped>`,
          'gentle 143',
          'stubborn 137',
          'the stranger lives',
        ),
      ),
      said,
    );
  });

  test(`Xinetd switches off a service whose definition does not speak of it (${shell})`, () => {
    const said = ours(
      shell,
      `${XINETD} printf 'service web\\n{\\n\\tserver = /bin/true\\n}\\n' >/etc/xinetd.d/web
       for verb in status stop status; do outcome Xinetd web $verb; done
       cat /etc/xinetd.d/web; outcome Xinetd web start; grep disable /etc/xinetd.d/web
       outcome Xinetd nothere stop`,
    );
    assert.equal(
      said,
      lines(
        '[Xinetd web status] 0 <INFO:  Running OK>',
        '[Xinetd web stop] 0 <INFO:  Success>',
        '[Xinetd web status] 7 <INFO:  Resource is stopped>',
        'service web',
        '{',
        '\tserver = /bin/true',
        '\tdisable = yes',
        '}',
        '[Xinetd web start] 0 <INFO:  Success>',
        '\tdisable = no',
        '[Xinetd nothere stop] 0 <INFO:  Success>',
      ),
    );
  });

  test(`IPsrcaddr leaves the routes as they were, however often it is stopped (${shell})`, () => {
    const said = ours(
      shell,
      `network; ip route add default via 192.168.136.1; ip addr add 192.168.136.10/24 dev eth0
       routes() { ip -4 route | sed 's/ *$//;s/^/  /'; }
       routes >$work/before; outcome IPsrcaddr 192.168.136.10 start
       for _ in 1 2; do outcome IPsrcaddr 192.168.136.10 stop; done
       routes | sed 's/ proto kernel//' >$work/after
       sed 's/ proto kernel//' $work/before | cmp - $work/after && echo same`,
    );
    const call = (verb: string): string => `[IPsrcaddr 192.168.136.10 ${verb}] 0 <INFO:  Success>`;
    assert.equal(said, lines(call('start'), call('stop'), call('stop'), 'same'));
  });

  test(`IPv6addr: prefix and interface may be left out (${shell})`, () => {
    const said = ours(
      shell,
      `echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; network
       echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; ip -6 addr add 2001:db8::11/64 dev eth0
       for form in '' /64 /64/eth0 /48/eth0; do
         outcome IPv6addr 2001:db8:0:0:0:0:0:10$form start
         ip -6 -o addr show to 2001:db8::10 | sed 's/.* inet6 \\([^ ]*\\) .*/  \\1/'
         outcome IPv6addr 2001:db8:0:0:0:0:0:10$form stop
       done
       for verb in start status stop; do outcome IPv6addr nonsense $verb; done`,
    );
    const forms = ['', '/64', '/64/eth0', '/48/eth0'];
    const call = (form: string, verb: string): string =>
      `[IPv6addr 2001:db8:0:0:0:0:0:10${form} ${verb}] 0 <INFO:  Success>`;
    assert.equal(
      said,
      lines(
        ...forms.flatMap((form) => [
          call(form, 'start'),
          `  2001:db8::10/${form.startsWith('/48') ? 48 : 64}`,
          call(form, 'stop'),
        ]),
        '[IPv6addr nonsense start] 2 <ERROR:  Illegal argument>',
        '[IPv6addr nonsense status] 7 <INFO:  Resource is stopped>',
        '[IPv6addr nonsense stop] 0 <INFO:  Success>',
      ),
    );
  });
}

test('IPv6addr does not take an address that another node still has', () => {
  const said = ours(
    'dash',
    `network
     unshare --net sleep 600 & other=$!
     until_true eval '[ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]'
     ip link set peer0 netns $other
     nsenter --net --target $other sh -c 'ip link set peer0 up
       ip -6 addr add 2001:db8::10/64 dev peer0 nodad'
     outcome IPv6addr 2001:db8::10/64/eth0 start; cat $work/errors
     outcome IPv6addr 2001:db8::10/64/eth0 status`,
  );
  assert.equal(
    said,
    lines(
      '[IPv6addr 2001:db8::10/64/eth0 start] 1 <ERROR:  Generic error>',
      '2001:db8::10 is in use on another node',
      '[IPv6addr 2001:db8::10/64/eth0 status] 7 <INFO:  Resource is stopped>',
    ),
  );
});

test('AudibleAlarm beeps on every node but those that are named', () => {
  const said = ours(
    'dash',
    `mkfifo $work/console; export AUDIBLEALARM_DEVICE=$work/console
     outcome AudibleAlarm elsewhere start; head -c 1 $work/console | od -An -c
     outcome AudibleAlarm elsewhere stop
     export AUDIBLEALARM_DEVICE=$work/file; : >$work/file
     for verb in start status stop; do outcome AudibleAlarm $(uname -n) $verb; done |
       sed "s/ $(uname -n) / HERE /"
     wc -c <$work/file`,
  );
  assert.equal(
    said,
    lines(
      '[AudibleAlarm elsewhere start] 0 <INFO:  Success>',
      '  \\a',
      '[AudibleAlarm elsewhere stop] 0 <INFO:  Success>',
      '[AudibleAlarm HERE start] 0 <INFO:  Success>',
      '[AudibleAlarm HERE status] 0 <running',
      'INFO:  Running OK>',
      '[AudibleAlarm HERE stop] 0 <INFO:  Success>',
      '0',
    ),
  );
});

test('a program that is missing is named, and does not keep anything from being stopped', () => {
  const calls: readonly [string, string, string][] = [
    ['portblock tcp 80 block', 'iptables', 'package iptables or iptables-nft'],
    ['LVM vg0', 'vgchange', 'package lvm2'],
    ['MailTo root@x', 'mail', 'package mailx, s-nail or bsd-mailx'],
  ];
  for (const [call, program, what] of calls) {
    const said = ours(
      'dash',
      `mkdir $work/few; export HA_SBIN_DIR=$work/few HA_NOARCHBIN=$work/few HA_BIN=$work/few
       for name in cat tr rm mkdir date uname cut grep sed; do
         ln -s $(command -v $name) $work/few
       done
       [ -x /bin/dash ] && shell=/bin/dash; PATH=$work/few
       outcome ${call} start; outcome ${call} stop; cat $work/errors`,
    );
    const code = `${call} start] 5 <ERROR:  Program is not installed>`;
    assert.ok(said.includes(code), said);
    assert.match(said, new RegExp(`${call} stop\\] 0 <(?:active: 0 want_active: 0\\n)?INFO:`));
    assert.ok(said.includes(`couldn't find command: ${program} (${what})`), said);
  }
});

test('an unblock that is stopped twice does not block for good', () => {
  const said = ours(
    'dash',
    `${IPTABLES} for verb in start stop; do outcome portblock tcp 80,443 unblock $verb; done
     outcome portblock tcp 80,443 block stop; outcome portblock tcp 80,443 unblock stop
     cat $work/calls`,
  );
  assert.match(said, /-I INPUT .*\n.*-D INPUT .*\n$/);
});
