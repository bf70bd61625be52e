/** What heartbeat 3.0.6 checks once all lines of ha.cf are read, in its order. */
import type { Draft } from './draft.js';
import { completeLogging } from './logging.js';
import { isPing, linkName } from './media.js';
import { WHOLE_FILE } from './problemlist.js';

const DEFAULT_KEEPALIVE = 1000;
const DEFAULT_DEADTIME = 30_000;
/** A shorter initdead is warned of. */
const INITDEAD_ADVISED = 10_000;

/** Parameters that are recorded where the user gives none (heartbeat 3.0.6). */
const DEFAULTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cluster: 'linux-ha',
    hopfudge: '1',
    keepalive: '1000ms',
    deadtime: '30000ms',
    baud: '19200',
    auto_failback: 'legacy',
    hbgenmethod: 'file',
    realtime: 'true',
    debug: '0',
    msgfmt: 'classic',
    conn_logd_time: '60',
    log_badpack: 'true',
    syslogmsgfmt: 'true',
    coredumps: 'true',
    pacemaker: 'false',
    autojoin: 'none',
    uuidfrom: 'file',
    compression: 'zlib',
    compression_threshold: '2',
    traditional_compression: 'no',
    max_rexmit_delay: '250',
    record_config_changes: 'on',
    record_pengine_inputs: 'on',
    enable_config_writes: 'on',
    memreserve: '6500',
  }),
);

/** Fills in the defaults and looks at the whole. All checks are made, whatever one finds. */
export function checkWhole(draft: Draft): void {
  if (!draft.pacemakerSeen) {
    draft.problems.info(WHOLE_FILE, 'HA_CF_PACEMAKER', 'Pacemaker support: false');
  }
  for (const [name, value] of DEFAULTS) {
    if (!draft.parameters.has(name)) draft.parameters.set(name, value);
  }
  if (!draft.parameters.has('udpport')) {
    draft.parameters.set('udpport', String(draft.currentPort()));
  }
  checkMembers(draft);
  checkTimes(draft);
  if (draft.autoFailback === 'legacy') {
    for (const text of [
      "Deprecated 'legacy' auto_failback option selected.",
      "Please convert to 'auto_failback on'.",
      'See documentation for conversion details.',
    ]) {
      draft.problems.warning(WHOLE_FILE, 'HA_CF_LEGACY', text);
    }
  }
  completeLogging(draft);
  if (draft.autojoin !== 'none') {
    for (const text of [
      'R1 style resource management conflicts with  autojoin set',
      'You need either unset autojoin or enable crm',
    ]) {
      draft.problems.error(WHOLE_FILE, 'HA_CF_AUTOJOIN', text);
    }
  }
}

function checkMembers(draft: Draft): void {
  const { problems, localNode } = draft;
  if (draft.media.length === 0) {
    problems.error(WHOLE_FILE, 'HA_CF_NO_MEDIA', 'No heartbeat media defined');
  }
  if (draft.nodes.length === 0) problems.error(WHOLE_FILE, 'HA_CF_NO_NODES', 'no nodes defined');
  dropNamesakes(draft);
  if (draft.hasMember(localNode)) return;
  if (draft.autojoin === 'any' && draft.addNode(localNode, 'normal')) {
    const text = `Current node [${localNode}] added to configuration.`;
    problems.info(WHOLE_FILE, 'HA_CF_SELF_ADDED', text, { printedAs: 'notice' });
    return;
  }
  const code = 'HA_CF_SELF_MISSING';
  problems.error(WHOLE_FILE, code, `Current node [${localNode}] not in configuration!`);
  const advice = "must be declared with a 'node' directive in the ha.cf file.";
  const text = `By default, cluster nodes are named by \`uname -n\` and ${advice}`;
  problems.info(WHOLE_FILE, code, text);
  const link = 'http://linux-ha.org/wiki/Ha.cf#node_directive';
  problems.info(WHOLE_FILE, code, `See also: ${link}`);
}

/**
 * A ping node with the name of a cluster node, or a second one of the same name, is accepted by
 * heartbeat 3.0.6; its table then has two entries of which one is never found. Here the second
 * goes.
 */
function dropNamesakes(draft: Draft): void {
  const members = new Set(
    draft.nodes.filter(({ type }) => type === 'normal').map(({ name }) => name),
  );
  const seen = new Set<string>();
  for (let index = 0; index < draft.nodes.length; index++) {
    const { name = '', type } = draft.nodes[index] ?? {};
    if (type !== 'ping') continue;
    const isMember = members.has(name) || members.has(name.toLowerCase());
    if (isMember) {
      const text = `ping node [${name}] has the name of a cluster node and is left out`;
      draft.problems.warning(WHOLE_FILE, 'HA_CF_PING_NAMESAKE', text, { own: true });
      const medium = draft.media.findIndex((other) => isPing(other) && linkName(other) === name);
      if (medium >= 0) draft.media.splice(medium, 1);
    }
    if (isMember || seen.has(name)) draft.nodes.splice(index--, 1);
    seen.add(name);
  }
}

/** Fills in the times that follow from others, and compares them. */
function checkTimes({ times, parameters, problems }: Draft): void {
  const keepalive = times.get('keepalive') ?? DEFAULT_KEEPALIVE;
  const deadtime = times.get('deadtime') ?? DEFAULT_DEADTIME;
  times.set('keepalive', keepalive).set('deadtime', deadtime);
  const deadpingGiven = times.has('deadping');
  const compute = (name: string, value: number): number => {
    const given = times.get(name);
    if (given === undefined) parameters.set(name, `${value}ms`);
    times.set(name, given ?? value);
    return given ?? value;
  };
  compute('warntime', Math.floor(deadtime / 2));
  const initdead = compute('initdead', defaultInitdead(deadtime));
  const deadping = compute('deadping', deadtime);
  if (deadtime <= 2 * keepalive) {
    const text = `Dead time [${deadtime}] is too small compared to keeplive [${keepalive}]`;
    problems.error(WHOLE_FILE, 'HA_CF_DEADTIME', text);
  }
  if (initdead < deadtime) {
    const text = `Initial dead time [${initdead}] is smaller than deadtime [${deadtime}]`;
    problems.error(WHOLE_FILE, 'HA_CF_INITDEAD', text);
  } else if (initdead < INITDEAD_ADVISED) {
    const text = `Initial dead time [${initdead} ms] may be too small!`;
    problems.warning(WHOLE_FILE, 'HA_CF_SHORT_INITDEAD', text);
    for (const advice of [
      'Initial dead time accounts for slow network startup time',
      'It should be >= deadtime and >= 10 seconds',
    ]) {
      problems.info(WHOLE_FILE, 'HA_CF_SHORT_INITDEAD', advice);
    }
  }
  if (deadpingGiven && deadping <= 2 * keepalive) {
    const text = `Ping dead time [${deadping}] is too small compared to keeplive [${keepalive}]`;
    problems.error(WHOLE_FILE, 'HA_CF_DEADPING', text);
  }
}

function defaultInitdead(deadtime: number): number {
  if (deadtime > 10_000) return deadtime;
  return deadtime < 6000 ? 12_000 : 2 * deadtime;
}
