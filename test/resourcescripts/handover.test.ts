/** Scripts that are handed over to resource-agents, and every usage, beside the genuine ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from '../resources/transcript.js';
import { genuine, ours } from './sidebyside.js';

const HANDED_OVER = [
  'ICP 1 /dev/nothere',
  'LinuxSCSI 0:0:0:0',
  'ServeRAID 1 1',
  'WAS 9080',
  'WAS',
  'db2 nobody',
  'ids',
  'ids /nowhere server conf',
];

/** None of the agents' programs is here, which they say in their ways. */
const CALLS = HANDED_OVER.map((call) => {
  return `for verb in status start stop; do outcome ${call} $verb; done`;
}).join('\n');

test('what is handed over answers as before', () => {
  const expected = genuine(CALLS);
  assert.match(expected, /\[LinuxSCSI 0:0:0:0 status\] 7 <INFO: {2}Resource is stopped>/);
  for (const shell of SHELLS) assert.equal(ours(shell, CALLS), expected, shell);
});

test('without resource-agents it says in one line what to install', () => {
  const said = ours(
    'dash',
    'export OCF_ROOT=/nowhere; outcome db2 nobody start; outcome ids status',
  );
  const line = (agent: string): string =>
    `ERROR: ${agent} is handed over to /nowhere/resource.d/heartbeat/${agent}: ` +
    'install the package resource-agents';
  assert.equal(
    said,
    lines(`[db2 nobody start] 1 <${line('db2')}>`, `[ids status] 1 <${line('ids')}>`),
  );
});

/** A call with arguments that fit, and the verb to come. */
const USAGES = [
  'AudibleAlarm a',
  'Delay 1',
  'Filesystem a b',
  'ICP a b',
  'IPsrcaddr 10.0.0.1',
  'IPv6addr 2001:db8::1',
  'LVM a',
  'LinuxSCSI a',
  'MailTo a',
  'Raid1 a b',
  'ServeRAID a b',
  'WAS 80',
  'WinPopup a',
  'apache a',
  'db2 a',
  'ids a b c',
  'portblock tcp 80 block',
];

test('usages are those of old', () => {
  const story = USAGES.map((call) => {
    const [script] = call.split(' ');
    const verbs = `for verb in usage help dance; do outcome ${call} $verb; done`;
    return `${verbs}; outcome ${script}`;
  }).join('\n');
  const expected = genuine(story);
  assert.match(
    expected,
    /\[Delay 1 dance\] 1 <ERROR: Unknown operation: dance\nusage: SCRIPTS\/Delay /,
  );
  assert.equal(ours('dash', story), expected);
});

test('a script of a user that is written for hto-mapfuncs runs unchanged', () => {
  const story = `
cat >$work/mine <<'END'
. $HTO
usage() { echo "usage: mine"; exit 1; }
OCF_TYPE=Dummy OCF_RESOURCE_INSTANCE=mine OCF_RESKEY_state=$HA_RSCTMP/mine
export OCF_TYPE OCF_RESOURCE_INSTANCE OCF_RESKEY_state
[ "$1" != hello ] || { log_and_print "hello $LEGAL_ACTIONS"; exit 0; }
ra_execocf "$1"
END
for verb in status start start status stop stop status usage dance hello; do
  text=$($shell $work/mine $verb 2>/dev/null); echo "$verb $? <$text>"
done
`;
  const expected = transcript('dash', `export HTO=/etc/ha.d/resource.d/hto-mapfuncs; ${story}`);
  assert.match(expected, /^status 0 <INFO: {2}Running OK>$/m);
  const place = 'export HTO=$scripts/resource.d/hto-mapfuncs HA_RESOURCEDIR=$scripts/resource.d';
  for (const shell of SHELLS) assert.equal(transcript(shell, `${place}; ${story}`), expected);
});

test('OCF runs an agent with the parameters of a file', () => {
  const story = `
mkdir -p $HA_DIR/conf/OCF/Dummy
echo "OCF_RESKEY_state=$work/dummy # a file" >$HA_DIR/conf/OCF/Dummy/one
cycle OCF Dummy one; outcome OCF Dummy two start; outcome OCF Nothing one start; outcome OCF Dummy
`;
  for (const shell of SHELLS) {
    assert.equal(
      ours(shell, story),
      lines(
        '[OCF Dummy one status] 7 <OCF Resource Dummy::one is stopped>',
        '[OCF Dummy one start] 0 <>',
        '[OCF Dummy one start] 0 <>',
        '[OCF Dummy one status] 0 <OCF Resource Dummy::one is running>',
        '[OCF Dummy one stop] 0 <>',
        '[OCF Dummy one stop] 0 <>',
        '[OCF Dummy one status] 7 <OCF Resource Dummy::one is stopped>',
        '[OCF Dummy two start] 1 <>',
        '[OCF Nothing one start] 1 <>',
        '[OCF Dummy] 1 <>',
      ),
    );
  }
});
