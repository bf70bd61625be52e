/**
 * Stories of a resource script's life, told of ours and of the genuine one. What stands in for the
 * programs that a script runs notes their arguments.
 */

export interface Story {
  readonly script: string;
  /** What is meant by it. */
  readonly what: string;
  readonly text: string;
  /** Lines of the telling that show that something happened at all. */
  readonly shows: readonly RegExp[];
}

/** A device directory of its own, with nothing but the null device. */
const DEVICES = `
cp -a /dev/null $work/null; mount -t tmpfs none /dev || exit 1; cp -a $work/null /dev/null
`;

export const IPTABLES = `
program iptables <<'END'
#!/bin/sh
[ "$1" != -w ] || shift
rules=$HA_RSCTMP/../rules
touch $rules
verb=$1
shift
case $verb in
  -n | -L) echo "Chain INPUT (policy ACCEPT)"
    while read -r rule; do
      echo "DROP tcp -- 0.0.0.0/0 0.0.0.0/0 multiport dports 80,443"
    done <$rules ;;
  -I) echo "  iptables -I $*" >>$HA_RSCTMP/../calls; echo "$*" >>$rules ;;
  -D) echo "  iptables -D $*" >>$HA_RSCTMP/../calls; grep -qxFe "$*" $rules && : >$rules ;;
  -C) grep -qxFe "$*" $rules ;;
esac
END
`;

export const XINETD = `
mkdir $work/upper $work/work
mount -t overlay etc -o lowerdir=/etc,upperdir=$work/upper,workdir=$work/work /etc || exit 1
mount -t tmpfs none /run || exit 1
mkdir -p /etc/xinetd.d
printf 'service imap\\n{\\n\\tdisable = yes\\n\\tserver = /bin/true\\n}\\n' >/etc/xinetd.d/imap
program xinetd <<'END'
#!/bin/sh
trap 'echo hangup >>$HA_RSCTMP/../hangups' HUP
echo $$ >/run/xinetd.pid
while :; do sleep 0.05; done
END
: >$work/hangups
xinetd </dev/null >/dev/null 2>&1 &
until_true [ -s /run/xinetd.pid ]
hangups() { until_true eval '[ "$(grep -c . $work/hangups)" -eq '$1' ]'; cat $work/hangups; }
`;

export const APACHE = `
export OCF_RESKEY_httpd=$work/bin/httpd HTTPD_PID=$work/httpd.pid
program httpd <<'END'
#!/bin/sh
echo "  httpd $*" >>$HA_RSCTMP/../calls
case " $* " in *' -V '*) exit ;; esac
[ -z "$SERVING" ] || { echo $$ >$HTTPD_PID; trap 'exit 0' TERM; }
[ -z "$SERVING" ] || while :; do sleep 0.05; done
SERVING=yes $0 </dev/null >/dev/null 2>&1 &
END
program curl <<'END'
#!/bin/sh
echo '<html>up</html>'
END
printf 'ServerRoot %s\\nListen 8088\\nPidFile httpd.pid\\n' $work >$work/httpd.conf
`;

export const LVM = `${DEVICES}
for name in vgchange vgck vgs vgscan vgdisplay lvs lvm; do program $name <<'END'
#!/bin/sh
case "\${0##*/} $*" in
  *' --version') echo '  LVM version: 2.03.16(2) (2022-05-18)' ;;
  'vgchange -a'*y*) mkdir -p /dev/vg0; ln -sf /dev/null /dev/vg0/data ;;
  'vgchange -a'*n*) rm -rf /dev/vg0 ;;
  'vgck nothere' | 'vgs '*nothere) exit 5 ;;
esac
exit 0
END
done
`;

/** The agent asks /proc/mdstat, of which this kernel may have none: a copy of it asks elsewhere. */
export const RAID = `${DEVICES}
export MDSTAT=$work/mdstat
agent=/usr/lib/ocf/resource.d/heartbeat/Raid1
sed "s,/proc/mdstat,$MDSTAT,g" $agent >$work/agent; chmod 755 $work/agent
mount --bind $work/agent $agent || exit 1
echo 'ARRAY /dev/md77 UUID=1' >$work/mdadm.conf
echo 'unused devices: <none>' >$MDSTAT
program mdadm <<'END'
#!/bin/sh
case $1 in --assemble | --stop) echo "  mdadm $*" >>$HA_RSCTMP/../calls ;; esac
case "$*" in
  '--assemble /dev/md77 '*)
    mknod /dev/md77 b 7 0
    printf 'md77 : active raid1 sdb1[1] sda1[0]\\n      10 blocks [2/2] [UU]\\n' >$MDSTAT ;;
  '--stop '*) rm -f /dev/md77; echo 'unused devices: <none>' >$MDSTAT ;;
  '--detail '*) exit "$DETAIL" ;;
esac
END
export DETAIL=0
`;

const RUNNING = /start\] 0 <.*\n(?:.*\n)*.*status\] 0 <(?:.*\n)?.*(?:[Rr]unning|OK)/;
const STOPPED = /stop\] 0 <(?:.*\n)?INFO: {2}Success>\n(?:.*\n)*.*status\] 7 </;
const LIFE = [RUNNING, STOPPED];

