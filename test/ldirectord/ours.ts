/** Where the genuine program is not followed: what ours does instead, from that phase on. */
import type { Phase } from './vector.js';

/** What must hold at the end of a phase; a command's end is only named where it is not plain 0. */
export type Wanted = Pick<Phase, 'phase' | 'table_save' | 'command'>;

function after(phase: string, ...table_save: readonly string[]): Wanted {
  return { phase, table_save };
}

const BAD_PATTERN = {
  rc: 2,
  stdout: '',
  stderr:
    'Error [PID] reading file /etc/ha.d/ldirectord.cf at line 8: ' +
    'invalid receive string: unmatched (\n',
};
const WEB = '-A -t 10.255.0.1:80 -s rr';
const FIRST = '-a -t 10.255.0.1:80 -r 10.0.0.1:80 -g';
const SECOND = '-a -t 10.255.0.1:80 -r 10.0.0.2:80 -g';

/** By the name of the vector. */
export const OURS: Readonly<Record<string, readonly Wanted[]>> = {
  // The kernel's port is the one that is removed.
  '20-gate-port-mismatch': [after('stop')],
  // A rejected file changes nothing: servers go on being watched.
  '31-reload-bad': [
    after('r1 down', WEB, `${FIRST} -w 0`, `${SECOND} -w 1`),
    after('good edit', WEB, `${FIRST} -w 0`),
    after('stop'),
  ],
  // checktype=off adds neither servers nor the fallback.
  '39-checktype-off-on': [
    after(
      'start',
      WEB,
      '-A -t 10.255.0.2:80 -s rr',
      '-a -t 10.255.0.2:80 -r 10.0.0.1:80 -g -w 1',
      '-a -t 10.255.0.2:80 -r 10.0.0.2:80 -g -w 1',
    ),
    after('stop'),
  ],
  // Certificates are not verified.
  '45-https': [
    after('start', '-A -t 10.255.0.1:443 -s rr', '-a -t 10.255.0.1:443 -r 10.0.0.1:443 -g -w 1'),
    after('r1 down', '-A -t 10.255.0.1:443 -s rr'),
    after('stop'),
  ],
  // The fallback that is also a real stays as the real.
  '55-fallback-is-real': [after('r1 up', WEB, `${FIRST} -w 1`), after('stop')],
  // A per-real request may begin with a slash.
  '56-per-real-request-slash': [after('start', WEB, `${FIRST} -w 1`), after('stop')],
  // Without a login the banner is enough, and nobody waits for a server that has fallen silent.
  '62-pop-nologin': [
    after('start', '-A -t 10.255.0.1:110 -s rr', '-a -t 10.255.0.1:110 -r 10.0.0.1:110 -m -w 1'),
    after(
      'banner -ERR',
      '-A -t 10.255.0.1:110 -s rr',
      '-a -t 10.255.0.1:110 -r 10.0.0.1:110 -m -w 0',
    ),
    after('refused', '-A -t 10.255.0.1:110 -s rr', '-a -t 10.255.0.1:110 -r 10.0.0.1:110 -m -w 0'),
    after('stop'),
  ],
  // Certificates are not verified.
  '66-imaps': [
    after('start', '-A -t 10.255.0.1:993 -s rr', '-a -t 10.255.0.1:993 -r 10.0.0.1:993 -m -w 1'),
    after('refused', '-A -t 10.255.0.1:993 -s rr', '-a -t 10.255.0.1:993 -r 10.0.0.1:993 -m -w 0'),
    after('stop'),
  ],
  '67-pops': [
    after('start', '-A -t 10.255.0.1:995 -s rr', '-a -t 10.255.0.1:995 -r 10.0.0.1:995 -m -w 1'),
    after('refused', '-A -t 10.255.0.1:995 -s rr', '-a -t 10.255.0.1:995 -r 10.0.0.1:995 -m -w 0'),
    after('stop'),
  ],
  // The file is fetched in passive mode, but there is none.
  '69-ftp': [
    after('start', '-A -t 10.255.0.1:21 -s rr', '-a -t 10.255.0.1:21 -r 10.0.0.1:21 -m -w 0'),
    after('stop'),
  ],
  // A silent server is down after the timeout, and the daemon can be stopped.
  '75-mysql': [
    after('start', '-A -t 10.255.0.1:3306 -s rr', '-a -t 10.255.0.1:3306 -r 10.0.0.1:3306 -m -w 0'),
    after('stop'),
  ],
  // A service that cannot be checked is down, and nothing else suffers.
  '77-oracle': [
    after('start', '-A -t 10.255.0.1:1521 -s rr', '-a -t 10.255.0.1:1521 -r 10.0.0.1:1521 -m -w 0'),
    after('stop'),
  ],
  // A pattern that is none is an error of the configuration.
  '83-receive-regex-bad': [
    { ...after('start'), command: BAD_PATTERN },
    { ...after('stop'), command: BAD_PATTERN },
  ],
  // A mark uses the global fallback.
  '92-fwmark-global-fallback': [
    after('r1 down', '-A -f 7 -s rr', '-a -f 7 -r 127.0.0.1:80 -g -w 1'),
    after('stop'),
  ],
  // A virtual that is gone comes back; a scheduler that was changed does so later.
  'service-by-hand': [
    after('by hand', WEB, `${FIRST} -w 1`, `${SECOND} -w 1`, ...other('wlc', 1)),
    after('r1 down', WEB, `${FIRST} -w 0`, `${SECOND} -w 1`, ...other('wlc', 0)),
    after('r1 up', WEB, `${FIRST} -w 1`, `${SECOND} -w 1`, ...other('wlc', 1)),
    after('stop'),
  ],
  // A server that stands twice has to pass both checks.
  'twice-requests': [after('b right', WEB, `${FIRST} -w 0`, `${SECOND} -w 1`), after('stop')],
};

function other(scheduler: string, weight: number): readonly string[] {
  return [
    `-A -t 10.255.0.2:80 -s ${scheduler}`,
    `-a -t 10.255.0.2:80 -r 10.0.0.1:80 -g -w ${weight}`,
    '-a -t 10.255.0.2:80 -r 10.0.0.2:80 -g -w 1',
  ];
}
