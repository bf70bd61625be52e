/** The closed list of deliberate differences; docs/differences.md explains them. */

import type { Director } from '../lab/lab.js';
import type { LogDifference } from './logorder.js';

/** Whose programs the nodes run, the first node's first; C is genuine, TS ours. */
export const PAIRS = ['TS/TS', 'C/TS', 'TS/C'] as const;

export type PairName = (typeof PAIRS)[number] | 'C/C';

/** The calls of a node's groups (`spelledOut`); 0 are reboots. What is not said is as recorded. */
export type NodeCalls = Readonly<Partial<Record<Director, Readonly<Record<number, string>>>>>;

/** Other calls than the recorded ones. */
export interface OtherCalls {
  /** The name of its row in the document. */
  readonly row: string;
  readonly recordings: readonly string[];
  readonly pairs: readonly PairName[];
  readonly calls: NodeCalls;
  /** Or these, by the way the request went. */
  readonly orCalls?: NodeCalls;
  /** Either this or the recorded calls: two genuine nodes do the one or the other, too. */
  readonly either?: true;
}

/** Every pair, also the genuine one: what the lab does otherwise, or heartbeat itself at times. */
const ALL_PAIRS: readonly PairName[] = [...PAIRS, 'C/C'];

const SPLITS: readonly string[] = ['legacy', 'off', 'on'].map(
  (failback) => `split-brain-heal-auto_failback-${failback}`,
);

const PINGS: readonly string[] = [
  ...['off', 'on'].map((failback) => `ipfail-auto_failback-${failback}`),
  ...['both-sides-lose-ping', 'brief-ping-loss'].map((loss) => `ipfail-${loss}`),
  'ipfail-single-ping_group-auto_failback-on',
];

export const OTHER_CALLS: readonly OtherCalls[] = [
  {
    row: 'reboot-returns',
    recordings: ['failing-stop-still-running'],
    pairs: ALL_PAIRS,
    calls: { loadbalancer: { 0: '!-nf', 1: `+${'-ldirectord'.repeat(11)}` } },
  },
  {
    row: 'failed-start-moves',
    recordings: ['failing-start'],
    pairs: ['TS/TS', 'TS/C'],
    calls: { loadbalancer: { 1: '+lvs+IPaddr+ipvsadm--', 2: '' }, backup: { 1: '+' } },
    orCalls: { loadbalancer: { 1: '+lvs+IPaddr+ipvsadm-', 2: '' }, backup: { 1: '+' } },
  },
  {
    row: 'one-side-gives-up',
    recordings: SPLITS,
    pairs: ['TS/TS'],
    calls: { loadbalancer: { 1: '+', 2: '+-' }, backup: { 1: '+-', 2: '+' } },
  },
  {
    row: 'outlives-kill',
    recordings: ['master-process-killed'],
    pairs: ['TS/TS', 'TS/C'],
    calls: { backup: { 1: '' } },
  },
  {
    row: 'failback-not-cancelled',
    recordings: ['ipfail-auto_failback-on'],
    pairs: ALL_PAIRS,
    calls: { loadbalancer: { 1: '+-+' }, backup: { 1: '+-' } },
    either: true,
  },
];

/** Other lines in the log of a node of ours. */
export interface OtherLines {
  readonly row: string;
  readonly kinds: readonly LogDifference['kind'][];
  readonly line: RegExp;
  /** Left out: in all of them. */
  readonly recordings?: readonly string[];
  readonly pairs?: readonly PairName[];
}

/** What a node writes of another that restarts while it restarts itself. */
const SECOND_DEATH = anyOf(
  ...['is dead', 'No STONITH', 'Shared disks', 'being acquired from', 'takeover complete'],
  ...['Taking over', 'gave up', 'shutdown notice', 'Status update'],
);

/** Lines that have one of these parts, which are patterns. */
function anyOf(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join('|'));
}

export const OTHER_LINES: readonly OtherLines[] = [
  {
    row: 'one-process',
    kinds: ['missing'],
    line: /^heartbeat: info: (?:killing HB\w+ process|Core process)/,
  },
  {
    row: 'acquired-when-done',
    kinds: ['order'],
    line: /^heartbeat: info: (?:Local Resource acquisition completed|Initial resource acquisition)/,
  },
  {
    row: 'no-second-look',
    kinds: ['missing', 'order'],
    line: anyOf(
      '^heartbeat: info: Local Resource acquisition completed',
      '^heartbeat: info: (?:acquire )?local HA resource',
      '^ResourceManager: info: Acquiring resource group: ',
    ),
  },
  {
    row: 'settles-at-once',
    kinds: ['missing', 'extra', 'order'],
    line: anyOf(
      '^heartbeat: info: (?:local|remote) resource transition completed',
      '^heartbeat: info: Initial resource acquisition complete',
    ),
  },
  {
    row: 'failed-start-moves',
    kinds: ['missing', 'extra', 'order'],
    line: /./,
    recordings: ['failing-start'],
  },
  {
    row: 'one-side-gives-up',
    kinds: ['missing', 'order'],
    line: /./,
    recordings: SPLITS,
    pairs: ['TS/TS'],
  },
  {
    row: 'outlives-kill',
    kinds: ['missing', 'extra', 'order'],
    line: /./,
    recordings: ['master-process-killed'],
    pairs: ['TS/TS', 'TS/C'],
  },
  {
    row: 'no-script-for-standby',
    kinds: ['missing', 'extra'],
    line: /Going standby \[\w+\]/,
    recordings: ['hb_takeover', 'failing-start-on-takeover'],
  },
  {
    row: 'ping-return',
    kinds: ['missing', 'order'],
    line: /^heartbeat: WARN: node (?:group1|192\.168\.136\.1): is dead/,
    recordings: PINGS,
  },
  {
    row: 'who-asks-first',
    kinds: ['missing', 'extra', 'order'],
    line: /^ipfail: info: /,
    recordings: PINGS,
  },
  {
    row: 'failback-not-cancelled',
    kinds: ['missing', 'extra', 'order'],
    line: /standby|resource\.d|resource group|acquisition complete/,
    recordings: ['ipfail-auto_failback-on'],
  },
  {
    row: 'restarting-pair',
    kinds: ['missing', 'extra', 'order'],
    line: SECOND_DEATH,
    recordings: SPLITS,
    pairs: ['C/TS', 'TS/C'],
  },
  {
    row: 'settles-at-once',
    kinds: ['extra'],
    line: /loadbalancer wants to go standby/,
    recordings: ['stop-right-after-lone-start'],
  },
  {
    row: 'heard-later',
    kinds: ['missing', 'extra', 'order'],
    line: /^heartbeat: info: Status update for node \w+: status (?:init|up)/,
  },
  {
    row: 'reboot-returns',
    kinds: ['extra'],
    line: /^ResourceManager: info: Running \S+ \S* ?stop$/,
    recordings: ['failing-stop-still-running'],
  },
  {
    row: 'restarting-pair',
    kinds: ['extra'],
    line: /Dead node \w+ gave up resources/,
    recordings: ['stop-both-and-stop-during-takeover'],
  },
];
