/** The shell ResourceManager: verbs, order, texts and exit codes as measured on heartbeat 3.0.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/**
 * haresources with recording scripts: `fails` does not start, `sticks` does not stop. The pauses
 * between attempts to stop are short.
 */
const CLUSTER = `
export HA_CURHOST=alpha HA_STOPRETRYMAX=2 HA_STOP_POLICY=stay INITDIR=$work/init.d
cat >"$HA_DIR/haresources" <<'END'
# The tutorial's group, in more lines than it needs.
Alpha lvs IPaddr::10.0.0.1/24/eth0 \\
	ipvsadm   ldirectord # comment
beta 10.0.0.2/24 web::a::b
  beta bad fails after
beta stop sticks
gamma gone
END
mkdir -p $work/state
: >$work/calls
cat >$work/script <<'END'
#!/bin/sh
here=\${HA_RSCTMP%/tmp}
name=\${0##*/}
for verb in "$@"; do :; done
echo "  $name $*" >>$here/calls
case $name.$verb in
  fails.start) exit 3 ;;
  sticks.stop) exit 1 ;;
  *.start) : >$here/state/$name ;;
  *.stop) rm -f $here/state/$name ;;
  *.status)
    if [ -e $here/state/$name ]; then state=running; else state=stopped; fi
    echo "$name is $state" ;;
esac
END
for name in lvs IPaddr ipvsadm ldirectord web bad fails after stop sticks; do
  install -m 755 $work/script "$HA_DIR/resource.d/$name"
done
manager() { call share/ResourceManager "$@"; calls; }
calls() { cat $work/calls; : >$work/calls; }
program sleep <<'END'
#!/bin/sh
[ "$1" = 30 ] && exec /bin/busybox sleep 600
exec /bin/busybox sleep 0.01
END
mkfifo "$HA_FIFO"
`;

