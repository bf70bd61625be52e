/** What the scripts say to the cluster and to the log, and what they do with what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/**
 * A reader of the FIFO, as heartbeat is one; `sent` prints what came since, once all writers are
 * done. ResourceManager is replaced by one that notes its calls and owns what `owned` names.
 */
const CLUSTER = `
export HA_CURHOST=alpha
mkfifo "$HA_FIFO"
exec 3<>"$HA_FIFO"
sent() {
  while IFS= read -r text <&3; do
    [ "$text" = END ] && break
    echo "  $text"
  done
}
message() { call "$@"; echo END >&3; sent; }
export HA_NOARCHBIN=$work/share
mkdir -p $work/share
cat >$work/share/ResourceManager <<'END'
#!/bin/sh
echo "  manager $*" >>\${HA_RSCTMP%/tmp}/calls
case $1 in
  listkeys) [ "$2" = beta ] && echo "one two" ;;
  status) [ "$2" = one ] ;;
esac
END
for name in hb_standby hb_takeover mach_down req_resource; do
  ln -s $scripts/share/$name $work/share
done
chmod 755 $work/share/ResourceManager
: >$work/calls
calls() { cat $work/calls; : >$work/calls; }
`;

function sent(...fields: readonly string[]): string[] {
  return ['  >>>', ...fields.map((field) => `  ${field}`), '  <<<'];
}

