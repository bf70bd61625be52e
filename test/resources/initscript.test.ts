/** init.d/ldirectord and resource.d/ldirectord: verbs, texts and exit codes around the program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/** A program that says how it was called and fails `status` and `reload`, as when it is stopped. */
const PROGRAM = `
program ldirectord <<'END'
#!/bin/sh
echo "program $*"
case $* in
  *status) echo "ldirectord for it is running with pid: 7" >&2; exit 3 ;;
  *reload) exit 1 ;;
esac
END
export DAEMON=$work/bin/ldirectord LDIRECTORD=$work/bin/ldirectord
export LSB_FUNCTIONS=$work/lsb RH_FUNCTIONS=$work/rh
export DEFAULTS=$work/default LOCK_DIRECTORY=$work/lock
verb() { call ../../../init.d/ldirectord "$@"; }
verbs() {
  for word in start stop restart try-restart status reload force-reload dance; do
    verb $word
  done
}
`;

for (const shell of SHELLS) {
  test(`without Debian's functions the texts are those of Red Hat (${shell})`, () => {
    const said = transcript(
      shell,
      `${PROGRAM} verbs; verb start; ls $work/lock; verb stop; ls $work/lock`,
    );
    const act = (verb: string, word: string, code = 0): string =>
      `[${verb}] ${code} <${word} ldirectord... program ${verb}\n${code === 0 ? 'success' : 'failure'}>`;
    assert.equal(
      said,
      lines(
        act('start', 'Starting'),
        act('stop', 'Stopping'),
        act('restart', 'Restarting'),
        act('try-restart', 'Try-Restarting'),
        '[status] 3 <program status>',
        '  ! ldirectord for it is running with pid: 7',
        act('reload', 'Reloading', 1),
        act('force-reload', 'Force-Reloading', 1),
        '[dance] 1 <Usage: ldirectord',
        '	{start|stop|restart|try-restart|status|reload|force-reload}>',
        act('start', 'Starting'),
        'ldirectord',
        act('stop', 'Stopping'),
      ),
    );
  });

  test(`on Debian the configuration comes from /etc/default (${shell})`, () => {
    const said = transcript(
      shell,
      `${PROGRAM}
       cat >$work/lsb <<'END'
log_daemon_msg() { printf '%s: %s' "$1" "$2"; }
log_end_msg() { if [ "$1" -eq 0 ]; then echo .; else echo ' failed!'; fi; }
log_warning_msg() { echo "$* ... (warning)."; }
END
       verb start; echo "CONFIG_FILE=$work/cf" >$work/default; verb start; : >$work/cf
       verb start | sed "s,$work,WORK,"; verb status | sed "s,$work,WORK,"; verb dance`,
    );
    const nothing = '[start] 0 <No configuration file found, doing nothing. ... (warning).>';
    assert.equal(
      said,
      lines(
        nothing,
        nothing,
        '[start] 0 <Running ldirectord: startprogram WORK/cf start',
        '.>',
        '[status] 3 <Running ldirectord: statusprogram WORK/cf status',
        ' failed!>',
        '  ! ldirectord for it is running with pid: 7',
        '[dance] 1 <>',
        '  ! Usage: /etc/init.d/ldirectord {start|stop|restart|try-restart|status|reload|force-reload}',
      ),
    );
  });

  test(`the resource script shows the status where a resource manager looks (${shell})`, () => {
    const said = transcript(
      shell,
      `${PROGRAM}
       for words in start "www.cf stop" "www.cf status"; do call resource.d/ldirectord $words; done
       LDIRECTORD=/nonexistent
       for words in start stop status; do call resource.d/ldirectord $words; done
       DAEMON=/nonexistent; verb start`,
    );
    const missing = '  ! ldirectord is not installed: /nonexistent';
    assert.equal(
      said,
      lines(
        '[start] 0 <program start>',
        '[www.cf stop] 0 <program www.cf stop>',
        '[www.cf status] 3 <program www.cf status',
        'ldirectord for it is running with pid: 7>',
        '[start] 5 <>',
        missing,
        '[stop] 0 <>',
        missing,
        '[status] 3 <>',
        missing,
        '[start] 0 <>',
      ),
    );
  });
}
