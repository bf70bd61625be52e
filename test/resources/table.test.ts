/** The ipvsadm script against a program that keeps its table in a file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/** Takes -C, -R and -Ln; complains of lines it does not know, as ipvsadm 1.31 does: with exit 0. */
const IPVSADM = `
table=$work/table
: >"$table"
program ipvsadm <<'END'
#!/bin/sh
table=\${HA_RSCTMP%/tmp}/table
case $1 in
  -C) : >"$table" ;;
  -R)
    while read -r line; do
      case $line in
        -A*) echo "TCP  \${line#-A -t }" >>"$table" ;;
        -a*) echo "  -> \${line#*-r }" >>"$table" ;;
        *) echo "unexpected argument $line" >&2 ;;
      esac
    done ;;
  -Ln) echo "IP Virtual Server version 1.2.1 (size=4096)"; cat "$table" ;;
esac
END
export IPVSADM=$work/bin/ipvsadm
`;

for (const shell of SHELLS) {
  test(`the table is filled from the file and emptied (${shell})`, () => {
    const said = transcript(
      shell,
      `${IPVSADM}
       printf '%s\\n' '# a comment' '-A -t 10.0.0.1:80 -s rr' '' >$work/rules
       printf '%s' '-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i' >>$work/rules
       rules() { call resource.d/ipvsadm $work/rules "$1" | sed "s,$work,WORK,"; }
       rules status; rules start; cat "$table"; rules status; rules start; cat "$table"
       rules stop; cat "$table"; rules status; rules stop; call resource.d/ipvsadm dance`,
    );
    const filled = [
      '[WORK/rules start] 0 <Clearing the current IPVS table',
      'Applying IPVS configuration>',
      'TCP  10.0.0.1:80 -s rr',
      '  -> 10.0.0.2:80 -i',
    ];
    const emptied = '[WORK/rules stop] 0 <Clearing the current IPVS table>';
    const stopped = '[WORK/rules status] 3 <ipvsadm is stopped>';
    assert.equal(
      said,
      lines(
        stopped,
        ...filled,
        '[WORK/rules status] 0 <ipvsadm is running: 1 virtual services>',
        ...filled,
        emptied,
        stopped,
        emptied,
        '[dance] 1 <Usage: SCRIPTS/resource.d/ipvsadm {start|stop|restart|reload|status}>',
      ),
    );
  });
}

test('bad lines are logged, a missing file or table fails the start', () => {
  const said = transcript(
    'dash',
    `${IPVSADM}
     printf -- '-A -t 10.0.0.1:80\\nrubbish\\n' >$work/rules
     rules() { call resource.d/ipvsadm $work/$1 start | sed "s,$work,WORK,"; }
     rules rules; logged; rules nothing; logged
     program ipvsadm <<'END'
#!/bin/sh
[ "$1" = -R ] && echo "Can't initialize ipvs: Protocol not available" && exit 2
exit 0
END
     rules rules; logged
     IPVSADM=/nonexistent; for verb in start status stop; do call resource.d/ipvsadm $verb; done`,
  );
  const tag = '  ipvsadm(default):    ERROR: ipvsadm: ';
  assert.equal(
    said,
    lines(
      '[WORK/rules start] 0 <Clearing the current IPVS table',
      'Applying IPVS configuration>',
      `${tag}not every line of WORK/rules was taken: unexpected argument rubbish`,
      '[WORK/nothing start] 6 <>',
      '  ! ipvsadm: no rules in WORK/nothing',
      `${tag}cannot read WORK/nothing`,
      '[WORK/rules start] 1 <Clearing the current IPVS table',
      'Applying IPVS configuration>',
      `${tag}Can't initialize ipvs: Protocol not available`,
      '[start] 5 <>',
      '  ! ipvsadm is not installed',
      '[status] 3 <>',
      '  ! ipvsadm is not installed',
      '[stop] 0 <>',
      '  ! ipvsadm is not installed',
    ),
  );
});
