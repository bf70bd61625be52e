/** A user's script that sources shellfuncs runs unchanged: ours beside that of resource-agents. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from '../resources/transcript.js';

const USER = `
cat >$work/user <<'END'
. $HA_FUNCS
have_binary "ls -l" && ! have_binary nothere && echo binaries
(check_binary nothere); echo "check $?"
(check_binary ls); echo "check $?"
file=$(maketempfile) && [ -f $file ] && rmtempfile $file && [ ! -e $file ] && echo file
folder=$(maketempfile -d) && [ -d $folder ] && rmtempdir $folder && [ ! -e $folder ] && echo folder
ocf_run sh -c 'echo out; echo err >&2; exit 3'; echo "run $?"
ocf_run -q sh -c 'echo quiet'; echo "run $?"
ocf_run -info sh -c 'echo told; exit 2'; echo "run $?"
ocf_exit_reason 'why %s' that
ocf_pidfile_status $HA_RSCTMP/pid; echo "pid $?"
echo $$ >$HA_RSCTMP/pid; ocf_pidfile_status $HA_RSCTMP/pid; echo "pid $?"
echo 9999999 >$HA_RSCTMP/pid; ocf_pidfile_status $HA_RSCTMP/pid; echo "pid $?"
ocf_is_hex ff && ! ocf_is_hex xg && ocf_is_octal 07 && ! ocf_is_octal 08 && echo digits
ocf_is_true YES && ocf_is_decimal 10 && ! ocf_is_decimal 1.5 && ocf_is_root && echo true
__OCF_ACTION=monitor; ocf_is_probe && ! ocf_is_clone && ! ocf_is_ms && echo probe
is_function ocf_log && ! is_function nope && echo function
[ "$(ocf_local_nodename)" = "$(uname -n)" ] && echo name
(ocf_take_lock $HA_RSCTMP/lock; ocf_release_lock_on_exit $HA_RSCTMP/lock
  [ -e $HA_RSCTMP/lock ] && echo locked)
[ -e $HA_RSCTMP/lock ] || echo released
for other in 1.10 1.2 1.2.0.1 1.1; do ocf_version_cmp 1.2 $other; echo "version $?"; done
printf 'keepalive  3\\n' >$HA_CF; ha_parameter keepalive; ha_parameter deadtime
for level in info crit err warn debug other; do ocf_log $level "a $level"; done
ha_log "INFO: one"; ha_debug two; Echo three
ha_pseudo_resource it start; ha_pseudo_resource it monitor; echo "it $?"
ha_pseudo_resource it stop; ha_pseudo_resource it monitor; echo "it $?"
ha_pseudo_resource it dance; echo "it $?"
HA_VARRUN=$HA_RSCTMP HA_VARLOCK=$HA_RSCTMP
: >$HA_RSCTMP/nothere.pid; BSD_Status /sbin/nothere; echo "BSD $?"
hadate; set_logtag; echo "tag $HA_LOGTAG" | sed 's/[0-9][0-9]*/N/'
echo "t=x" | ha_clustermsg & cat $HA_FIFO
for name in HA_DIR HA_RCDIR HA_CONFDIR HA_CF HA_RESOURCEDIR HA_VARLIB HA_FIFO HA_VARRUN \\
  HA_VARLOCK HA_SBIN_DIR HA_NOARCHBIN HA_DOCDIR HA_RSCTMP HA_RSCTMP_OLD HA_DEBUGLOG INITDIR \\
  OCF_SUCCESS OCF_ROOT \\
  OCF_ERR_GENERIC OCF_ERR_ARGS OCF_ERR_UNIMPLEMENTED OCF_ERR_PERM OCF_ERR_INSTALLED OCF_AGENTS \\
  OCF_ERR_CONFIGURED OCF_NOT_RUNNING OCF_RUNNING_MASTER OCF_FAILED_MASTER OCF_CHECK_LEVEL \\
  OCF_FUNCTIONS_DIR OCF_RESOURCE_INSTANCE __SCRIPT_NAME; do
  eval "echo $name \\$$name"
done
END
mkfifo "$HA_FIFO"
`;

function told(shell: string, file: string): string {
  const run = `HA_FUNCS=${file} $shell $work/user </dev/null 2>$work/err`;
  const text = transcript(shell, `${USER}${run}; sed 's/^/! /' $work/err; logged`);
  return text.replace(/[ \t]+$/gm, '');
}

for (const shell of SHELLS) {
  test(`functions and variables are those of old (${shell})`, () => {
    const ours = told(shell, '$scripts/shellfuncs');
    assert.equal(ours, told('dash', '/etc/ha.d/shellfuncs'));
    assert.match(ours, /^locked\nreleased\n(?:.*\n)*HA_DIR WORK\/ha\.d\n/m);
  });
}

test('BSD_Status says 3 of what is not there, where that of resource-agents says 0', () => {
  const said = transcript(
    'dash',
    `HA_VARRUN=$work HA_VARLOCK=$work; . "$HA_FUNCS"
     BSD_Status /sbin/nothere; echo $?; : >$work/nothere; BSD_Status /sbin/nothere; echo $?`,
  );
  assert.equal(said, lines('3', 'nothere dead but lock file exists', '2'));
});