for (const shell of SHELLS) {
  test(`the lists of keys (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       manager listkeys alpha; manager listkeys 'B.*'; manager listkeys nobody; manager allkeys
       manager ourkeys; manager otherkeys; HA_CURHOST=gamma; manager ourkeys; manager dance`,
    );
    const beta = ['10.0.0.2/24', 'bad', 'stop'];
    const usage =
      '  ! usage: SCRIPTS/share/ResourceManager ' +
      'listkeys machine | takegroup key | givegroup key|status resource';
    assert.equal(
      said,
      lines(
        '[listkeys alpha] 0 <lvs>',
        `[listkeys B.*] 0 <${beta.join('\n')}>`,
        '[listkeys nobody] 0 <>',
        `[allkeys] 0 <${['lvs', ...beta, 'gone'].join('\n')}>`,
        '[ourkeys] 0 <lvs IPaddr::10.0.0.1/24/eth0 ipvsadm ldirectord >',
        '[otherkeys] 0 <10.0.0.2/24 web::a::b \nbad fails after \nstop sticks \ngone >',
        '[ourkeys] 0 <gone >',
        '[dance] 1 <>',
        usage,
        '  ! ',
      ),
    );
  });

  test(`a group is taken from left to right and given from right to left (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       : >$work/state/IPaddr
       manager takegroup lvs; logged; manager takegroup lvs again; manager status ldirectord
       manager givegroup lvs; logged; manager status lvs; manager takegroup 10.0.0.2/24
       manager takegroup nobody; ls "$HA_RSCTMP"`,
    );
    const group = 'alpha lvs IPaddr::10.0.0.1/24/eth0 ipvsadm ldirectord';
    const tag = '  ResourceManager(default):    info: ';
    const run = `${tag}Running WORK/ha.d/resource.d/`;
    const asked = '  IPaddr 10.0.0.1/24/eth0 status';
    assert.equal(
      said,
      lines(
        '[takegroup lvs] 0 <>',
        ...['  lvs status', '  lvs start', asked, '  ipvsadm status', '  ipvsadm start'],
        ...['  ldirectord status', '  ldirectord start'],
        `${tag}Acquiring resource group: ${group}`,
        ...['lvs', 'ipvsadm', 'ldirectord'].map((name) => `${run}${name}  start`),
        '[takegroup lvs again] 0 <>',
        ...['  lvs status', asked, '  ipvsadm status', '  ldirectord status'],
        '[status ldirectord] 0 <>',
        '  ldirectord status',
        '[givegroup lvs] 0 <>',
        '  ldirectord stop',
        '  ipvsadm stop',
        '  IPaddr 10.0.0.1/24/eth0 stop',
        '  lvs stop',
        `${tag}Acquiring resource group: ${group}`,
        `${tag}Releasing resource group: ${group}`,
        ...['ldirectord ', 'ipvsadm ', 'IPaddr 10.0.0.1/24/eth0', 'lvs '].map(
          (call) => `${run}${call} stop`,
        ),
        '[status lvs] 3 <>',
        '  lvs status',
        '[takegroup 10.0.0.2/24] 0 <>',
        '  IPaddr 10.0.0.2/24 status',
        '  IPaddr 10.0.0.2/24 start',
        '  web a b status',
        '  web a b start',
        '[takegroup nobody] 0 <>',
      ),
    );
  });

  test(`what fails: a start, a stop, a missing script (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       manager takegroup bad; logged; manager givegroup stop; logged
       : >$work/state/sticks; manager givegroup stop; logged; manager takegroup gone; logged`,
    );
    const tag = '  ResourceManager(default):    ';
    const run = `${tag}info: Running WORK/ha.d/resource.d/`;
    const stops = [
      `${tag}info: Releasing resource group: beta stop sticks`,
      ...[0, 1, 2].flatMap((attempt) => [
        ...(attempt > 0 ? [`${tag}info: Retrying failed stop operation [sticks]`] : []),
        `${run}sticks  stop`,
        `${tag}ERROR: Return code 1 from WORK/ha.d/resource.d/sticks`,
      ]),
    ];
    const stopCalls = [...Array<string>(3).fill('  sticks stop'), '  sticks status', '  stop stop'];
    assert.equal(
      said,
      lines(
        '[takegroup bad] 3 <>',
        ...['  bad status', '  bad start', '  fails status', '  fails start'],
        ...['  after stop', '  fails stop', '  bad stop'],
        `${tag}info: Acquiring resource group: beta bad fails after`,
        `${run}bad  start`,
        `${run}fails  start`,
        `${tag}ERROR: Return code 3 from WORK/ha.d/resource.d/fails`,
        `${tag}CRIT: Giving up resources due to failure of fails`,
        `${tag}info: Releasing resource group: beta bad fails after`,
        ...['after', 'fails', 'bad'].map((name) => `${run}${name}  stop`),
        '[givegroup stop] 0 <>',
        ...stopCalls,
        ...stops,
        `${tag}ERROR: Resource script for sticks probably not LSB-compliant.`,
        `${tag}WARN: it (sticks) MUST succeed on a stop when already stopped`,
        `${tag}WARN: Machine reboot narrowly avoided!`,
        `${run}stop  stop`,
        '[givegroup stop] 1 <>',
        ...stopCalls,
        ...stops,
        `${tag}CRIT: Resource STOP failure. Reboot required!`,
        `${tag}CRIT: Not rebooting: sticks is left running here`,
        `${run}stop  stop`,
        '[takegroup gone] 1 <>',
        `${tag}info: Acquiring resource group: gamma gone`,
        ...Array<string>(2).fill(`${tag}ERROR: Cannot locate resource script gone`),
        `${tag}CRIT: Giving up resources due to failure of gone`,
        `${tag}info: Releasing resource group: gamma gone`,
        ...Array<string>(2).fill(`${tag}ERROR: Cannot locate resource script gone`),
        `${tag}ERROR: Resource script for gone probably not LSB-compliant.`,
        `${tag}WARN: it (gone) MUST succeed on a stop when already stopped`,
        `${tag}WARN: Machine reboot narrowly avoided!`,
      ),
    );
  });

  test(`verifyallidle and statgroup (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       call share/ResourceManager verifyallidle; calls >/dev/null; : >"$HA_LOGFILE"
       manager statgroup lvs; : >$work/state/lvs; manager statgroup lvs; : >"$HA_LOGFILE"
       call share/ResourceManager verifyallidle; logged; grep -x 'NONE\\|SOME' "$HA_DEBUGLOG"`,
    );
    const critical = [
      'CRITICAL: Resource lvs is active, and should not be!',
      'CRITICAL: Non-idle resources can affect data integrity!',
      "info: If you don't know what this means, then get help!",
    ];
    const read = 'source to SCRIPTS/share/ResourceManager for more details.';
    const tag = '  ResourceManager(default):    ';
    assert.equal(
      said,
      lines(
        '[verifyallidle] 0 <>',
        '[statgroup lvs] 0 <>',
        ...['  lvs status', '  IPaddr 10.0.0.1/24/eth0 status'],
        ...['  ipvsadm status', '  ldirectord status'],
        '[statgroup lvs] 0 <>',
        ...['  lvs status', '  IPaddr 10.0.0.1/24/eth0 status'],
        '[verifyallidle] 1 <>',
        ...[...critical, `info: Read the docs and/or the ${read}`].map((text) => `  ! ${text}`),
        ...[...critical, `info: Read the docs and/or ${read}`].map((text) => `${tag}${text}`),
        `${tag}ERROR: Cannot locate resource script gone`,
        `${tag}CRITICAL: Non-idle resources will affect resource takeback!`,
        `${tag}CRITICAL: Non-idle resources may affect data integrity!`,
        'NONE',
        'SOME',
      ),
    );
  });

  test(`two of them do not work on one group at the same time (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       cat >"$HA_DIR/resource.d/gone" <<'END'
#!/bin/sh
here=\${HA_RSCTMP%/tmp}
echo "  $1 begins" >>$here/calls
[ "$1" != start ] || until [ -e $here/go ]; do sleep 1; done
echo "  $1 ends" >>$here/calls
END
       chmod 755 "$HA_DIR/resource.d/gone"
       one() { exec $shell $scripts/share/ResourceManager "$1" gone </dev/null; }
       one takegroup & first=$!
       until_true grep -q 'start begins' $work/calls
       one givegroup & second=$!
       until_true grep -q waiting "$HA_LOGFILE"
       : >$work/go; wait $first $second; calls
       # A holder that was killed holds nothing, unless its script still runs.
       rm $work/go; one takegroup & first=$!
       until_true grep -q 'start begins' $work/calls; kill -9 $first; : >"$HA_LOGFILE"
       one givegroup & second=$!
       until_true grep -q waiting "$HA_LOGFILE"; calls; : >$work/go
       wait $second; calls; ls "$HA_RSCTMP"`,
    );
    assert.equal(
      said,
      lines(
        ...['  status begins', '  status ends', '  start begins', '  start ends'],
        ...['  stop begins', '  stop ends'],
        ...['  status begins', '  status ends', '  start begins'],
        ...['  start ends', '  stop begins', '  stop ends'],
      ),
    );
  });
}

