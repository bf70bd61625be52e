/** The lines of ha-log that monitoring looks for, without what differs from run to run. */

import { readFileSync } from 'node:fs';

/** Their texts, by what they tell. */
const MONITORED: readonly RegExp[] = [
  // start
  /Configuration validated\. Starting heartbeat/,
  /info: heartbeat: version/,
  /Heartbeat generation:/,
  /No Previous generation/,
  /Creating FIFO/,
  /heartbeat started/,
  /Starting serial heartbeat/,
  /Local status now set to:/,
  /Comm_now_up\(\)/,
  // links and nodes
  /Link \S+ (?:up|dead)\./,
  /Status update for node/,
  /: is dead/,
  /No STONITH device configured/,
  /Shared disks are not protected/,
  /Resources being acquired from/,
  /gave up resources/,
  /Received shutdown notice/,
  /Heartbeat restart on node/,
  /returning after partition/,
  /Deadtime value may be too small/,
  // resources
  /Taking over resource group/,
  /(?:Acquiring|Releasing) resource group/,
  /Running \/\S*\/resource\.d\//,
  /takeover complete/,
  /Local Resource acquisition completed/,
  /Initial resource acquisition complete/,
  /(?:local|remote) resource transition completed/,
  /Giving up all HA resources/,
  /All HA resources relinquished/,
  /Return code \d+ from/,
  /Giving up resources due to failure/,
  /Retrying failed stop/,
  /STOP failure/,
  // standby
  /wants to go standby/,
  /standby: /,
  /\(standby\)\./,
  /standby process completed/,
  /standby takeover/,
  /Going standby/,
  // shutdown
  /Heartbeat shutdown/,
  /killing HB\w+ process/,
  /Core process \d+ exited/,
  /restart triggered|Restarting heartbeat|Performing heartbeat restart/,
  // clients
  /Starting child client/,
  /Respawning client/,
  / ipfail: /,
];

/** `Nov 22 23:05:39 backup heartbeat: [26]: info: text`, as programs write. */
const OF_PROGRAM = /^\w{3} +\d+ [\d:]{8} \S+ (\S+?): \[\d+\]: (.*)$/;

/** `2026/11/22_23:05:39  mach_down(default)[229]:    info: text`, as scripts write. */
const OF_SCRIPT = /^\d{4}\/\d\d\/\d\d_[\d:]{8}\s+(\S+?)\(default\)\[\d+\]:\s+(.*)$/;

/** The account of the clients as lines tell it; packages number accounts as they come. */
const ACCOUNT = /^hacluster:[^:]*:(\d+):(\d+):/m
  .exec(readFileSync('/etc/passwd', 'utf8'))
  ?.slice(1)
  .join(',');

/** A monitored line as `program: severity: text`, or nothing. */
export function monitored(line: string): string | undefined {
  if (!MONITORED.some((pattern) => pattern.test(line))) return undefined;
  const [, program = '', text = line] = OF_PROGRAM.exec(line) ?? OF_SCRIPT.exec(line) ?? [];
  return `${program}: ${text}`
    .replace(/\b\d{9,}\b/g, 'N')
    .replace(/process \d+/, 'process N')
    .replace(/pid \d+/, 'pid N')
    .replace(/\(\d+\)$/, '(N)')
    .replace(`(${ACCOUNT})`, '(hacluster,haclient)')
    .replace('/etc/ha.d//', '/etc/ha.d/')
    .replace('/usr/libexec/heartbeat/', '/usr/lib/heartbeat/');
}

/** Lines that tell of another node or its link, by its name. */
const OF_NODE = /^heartbeat: info: (?:Link|Status update for node) ([^\s:]+)/;

const OF_CLIENT = /^heartbeat: \w+: (?:Starting child|Respawning) client (\S+)/;

/**
 * What a line is about: a node, a client, or the rest. The order of lines tells something only
 * among lines of one cause: nothing ties the start of a client to the moment another node is heard.
 */
export function causeOf(line: string): string {
  const [, subject] = OF_NODE.exec(line) ?? OF_CLIENT.exec(line) ?? [];
  return subject ?? (line.startsWith('ipfail: ') ? 'ipfail' : '');
}
