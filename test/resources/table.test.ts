/** The ipvsadm script against a program that keeps its table in a file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/**
 * Takes -C, -R and -Ln. As ipvsadm 1.31 it goes on after a line that it cannot carry out, with exit
 * 0, and ends at one that it does not understand.
 */
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
        -d*) echo "Service not defined" >&2 ;;
        *) echo "unexpected argument $line" >&2; exit 2 ;;
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

test('a bad line is reported and costs no other; a missing file or table fails the start', () => {
  const said = transcript(
    'dash',
    `${IPVSADM}
     call_start() { call resource.d/ipvsadm $work/$1 start | sed "s,$work,WORK,"; logged; }
     printf '%s\\n' '-A -t 10.0.0.1:80' '-d -t 10.0.0.9:80' '-A -t 10.0.0.2:80' >$work/rules
     call_start rules; cat "$table"
     printf '%s\\n' '-A -t 10.0.0.1:80' rubbish '-A -t 10.0.0.2:80' >$work/rules
     call_start rules; cat "$table"
     echo rubbish -A >$work/rules; call_start rules; printf -- '-A rubbish' >>$work/rules
     call_start nothing
     program ipvsadm <<'END'
#!/bin/sh
[ "$1" = -R ] && echo "Can't initialize ipvs: Protocol not available" && exit 2
exit 0
END
     call_start rules
     IPVSADM=/nonexistent; for verb in start status stop; do call resource.d/ipvsadm $verb; done`,
  );
  const tag = '  ipvsadm(default):    ERROR: ipvsadm: ';
  const begun = (rc: number): string[] => [
    `[WORK/rules start] ${rc} <Clearing the current IPVS table`,
    'Applying IPVS configuration>',
  ];
  const notTaken = `${tag}not every line of WORK/rules was taken`;
  const unavailable = "Can't initialize ipvs: Protocol not available";
  const filled = ['TCP  10.0.0.1:80', 'TCP  10.0.0.2:80'];
  assert.equal(
    said,
    lines(
      ...[...begun(0), '  ! Service not defined', notTaken, ...filled],
      ...[...begun(0), '  ! rubbish: unexpected argument rubbish', notTaken, ...filled],
      ...[...begun(0), '  ! rubbish -A: unexpected argument rubbish -A', notTaken],
      '[WORK/nothing start] 6 <>',
      '  ! ipvsadm: no rules in WORK/nothing',
      `${tag}cannot read WORK/nothing`,
      ...begun(1),
      `  ! rubbish -A: ${unavailable}`,
      `  ! -A rubbish: ${unavailable}`,
      notTaken,
      '[start] 5 <>',
      '  ! ipvsadm is not installed',
      '[status] 3 <>',
      '  ! ipvsadm is not installed',
      '[stop] 0 <>',
      '  ! ipvsadm is not installed',
    ),
  );
});