test('what follows a stop that cannot be done is read from the settings', () => {
  const said = transcript(
    'dash',
    `${CLUSTER}
     mount -t tmpfs none /etc/default || exit 1
     unset HA_STOP_POLICY; : >$work/state/sticks
     program reset-me <<'END'
#!/bin/sh
echo "  $*" >>"$HA_RSCTMP/reset"
END
     printf '%s\\n' "STOP_FAILURE_POLICY=fence" "FENCE_COMMAND=\\"$work/bin/reset-me a b\\" # it" \\
       "REBOOT_COMMAND='$work/bin/reset-me now'" >/etc/default/heartbeat
     call share/ResourceManager givegroup stop; cat "$HA_RSCTMP/reset"; : >"$HA_RSCTMP/reset"
     sed -i s/=fence/=reboot/ /etc/default/heartbeat
     call share/ResourceManager givegroup stop; cat "$HA_RSCTMP/reset"; : >"$HA_RSCTMP/reset"
     export HA_STOP_POLICY=stay; call share/ResourceManager givegroup stop; cat "$HA_RSCTMP/reset"`,
  );
  const given = '[givegroup stop] 1 <>';
  assert.equal(said, lines(given, '  a b', given, '  now', given));
});

test('a group is served where no lock can be written', () => {
  const said = transcript(
    'dash',
    `${CLUSTER}
     mount -t tmpfs -o ro none "$HA_RSCTMP" || exit 1
     call share/ResourceManager takegroup bad </dev/null; logged | grep lock
     sed -i s/fails// "$HA_DIR/haresources"
     manager takegroup bad`,
  );
  const why = 'ERROR: Resource group bad cannot be locked: WORK/tmp cannot be written';
  assert.ok(said.includes(`  ResourceManager(default):    ${why}\n`), said);
  assert.match(said, /\[takegroup bad\] 0 <>\n(.*\n)* {2}after start/);
});