for (const shell of SHELLS) {
  test(`hb_standby and hb_takeover (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       for words in "" all foreign local failback; do message share/hb_standby $words; done; logged
       for words in "" foreign failback; do message share/hb_takeover $words; done
       for name in hb_standby hb_takeover; do
         message share/$name dance; message share/$name --help; message share/$name all all
       done`,
    );
    const standby = (words: string, share: string): string[] => [
      `[${words}] 0 <>`,
      ...sent('t=ask_resources', `rsc_hold=${share}`, 'info=me'),
    ];
    const takeover = (words: string, share: string): string[] => [
      `[${words}] 0 <>`,
      ...sent('t=hb_takeover', `rsc_hold=${share}`),
    ];
    const refused = (name: string): string[] => {
      const usage = `  ! SCRIPTS/share/${name} [all|foreign|local|failback]`;
      return [
        `[dance] 1 <SCRIPTS/share/${name}: wrong resources(dance).\nusage:>`,
        usage,
        '[--help] 1 <usage:>',
        usage,
        `[all all] 1 <SCRIPTS/share/${name}: too many arguments\nusage:>`,
        usage,
      ];
    };
    const going = (share: string): string => `  hb_standby(default):    Going standby [${share}].`;
    assert.equal(
      said,
      lines(
        ...standby('', 'all'),
        ...standby('all', 'all'),
        ...standby('foreign', 'foreign'),
        ...standby('local', 'local'),
        ...standby('failback', 'foreign'),
        ...['all', 'all', 'foreign', 'local', 'foreign'].map(going),
        ...takeover('', 'all'),
        ...takeover('foreign', 'foreign'),
        ...takeover('failback', 'failback'),
        ...refused('hb_standby'),
        ...refused('hb_takeover'),
      ),
    );
  });

  test(`mach_down and req_resource (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       message share/mach_down Alpha; calls; HA_info=ping; export HA_info
       message share/mach_down beta; calls; unset HA_info
       message share/mach_down Beta; calls; logged
       export HA_NICEFAILBACK=yes; message share/mach_down beta; logged; calls
       message share/req_resource one; message share/req_resource two; unset HA_NICEFAILBACK
       message share/req_resource two; export HA_DONTASK=yes
       message share/req_resource two; calls`,
    );
    const taken = ['one', 'two'].map((key) => `info: Taking over resource group ${key}`);
    const over = 'info: mach_down takeover complete for node beta.';
    const logged = (...texts: readonly string[]): string[] =>
      texts.map((text) => `  mach_down(default):    ${text}`);
    const calls = ['listkeys beta', 'takegroup one', 'takegroup two'];
    const answer = sent('t=ip-request-resp', 'dest=alpha', 'ipaddr=two', 'weown=yes', 'ok=OK');
    assert.equal(
      said,
      lines(
        '[Alpha] 0 <>',
        '[beta] 0 <>',
        '[Beta] 0 <>',
        ...calls.map((call) => `  manager ${call}`),
        ...logged(...taken, over),
        '[beta] 0 <>',
        ...sent('t=resource', 'rsc_hold=foreign', 'info=mach_down'),
        ...logged(
          ...taken,
          'info: SCRIPTS/share/mach_down: nice_failback: foreign resources acquired',
          over,
        ),
        ...calls.map((call) => `  manager ${call}`),
        '[one] 0 <>',
        '[two] 0 <>',
        ...answer,
        '[two] 0 <>',
        ...sent('t=ip-request', 'ipaddr=two'),
        '[two] 0 <>',
        ...answer,
        '  manager status one',
        ...Array<string>(3).fill('  manager status two'),
      ),
    );
  });

  test(`the scripts of rc.d, as harc runs them (${shell})`, () => {
    const said = transcript(
      shell,
      `${CLUSTER}
       for name in status ip-request ip-request-resp hb_takeover; do
         ln -s $scripts/rc.d/$name "$HA_DIR/rc.d"
       done
       type() { message harc "$@"; calls; logged; }
       export HA_src=beta HA_st=up; type status; HA_st=dead; type status
       export HA_t=ip-request HA_ipaddr=one; type ip-request; HA_ipaddr=two; type ip-request
       HA_ipaddr='one x_1'; type ip-request; HA_ipaddr=two
       HA_src=alpha; type ip-request
       export HA_dest=beta HA_ok=OK HA_weown=yes; type ip-request-resp
       HA_dest=alpha; type ip-request-resp
       export HA_rsc_hold=local; type hb_takeover; HA_src=beta; type hb_takeover
       type nothing; unset HA_ipaddr; message rc.d/ip-request x | head -4`,
    );
    const run = (name: string): string[] => [`[${name}] 0 <>`];
    const ran = (name: string): string =>
      `  harc(default):    info: Running WORK/ha.d//rc.d/${name} ${name}`;
    const response = (key: string, own: string): string[] =>
      sent('t=ip-request-resp', 'dest=beta', `ipaddr=${key}`, `weown=${own}`, 'ok=OK');
    assert.equal(
      said,
      lines(
        ...run('status'),
        ran('status'),
        ...run('status'),
        ...['listkeys beta', 'takegroup one', 'takegroup two'].map((call) => `  manager ${call}`),
        ran('status'),
        '  mach_down(default):    info: Taking over resource group one',
        '  mach_down(default):    info: Taking over resource group two',
        '  mach_down(default):    info: mach_down takeover complete for node beta.',
        ...run('ip-request'),
        ...response('one', 'yes'),
        '  manager status one',
        '  manager givegroup one',
        ran('ip-request'),
        ...run('ip-request'),
        ...response('two', 'no'),
        '  manager status two',
        ran('ip-request'),
        ...run('ip-request'),
        ...response('one x_1', 'yes'),
        '  manager status one',
        '  manager givegroup one',
        ran('ip-request'),
        ...run('ip-request'),
        ran('ip-request'),
        ...run('ip-request-resp'),
        ran('ip-request-resp'),
        ...run('ip-request-resp'),
        '  manager takegroup two',
        ran('ip-request-resp'),
        '  ip-request-resp(default):    received ip-request-resp two OK yes',
        ...run('hb_takeover'),
        ran('hb_takeover'),
        ...run('hb_takeover'),
        ...sent('t=ask_resources', 'rsc_hold=foreign', 'info=me'),
        ran('hb_takeover'),
        '  hb_standby(default):    Going standby [foreign].',
        '[nothing] 1 <>',
        '  harc(default):    ERROR: SCRIPTS/harc: WORK/ha.d/rc.d/nothing: not executable',
        '[x] 1 <SCRIPTS/rc.d/ip-request will give up the specified IP address if we have it assigned to us.',
        'Otherwise it will do nothing.',
        '',
        'SCRIPTS/rc.d/ip-request was invoked with these arguments:',
      ),
    );
  });

  test(`a user's script finds what it needs in shellfuncs (${shell})`, () => {
    const said = transcript(
      shell,
      `cat >$work/user <<'END'
. $HA_FUNCS
Echo "$HA_RCDIR $HA_RESOURCEDIR" | sed "s,$HA_DIR,DIR,g"
printf 'keepalive  500ms # often\\ndeadtime 2\\n' >$HA_CF
ha_parameter deadtime; ha_parameter keepalive; ha_parameter nothing
ha_log "info: a line"; ha_debug "debug: not wanted"; HA_debug=1; ha_debug "debug: wanted"
ocf_log err "bad"; ocf_is_true on && ocf_is_decimal 12 && ! ocf_is_decimal x && echo true
ha_pseudo_resource it status; echo $?
ha_pseudo_resource it start; ha_pseudo_resource it status; echo $?
echo t=x | ha_clustermsg; echo $?
command -v mach_down >/dev/null && echo found
END
       export HA_DATEFMT='%Y '
       $shell $work/user </dev/null 2>&1
       sed 's/\\[[0-9]*\\]//;s/20[0-9][0-9]/YEAR/' "$HA_LOGFILE" "$HA_DEBUGLOG"`,
    );
    const missing = 'ERROR: heartbeat is not running: there is no FIFO WORK/fifo';
    assert.equal(
      said,
      lines(
        'DIR/rc.d DIR/resource.d',
        ...['2', '500ms', '', 'true', '7', '0', '1', 'found'],
        'YEAR  user(default):    info: a line',
        'YEAR  user(default):    ERROR: bad',
        `YEAR  user(default):    ${missing}`,
        'user(default):	YEAR info: a line',
        'user(default):	YEAR debug: wanted',
        'user(default):	YEAR ERROR: bad',
        `user(default):	YEAR ${missing}`,
      ),
    );
  });
}

test('what is logged goes to syslog where a facility is set, else to standard error', () => {
  const said = transcript(
    'dash',
    `program logger <<'END'
#!/bin/sh
echo "  logger $*" | sed 's/\\[[0-9]*\\]//'
END
     unset HA_LOGFILE; export HA_LOGFACILITY=local0 HA_DEBUGLOG= HA_DATEFMT='%Y '
     sh -c '. $HA_FUNCS; ha_log "WARN: careful"; HA_LOGFACILITY=none; ha_log loud' user \\
       </dev/null 2>&1 | sed 's/20[0-9][0-9]/YEAR/'`,
  );
  assert.equal(
    said,
    lines('  logger -t user(default) -p local0.warning -- WARN: careful', 'YEAR loud'),
  );
});

test('every stock script of rc.d says that it is one', () => {
  const said = transcript('dash', `grep -L '^# ts-heartbeat: stock' $scripts/rc.d/*; echo all`);
  assert.equal(said, 'all\n');
});
