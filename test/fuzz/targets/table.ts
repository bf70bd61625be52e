/** Every target, where it is, and how many inputs a full run gives it. */
import type { Target } from '../target.js';

export interface TargetRow {
  readonly name: string;
  readonly inputs: number;
  load(): Promise<Target>;
}

/** For what anybody on the network or on the machine can send to. */
const MOST = 10_000_000;
const MANY = 1_000_000;

function row(name: string, inputs: number, load: () => Promise<Target>): TargetRow {
  return { name, inputs, load };
}

export const TARGETS: readonly TargetRow[] = [
  // The codec of messages: ten million together.
  row('message-string', 4_000_000, async () => (await import('./messages.js')).STRING),
  row('message-netstring', 4_000_000, async () => (await import('./messages.js')).NETSTRINGS),
  row('message-1.99.4', 1_000_000, async () => (await import('./messages.js')).OLD_NETSTRINGS),
  row('datagram', 1_000_000, async () => (await import('./messages.js')).DATAGRAM),
  row('serial', MOST, async () => (await import('./streams.js')).SERIAL),
  row('api-frames', MOST, async () => (await import('./streams.js')).API_FRAMES),
  row('api-desk', MANY, async () => (await import('./desk.js')).DESK),
  row('fifo', MANY, async () => (await import('./streams.js')).FIFO),
  row('authkeys', MANY, async () => (await import('./clusterfiles.js')).AUTHKEYS),
  row('ha.cf', MANY, async () => (await import('./clusterfiles.js')).HACF),
  row('haresources', MANY, async () => (await import('./clusterfiles.js')).HARESOURCES),
  row('sysconfig', MANY, async () => (await import('./clusterfiles.js')).SYSCONFIG),
  row('ldirectord.cf', MANY, async () => (await import('./director.js')).LDIRECTORD_CF),
  row('perl-patterns', MANY, async () => (await import('./director.js')).PATTERNS),
  row('ipvsadm-rules', MANY, async () => (await import('./director.js')).IPVS_RULES),
  row('ipvsadm-columns', MANY, async () => (await import('./director.js')).IPVS_COLUMNS),
  row('json-lines', MANY, async () => (await import('./streams.js')).JSON_LINES),
  row('runner-requests', MANY, async () => (await import('./ownfiles.js')).RUNNER_REQUESTS),
  row('runner-replies', MANY, async () => (await import('./ownfiles.js')).RUNNER_REPLIES),
  row('generation', MANY, async () => (await import('./ownfiles.js')).GENERATION),
  row('uuid', MANY, async () => (await import('./ownfiles.js')).UUID),
  row('pidfile', MANY, async () => (await import('./ownfiles.js')).PIDFILE),
  row('journal', MANY, async () => (await import('./ownfiles.js')).JOURNAL),
  row('lines-of-servers', MANY, async () => (await import('./streams.js')).LINES),
  row('icmp', MANY, async () => (await import('./packets.js')).ICMP),
  row('radius', MANY, async () => (await import('./packets.js')).RADIUS),
  row('ldap-messages', MANY, async () => (await import('./packets.js')).LDAP_MESSAGES),
  row('pgsql-messages', MANY, async () => (await import('./packets.js')).PG_MESSAGES),
  row('urls', MANY, async () => (await import('./packets.js')).URLS),
  row('check-http', MANY, async () => (await import('./checks.js')).HTTP),
  row('check-ftp', MANY, async () => (await import('./checks.js')).FTP),
  row('check-smtp', MANY, async () => (await import('./checks.js')).SMTP),
  row('check-imap', MANY, async () => (await import('./checks.js')).IMAP),
  row('check-pop', MANY, async () => (await import('./checks.js')).POP),
  row('check-nntp', MANY, async () => (await import('./checks.js')).NNTP),
  row('check-sip', MANY, async () => (await import('./checks.js')).SIP),
  row('check-simpletcp', MANY, async () => (await import('./checks.js')).SIMPLETCP),
  row('check-ldap', MANY, async () => (await import('./checks.js')).LDAP),
  row('check-dns', MANY, async () => (await import('./checks.js')).DNS),
  row('check-mysql', MANY, async () => (await import('./checks.js')).MYSQL),
  row('check-pgsql', MANY, async () => (await import('./checks.js')).PGSQL),
];

/** What the tests of the fuzzer run. */
const PLANTED: readonly TargetRow[] = [
  row('planted-broken', MANY, async () => (await import('./planted.js')).BROKEN),
  row('planted-hanging', MANY, async () => (await import('./planted.js')).HANGING),
  row('planted-silent', MANY, async () => (await import('./planted.js')).SILENT),
  row('planted-growing', MANY, async () => (await import('./planted.js')).GROWING),
];

/** The row of that name. Throws where there is none. */
export function tableRow(name: string): TargetRow {
  const found = [...TARGETS, ...PLANTED].find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`no target ${name}`);
  return found;
}
