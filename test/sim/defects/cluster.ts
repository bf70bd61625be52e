/** Deliberate mistakes in what decides for a cluster, and what has to be said of each. */
import type { Given } from '../brief.js';
import type { Weather } from '../options.js';
import type { Defect } from './copy.js';

export interface Mistake extends Defect {
  readonly name: string;
  /** The set that brings it out, what is not left to the draw, and within how many seeds. */
  readonly set: Weather;
  readonly given?: Given;
  readonly seeds: number;
  /** The invariants of which one must be found broken. */
  readonly invariants: readonly number[];
}

const MEMBERSHIP = 'packages/core/dist/membership';
const TAKEOVER = 'packages/core/dist/takeover';
const PLAN = 'packages/ts-resource-runner/dist/plan.js';
const IPFAIL = 'packages/core/dist/connectivity/decision.js';

const ETHERNET = {
  kind: 'bcast',
  loss: 0,
  duplicates: 0,
  damage: 0,
  delay: 0,
  baud: 0,
} as const;
const REFLECTING = { ...ETHERNET, name: 'eth0' };
const LOSSY = [
  { ...ETHERNET, name: 'eth0', loss: 0.2 },
  { ...ETHERNET, name: 'eth1', loss: 0.2 },
];
const DELAYING = [
  { ...ETHERNET, name: 'eth0', delay: 300 },
  { ...ETHERNET, name: 'eth1', delay: 300 },
];
/** Scripts that fail often, and no reboot that would clear the matter up. */
const FAILING: Given = {
  scripts: {
    mean: 50,
    longest: 20_000,
    failing: 0.2,
    hanging: 0,
    lying: 0,
    deadline: 60_000,
  },
  stopPolicy: 'stay',
};
const FAILBACK: Given = { autoFailback: 'on' };
const STEADY: Given = { autoFailback: 'off' };
const TWO_GROUPS: NonNullable<Given['groups']> = [
  {
    node: 'alpha',
    key: 'lvs::0',
    resources: ['lvs::0', 'IPaddr::10.1.0.1/24/eth0', 'ldirectord::0'],
    address: '10.1.0.1',
  },
  {
    node: 'beta',
    key: 'lvs::1',
    resources: ['lvs::1', 'IPaddr::10.1.0.2/24/eth0', 'ldirectord::1'],
    address: '10.1.0.2',
  },
];
const PINGING: Given = {
  ...STEADY,
  groups: TWO_GROUPS,
  ipfail: true,
  pingNodes: ['10.0.0.250', '10.0.0.251'],
  leftBlind: 'beta',
};

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'the deadtime is a keepalive too short',
    file: `${MEMBERSHIP}/membership.js`,
    text: 'settings.deadping : peer.deadtime;',
    instead: 'settings.deadping : peer.deadtime - settings.keepalive;',
    set: 'cable',
    seeds: 5,
    invariants: [3],
  },
  {
    name: 'the deadtime is two keepalives too long',
    file: `${MEMBERSHIP}/membership.js`,
    text: 'settings.deadping : peer.deadtime;',
    instead: 'settings.deadping : peer.deadtime + 2 * settings.keepalive;',
    set: 'cable',
    seeds: 5,
    invariants: [4],
  },
  {
    name: 'the initial deadtime is forgotten',
    file: `${MEMBERSHIP}/membership.js`,
    text: 'if (!communicationUp)',
    instead: 'if (false)',
    set: 'cable',
    seeds: 5,
    invariants: [3],
  },
  {
    name: 'no heartbeat before the wall clock has passed the last one',
    file: `${MEMBERSHIP}/membership.js`,
    text: 'const { keepalive } = state.settings;\n    const late',
    instead:
      'const { keepalive } = state.settings;\n' +
      '    if (now.wall < (state.lastWall ?? 0)) { state.nextBeatAt += keepalive; return; }\n' +
      '    state.lastWall = now.wall;\n    const late',
    set: 'clock',
    given: STEADY,
    seeds: 8,
    invariants: [3, 4, 8],
  },
  {
    name: 'two heartbeats in each keepalive',
    file: `${MEMBERSHIP}/membership.js`,
    text: 'late < keepalive ? state.nextBeatAt + keepalive',
    instead: 'late < keepalive ? state.nextBeatAt + keepalive / 2',
    set: 'calm',
    seeds: 2,
    invariants: [14],
  },
  {
    name: 'the generation is not compared',
    file: `${MEMBERSHIP}/refusal.js`,
    text: 'generation < present',
    instead: 'generation < 0',
    set: 'swarm',
    given: { links: DELAYING },
    seeds: 10,
    invariants: [7],
  },
  {
    name: 'own packets, brought back by the medium, are taken for signs of life',
    file: `${MEMBERSHIP}/reception.js`,
    text: 'if (source === state.settings.localNode) {',
    instead:
      'if (source === state.settings.localNode) {\n' +
      '        for (const peer of state.peers.values()) peer.statusAt = turn.now.at;',
    set: 'cable',
    given: { links: [REFLECTING] },
    seeds: 5,
    invariants: [4],
  },
  {
    name: 'what has come before is accepted again',
    file: `${MEMBERSHIP}/sequence.js`,
    text: "return { kind: 'duplicate' };",
    instead: "return { kind: 'next', window };",
    set: 'swarm',
    seeds: 5,
    invariants: [7],
  },
  {
    name: 'messages are sent again as often as they are asked for',
    file: `${MEMBERSHIP}/history.js`,
    text: 'if (before !== undefined && at - before < RESEND_PAUSE)',
    instead: 'if (false)',
    set: 'swarm',
    given: { links: LOSSY },
    seeds: 5,
    invariants: [9],
  },
  {
    name: 'clients are told of a link only when it is back',
    file: `${MEMBERSHIP}/reception.js`,
    text: "turn.notify('normal', { t: 'ifstat', node,",
    instead: "if (status === 'up') turn.notify('normal', { t: 'ifstat', node,",
    set: 'cable',
    seeds: 5,
    invariants: [10],
  },
  {
    name: 'nobody takes over from the dead',
    file: 'packages/core/dist/node.js',
    text: "if (peer.type === 'normal' && turn.state.communicationUp)\n            onDeath",
    instead: 'if (false)\n            onDeath',
    set: 'swarm',
    given: { leftDown: 'alpha' },
    seeds: 5,
    invariants: [11],
  },
  {
    name: 'a node that comes back starts what the other still holds',
    file: `${TAKEOVER}/negotiation.js`,
    text: 'if (!forced && resources.other.foreign)',
    instead: 'if (false)',
    set: 'swarm',
    given: FAILBACK,
    seeds: 5,
    invariants: [1],
  },
  {
    name: 'nothing fails back',
    file: `${TAKEOVER}/takeover.js`,
    text: 'resources.needsFailback = true;',
    instead: ';',
    set: 'swarm',
    given: FAILBACK,
    seeds: 10,
    invariants: [11],
  },
  {
    name: 'a standby is done before the scripts have stopped',
    file: `${TAKEOVER}/standby.js`,
    text: "turn.job({ kind: 'standbyRelease', share }, { kind: 'standbyRelease', share });",
    instead:
      "turn.send({ t: 'ask_resources', rsc_hold: share, info: 'done' });\n" +
      "    turn.job({ kind: 'standbyRelease', share }, { kind: 'standbyRelease', share });",
    set: 'scripts',
    given: { autoFailback: 'on' },
    seeds: 5,
    invariants: [1],
  },
  {
    name: 'a standby is not answered',
    file: `${TAKEOVER}/standby.js`,
    text: "turn.send({ t: 'ask_resources', rsc_hold: share, info: 'other' });",
    instead: '',
    set: 'scripts',
    given: FAILBACK,
    seeds: 5,
    invariants: [6, 11, 12],
  },
  {
    name: 'a node says that it has stopped before it has',
    file: `${TAKEOVER}/ending.js`,
    text: "turn.log('info', 'Giving up all HA resources.');",
    instead: "turn.send({ t: 'shutdone', st: 'dead' });",
    set: 'scripts',
    given: STEADY,
    seeds: 5,
    invariants: [1],
  },
  {
    name: 'after a split both keep what they hold',
    file: `${TAKEOVER}/claim.js`,
    text: "const lost = partsIn(message.get('x_keep'));",
    instead: 'const lost = [];',
    set: 'cable',
    given: STEADY,
    seeds: 5,
    invariants: [2],
  },
  {
    name: 'after a split nobody announces the addresses',
    file: `${TAKEOVER}/claim.js`,
    text: "turn.job({ kind: 'announce', share }, { kind: 'announce', share });",
    instead: ';',
    set: 'cable',
    given: STEADY,
    seeds: 10,
    invariants: [13],
  },
  {
    name: 'resources are stopped in the order of their start',
    file: PLAN,
    text: 'return stop(turn, actingOn(work, group), group, group.resources.length - 1);',
    instead:
      'const turned = { ...group, resources: [...group.resources].reverse() };\n' +
      '    return stop(turn, actingOn(work, group), turned, group.resources.length - 1);',
    set: 'scripts',
    seeds: 3,
    invariants: [5],
  },
  {
    name: 'a start that fails is passed over',
    file: PLAN,
    text: 'if (result.rc === 0)\n        return ask(',
    instead: 'if (true)\n        return ask(',
    set: 'scripts',
    seeds: 10,
    invariants: [5],
  },
  {
    name: 'a stop that fails is passed over',
    file: PLAN,
    text: 'if (result.rc === 0)\n        return stop(',
    instead: 'if (true)\n        return stop(',
    set: 'scripts',
    given: FAILING,
    seeds: 10,
    invariants: [1, 5, 11, 12],
  },
  {
    name: 'ipfail: whoever sees more gives up',
    file: IPFAIL,
    text: 'if (ours > theirs)',
    instead: 'if (ours < theirs)',
    set: 'swarm',
    given: PINGING,
    seeds: 10,
    invariants: [11],
  },
  {
    name: 'ipfail: a lost ping node is no reason to compare',
    file: IPFAIL,
    text: "this.#log('info', 'We are dead. :<');\n        this.#askToCompare(pings);",
    instead: "this.#log('info', 'We are dead. :<');",
    set: 'swarm',
    given: PINGING,
    seeds: 10,
    invariants: [11],
  },
];
