/** The programs that users' scripts call: findif, send_arp, cl_respawn, and the hb_ commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from '../resources/transcript.js';

const GENUINE = '/usr/libexec/heartbeat';

const FINDIF = `
network
ask() {
  for option in '' -C; do
    text=$(env "$@" $find $option 2>/dev/null)
    echo "[$* $option] $? <$text>"
  done
}
for more in '' cidr_netmask=24 'cidr_netmask=255.255.255.128 nic=eth0' broadcast=192.168.136.200 \\
  nic=eth0 nic=lo nic=eth9 cidr_netmask=99 cidr_netmask=x broadcast=x; do
  ask OCF_RESKEY_ip=192.168.136.10 $(for one in $more; do echo "OCF_RESKEY_$one"; done)
done
ask OCF_RESKEY_ip=10.1.1.1; ask OCF_RESKEY_ip=300.1.1.1; ask A=b
ip route add default via 192.168.136.1
ask OCF_RESKEY_ip=10.1.1.1; ask OCF_RESKEY_ip=10.1.1.1 OCF_RESKEY_cidr_netmask=24
$find dance >/dev/null 2>&1; echo $?
`;

test('findif answers as the genuine one, and takes the arguments of heartbeat 1 as well', () => {
  const genuine = transcript('dash', `find=${GENUINE}/findif; ${FINDIF}`);
  assert.match(genuine, /0 <eth0\tnetmask 255\.255\.255\.0\tbroadcast 192\.168\.136\.255>/);
  const place = 'export HA_RESOURCEDIR=$scripts/resource.d; find="$shell $scripts/lib/findif"';
  for (const shell of SHELLS) assert.equal(transcript(shell, `${place}; ${FINDIF}`), genuine);
  const said = transcript(
    'dash',
    `${place}; network; $find 192.168.136.10; $find 192.168.136.10/25/eth0`,
  );
  assert.equal(
    said,
    lines(
      'eth0\tnetmask 255.255.255.0\tbroadcast 192.168.136.255',
      'eth0\tnetmask 255.255.255.128\tbroadcast 192.168.136.127',
    ),
  );
});

const SEND_ARP = `
network
program arping <<'END'
#!/bin/sh
echo "  $2 $8 $9" >>$HA_RSCTMP/arping
END
say() { $send "$@" >$work/said 2>&1; echo "[$*] $?"; }
say -i 20 -r 2 -p $work/pid eth0 192.168.136.10 auto 192.168.136.10 ffffffffffff
say -i 20 -r 1 eth9 192.168.136.10 auto not_used not_used
say -i 20 -r 1 eth0 300.1.1.1 auto not_used not_used
say eth0; say -x
ls $work/pid 2>/dev/null
$send -i 20000 -r 5 -p $work/pid eth0 192.168.136.10 auto not_used not_used >/dev/null 2>&1 &
until_true [ -s $work/pid ]; first=$(cat $work/pid | tr -d ' ')
say -i 20 -r 1 -p $work/pid eth0 192.168.136.10 auto not_used not_used
grep -o 'info: Killed old send_arp process' $work/said; wait $!; echo ended
`;

test('send_arp has the arguments and exit codes of the genuine one', () => {
  // What the shell says of the sender that was ended is of no interest.
  const told = (shell: string, text: string): string =>
    transcript(shell, text).replace(/^(?:Terminated|Killed)\n/gm, '');
  const genuine = told('dash', `send=${GENUINE}/send_arp; ${SEND_ARP}`);
  assert.match(genuine, /^info: Killed old send_arp process\nended$/m);
  const place = 'export HA_RESOURCEDIR=$scripts/resource.d; send="$shell $scripts/lib/send_arp"';
  for (const shell of SHELLS) {
    const count = 'until_true [ -s $HA_RSCTMP/arping ]; sort $HA_RSCTMP/arping | uniq -c';
    // That of busybox would be its own arping.
    const said = told(shell, `${place}; ${SEND_ARP} ${shell === 'busybox sh' ? '' : count}`);
    assert.ok(said.startsWith(genuine), said);
    if (shell === 'busybox sh') continue;
    // Three pairs, and the first of the sender that was ended.
    const sent = said.slice(genuine.length).replace(/^ +/gm, '').split('\n');
    assert.deepEqual(sent, ['3   -A eth0 192.168.136.10', '4   -U eth0 192.168.136.10', '']);
  }
});

for (const shell of SHELLS) {
  test(`cl_respawn starts again what ends, until told otherwise (${shell})`, () => {
    const said = transcript(
      shell,
      `cat >$work/bin/task <<'END'
#!/bin/sh
echo "  task $*" >>$HA_RSCTMP/runs
[ "$(grep -c . $HA_RSCTMP/runs)" -lt 3 ] || exit 7
END
       cat >$work/bin/stays <<'END'
#!/bin/sh
trap 'echo "  stays ended" >>$HA_RSCTMP/runs; exit 0' TERM
echo "  stays" >>$HA_RSCTMP/runs
sleep 60 & wait $!
END
       chmod 755 $work/bin/task $work/bin/stays
       respawn() { $shell $scripts/bin/cl_respawn "$@"; }
       respawn -m 7 $work/bin/task a b 2>/dev/null; echo $?; cat $HA_RSCTMP/runs; : >$HA_RSCTMP/runs
       $shell $scripts/bin/cl_respawn -p $work/pid $work/bin/stays 2>/dev/null & first=$!
       until_true grep -q stays $HA_RSCTMP/runs
       [ "$(cat $work/pid)" = $first ] && echo noted
       respawn -p $work/pid $work/bin/stays 2>&1 | sed 's/.*: WARN/WARN/;s/\\[[0-9]*\\]/[N]/'
       kill $first; wait $first; echo $?; cat $HA_RSCTMP/runs; ls $work/pid 2>/dev/null
       respawn >/dev/null 2>&1; echo $?; respawn -h | head -1
       respawn /nothere >/dev/null 2>&1; echo $?`,
    );
    assert.equal(
      said,
      lines(
        '0',
        ...Array<string>(3).fill('  task a b'),
        'noted',
        "WARN: pidfile [WORK/pid] says we're already running as pid [N]",
        '0',
        '  stays',
        '  stays ended',
        '2',
        'Usage cl_respawn [<options>] <monitored_program> [<arg1>] [<arg2>] ...',
        '2',
      ),
    );
  });

  test(`hb_addnode, hb_delnode, hb_setsite and hb_setweight say what they said (${shell})`, () => {
    const story = `
mkfifo "$HA_FIFO"; exec 3<>"$HA_FIFO"
for words in 'hb_addnode a b' 'hb_delnode a' hb_addnode 'hb_addnode --help' hb_delnode \\
  'hb_setsite a there' 'hb_setweight a 3' hb_setsite hb_setweight; do
  name=\${words%% *}; set -- \${words#"$name"}
  text=$($run $from/$name "$@" 2>&1); echo "[$words] $? <$text>" | sed "s,$from/,,"
done
echo END >&3
while read -r line <&3; do [ "$line" != END ] || break; echo "  $line"; done
`;
    // The genuine ones set HA_DIR themselves, and send to the FIFO of the environment.
    const genuine = transcript('dash', `run=sh from=/usr/share/heartbeat; ${story}`);
    assert.match(genuine, /\n {2}>>>\n {2}t=addnode\n {2}nodelist=a b\n {2}<<<\n/);
    assert.equal(transcript(shell, `run=$shell from=$scripts/share; ${story}`), genuine);
  });
}

test('BasicSanityCheck tries out an installation, and touches none that is configured', () => {
  const story = (fault: string): string => `
network; ip route add default via 192.168.136.1
export INITDIR=$work/init.d HA_RESOURCEDIR=$work/resource.d PATIENCE=1 SAVED_LOG=$work/saved
export HA_SBIN_DIR=$work/bin; mkdir $work/init.d $work/resource.d
cat >$work/init.d/heartbeat <<'END'
#!/bin/sh
cd \${HA_RSCTMP%/tmp}
case $1 in start) cp ha.d/ha.cf running; cp ha.d/haresources held ;; stop) rm running held ;; esac
END
program cl_status <<'END'
#!/bin/sh
cd \${HA_RSCTMP%/tmp}
[ -e running ] && [ "$2" != ImAlwaysDead.com ]
END
cat >$work/resource.d/IPaddr <<'END'
#!/bin/sh
cd \${HA_RSCTMP%/tmp}
if [ -e held ]; then echo running; else echo stopped; false; fi
END
chmod 755 $work/init.d/heartbeat $work/resource.d/IPaddr
${fault}
call share/BasicSanityCheck; ls $HA_DIR
`;
  const steps = ['Starting heartbeat', 'Reloading heartbeat', 'Stopping heartbeat'];
  const end = (errors: number): string =>
    `${errors} errors. Log file is stored in WORK/saved>\nconf\nrc.d\nresource.d\n`;
  const opening = 'Using interface: eth0\n';
  assert.equal(transcript('dash', story('')), `[] 0 <${opening}${steps.join('\n')}\n${end(0)}`);
  const bad = transcript('dash', story("printf '#!/bin/sh\\nexit 1\\n' >$work/resource.d/IPaddr"));
  assert.match(
    bad,
    /^\[\] 3 <.*\nStarting heartbeat\nDoes not look like we took over the IP address\n/,
  );
  const configured = transcript('dash', story('echo real >$HA_DIR/ha.cf'));
  assert.match(configured, /^\[\] 1 <OOPS! WORK\/ha\.d\/ha\.cf already exists! /);
});

test('ha_propagate copies ha.cf and authkeys to every other node', () => {
  const said = transcript(
    'dash',
    `program scp <<'END'
#!/bin/sh
echo "  scp $*" | sed "s,\${HA_RSCTMP%/tmp},WORK,g"
case $* in *gamma*) exit 1 ;; esac
END
     program uname <<'END'
#!/bin/sh
echo Alpha
END
     call share/ha_propagate
     printf 'node alpha beta # us\\nnode delta\\n' >$HA_DIR/ha.cf; : >$HA_DIR/authkeys
     call share/ha_propagate; echo 'node gamma' >>$HA_DIR/ha.cf; call share/ha_propagate`,
  );
  const copies = (node: string): string[] => [
    `Propagating HA configuration files to node ${node}.`,
    `  scp -p WORK/ha.d/ha.cf WORK/ha.d/authkeys root@${node}:WORK/ha.d/`,
  ];
  const two = [...copies('beta'), ...copies('delta')];
  assert.equal(
    said,
    lines(
      '[] 1 <HA Linux not configured on this node.  Can not propagate.>',
      `[] 0 <${two.join('\n')}>`,
      `[] 1 <${[...two, ...copies('gamma')].join('\n')}>`,
    ),
  );
});
