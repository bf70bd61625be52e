/** Configurations that are wrong, or nearly so, and what heartbeat 3.0.6 says to each (measured). */

export interface Row {
  readonly title: string;
  /** Lines behind the sound configuration. */
  readonly lines?: string;
  /** Lines before it. */
  readonly first?: string;
  /** The whole files instead; null: there is none. */
  readonly hacf?: string | null;
  readonly authkeys?: string | null;
  readonly haresources?: string | null;
  readonly nodeinfo?: string;
  /** The mode of authkeys. */
  readonly mode?: number;
  readonly exit: number;
  /** Lines with their severity word, or bare, beside those that every start has. */
  readonly says: readonly string[];
  /** Where we differ on purpose: why. */
  readonly differs?: string;
}

/** What the lines of a row are added to: sound, and without warnings of its own. */
export const SOUND_HACF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 1
deadtime 6
initdead 12
auto_failback on
baud 19200
mcast eth0 225.0.0.1 694 1 0
node loadbalancer
node backup
`;
export const SOUND_AUTHKEYS = 'auth 1\n1 crc\n';
export const SOUND_HARESOURCES = 'loadbalancer lvs\n';

/** The files of a row; undefined where there is none. */
export function filesOf(row: Row): {
  readonly hacf: string | undefined;
  readonly authkeys: string | undefined;
  readonly haresources: string | undefined;
} {
  const { hacf, authkeys, haresources, lines = '', first = '' } = row;
  const sound = `${first && `${first}\n`}${SOUND_HACF}${lines}\n`;
  return {
    hacf: hacf === null ? undefined : (hacf ?? sound),
    authkeys: authkeys === null ? undefined : (authkeys ?? SOUND_AUTHKEYS),
    haresources: haresources === null ? undefined : (haresources ?? SOUND_HARESOURCES),
  };
}

/** A line that is refused. */
export const line = (lines: string, ...says: string[]): Row => ({
  title: lines,
  lines,
  exit: 6,
  says,
});
/** A value that 3.0.6 refuses without a text of its own. */
export const silent = (lines: string): Row => line(lines);
/** Lines that are accepted. */
export const sound = (lines: string, ...says: string[]): Row => ({
  title: lines,
  lines,
  exit: 0,
  says,
});
/** A line as it is printed. */
export const error = (text: string): string => `ERROR: ${text}`;
export const long = (length: number): string => 'a'.repeat(length);

/** Lines that depend on nothing a row is about. */
const USUAL = [
  'info: Pacemaker support: false',
  'WARN: Logging daemon is disabled --enabling logging daemon is recommended',
  'info: **************************',
  'info: Configuration validated. Starting heartbeat 3.0.6',
  'ERROR: Heartbeat not started: configuration error.',
  'ERROR: Authentication configuration error.',
  'ERROR: Configuration error, heartbeat not started.',
];

/** What is left of the printed lines when the usual ones are gone. */
export function remarkable(lines: readonly string[]): readonly string[] {
  return lines.filter((text) => !USUAL.includes(text));
}