export const STORIES: readonly Story[] = [
  {
    script: 'Delay',
    what: 'waits, and refuses what is no time',
    text: `export OCF_RESKEY_mondelay=0
      cycle Delay 0 0; outcome Delay 0.01 0 start; outcome Delay soon start
      outcome Delay soon status; outcome Delay soon stop; outcome Delay; outcome Delay 1 2 3 start`,
    shows: [...LIFE, /soon start\] 2 /],
  },
  {
    script: 'AudibleAlarm',
    what: 'beeps while it runs',
    text: `cycle AudibleAlarm beta gamma; cycle AudibleAlarm`,
    shows: LIFE,
  },
  {
    script: 'IPsrcaddr',
    what: 'makes an address the preferred source',
    text: `network; ip route add default via 192.168.136.1
      ip addr add 192.168.136.10/24 dev eth0
      for verb in status start start status; do outcome IPsrcaddr 192.168.136.10 $verb; done
      ip route | sed 's/ *$//'
      for verb in stop status; do outcome IPsrcaddr 192.168.136.10 $verb; done
      outcome IPsrcaddr 10.1.1.1 start; outcome IPsrcaddr 10.1.1.1 stop
      outcome IPsrcaddr 1.2.3.4/24 start; outcome IPsrcaddr 1.2.3.4/24 stop
      ip route del default
      for verb in status start status stop; do outcome IPsrcaddr 192.168.136.10 $verb; done`,
    shows: [...LIFE, /default via .* src 192\.168\.136\.10/, /10\.1\.1\.1 start\] 5 /],
  },
  {
    script: 'IPv6addr',
    what: 'has an address',
    text: `echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; network
      echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
      ip -6 addr add 2001:db8::11/64 dev eth0
      show() { ip -6 -o addr show dev eth0 scope global | sed 's/ \\\\.*//;s/^[0-9]*: / /'; }
      for verb in status start; do outcome IPv6addr 2001:db8::10 $verb; done; show
      for verb in start status stop stop status; do outcome IPv6addr 2001:db8::10 $verb; done; show
      for verb in start status stop; do outcome IPv6addr 2001:dc8::10 $verb; done
      for verb in start status stop; do outcome IPv6addr 2001:db8::10/64/eth9 $verb; done`,
    shows: [...LIFE, /inet6 2001:db8::10\/64/],
  },
  {
    script: 'portblock',
    what: 'blocks and admits ports',
    text: `${IPTABLES} cycle portblock tcp 80,443 block; cycle portblock tcp 80,443 unblock
      cat $work/calls; outcome portblock tcp 80,443 dance start`,
    shows: [
      ...LIFE,
      /iptables -I INPUT -p tcp -d 0\.0\.0\.0\/0 -m multiport --dports 80,443 -j DROP/,
    ],
  },
  {
    script: 'Filesystem',
    what: 'mounts and unmounts',
    text: `mkdir $work/mnt $work/src
      places() { grep "$work" /proc/mounts | cut -d' ' -f2; }
      for form in "none $work/mnt tmpfs" "tmpfs $work/new tmpfs size=1m" \\
        "$work/src $work/mnt none bind"; do
        for verb in status start start status; do outcome Filesystem $form $verb; done; places
        for verb in stop stop status; do outcome Filesystem $form $verb; done; places
      done
      for verb in status start status stop; do
        outcome Filesystem /dev/nothere $work/mnt ext4 $verb
        outcome Filesystem -Lnone $work/mnt $verb
        outcome Filesystem none $work/mnt nothing $verb
      done`,
    shows: [...LIFE, /\nWORK\/new\n/, /\/dev\/nothere WORK\/mnt ext4 start\] 5 /],
  },
  {
    script: 'Xinetd',
    what: 'switches a service on and off',
    text: `${XINETD}
      for verb in status start start status; do outcome Xinetd imap $verb; done
      grep disable /etc/xinetd.d/imap; hangups 1
      for verb in stop stop status; do outcome Xinetd imap $verb; done
      grep disable /etc/xinetd.d/imap; hangups 2
      for verb in status start; do outcome Xinetd nothere $verb; done
      kill -9 $!; rm /run/xinetd.pid
      for verb in status start stop; do outcome Xinetd imap $verb; done`,
    shows: [...LIFE, /disable = no\nhangup\n/, /disable = yes\nhangup\nhangup\n/],
  },
  {
    script: 'apache',
    what: 'runs a web server',
    text: `${APACHE} cycle apache $work/httpd.conf; cat $work/calls
      for verb in status start stop; do outcome apache $work/nothere.conf $verb; done
      export OCF_RESKEY_httpd=$work/nothere
      for verb in status start stop; do outcome apache $work/httpd.conf $verb; done`,
    shows: [...LIFE, /httpd -DSTATUS -f WORK\/httpd\.conf/, /nothere\.conf start\] 5 /],
  },
  {
    script: 'LVM',
    what: 'activates a volume group',
    text: `${LVM} cycle LVM vg0; for verb in status start stop; do outcome LVM nothere $verb; done`,
    shows: [...LIFE, /nothere start\] 1 /],
  },
  {
    script: 'Raid1',
    what: 'assembles an array',
    text: `${RAID} cycle Raid1 $work/mdadm.conf /dev/md77; cycle Raid1 $work/mdadm.conf auto
      cat $work/calls
      DETAIL=1; for verb in start status; do outcome Raid1 $work/mdadm.conf /dev/md77 $verb; done
      DETAIL=2; for verb in status stop; do outcome Raid1 $work/mdadm.conf /dev/md77 $verb; done
      outcome Raid1 $work/mdadm.conf /dev/md78 start
      for verb in status start; do outcome Raid1 $work/nothere /dev/md77 $verb; done`,
    shows: [...LIFE, /mdadm --assemble \/dev\/md77 --config=WORK\/mdadm\.conf/],
  },
  {
    script: 'WinPopup',
    what: 'tells workstations',
    text: `program smbclient <<'END'
#!/bin/sh
cat >/dev/null
END
      echo station >$work/hosts; cycle WinPopup $work/hosts
      for verb in status start; do outcome WinPopup $work/nothere $verb; done; cd $work
      outcome WinPopup start; outcome WinPopup stop`,
    shows: LIFE,
  },
];
