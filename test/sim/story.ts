/**
 * A story: options and commands in an operator's words, and the trace that is expected.
 *
 *     # One line that says what is shown.
 *     auto_failback off
 *     from 25s
 *     at 30s cut eth0 for 10s
 *     until 1m
 *     ----
 *     the trace from 25 s on
 *
 * `OPTIONS` and `COMMANDS` are the words; what is not said stands in `USUAL`.
 */
import { SimulatedCluster } from './cluster/cluster.js';
import { OurMind } from './cluster/mind.js';
import type { Told, Verb } from './cluster/scripts.js';
import type { Fault } from './faults.js';
import type { Violation } from './judge/excuse.js';
import { Judge } from './judge/judge.js';
import type { Observation, Sight } from './observation.js';
import type { GroupOptions, LinkOptions, Options } from './options.js';
import { watchedOf } from './run.js';
import { Trace } from './trace.js';

export interface Story {
  readonly options: Options;
  /** The trace begins there; milliseconds. */
  readonly from: number;
  /** All that stands above the line. */
  readonly told: string;
  readonly expected: string;
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, y: 31_536_000_000 } as const;
const RULE = '----';
const SIGHT: Sight = { sockets: true, clients: true, arp: true, sizes: true };
const CLEAN = { loss: 0, duplicates: 0, damage: 0, delay: 0, baud: 115_200 } as const;

/** The cluster of a story that says nothing of it. */
const USUAL: Options = {
  seed: 1,
  set: 'calm',
  nodes: ['alpha', 'beta'].map((name) => ({ name, genuine: false, drift: 0, boot: 1000 })),
  keepalive: 1000,
  warntime: 3000,
  deadtime: 5000,
  initdead: 10_000,
  autoFailback: 'on',
  auth: 'sha1',
  links: [
    { name: '/dev/ttyS0', kind: 'serial', ...CLEAN },
    { name: 'eth0', kind: 'mcast', ...CLEAN },
  ],
  pingNodes: [],
  ipfail: false,
  groups: [groupOf('alpha', ['lvs', 'IPaddr::10.1.0.1', 'ldirectord'])],
  // A mean far above the longest: every script takes the longest.
  scripts: { mean: 1e12, longest: 50, failing: 0, hanging: 0, lying: 0, deadline: 30_000 },
  stopPolicy: 'reboot',
  storm: 0,
  calm: 0,
  faults: [],
};

/** Reads a story; what is wrong in it is thrown as `file:line: what`. */
export function readStory(file: string, text: string): Story {
  const lines = text.split('\n');
  const rule = lines.indexOf(RULE);
  const told = rule < 0 ? lines : lines.slice(0, rule);
  const story = { options: { ...USUAL }, from: 0 };
  const faults: Fault[] = [];
  for (const [index, line] of told.entries()) {
    const words = line.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0 || line.startsWith('#')) continue;
    try {
      if (words[0] === 'at') faults.push(faultOf(words.slice(1), story.options));
      else if (words[0] === 'from') story.from = milliseconds(words[1]);
      else Object.assign(story.options, optionOf(words, story.options));
    } catch (error) {
      throw new Error(`${file}:${index + 1}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (story.options.storm === 0) throw new Error(`${file}:${told.length}: no "until"`);
  const { from } = story;
  const options = { ...story.options, faults };
  const above = told.join('\n').trimEnd();
  return { options, from, told: above, expected: lines.slice(told.length + 1).join('\n') };
}

/** The text of the file, were this its trace. */
export function storyText({ told }: Story, trace: string): string {
  return `${told}\n${RULE}\n${trace}`;
}

export interface Played {
  /** The lines of the trace that matter to a reader. */
  readonly trace: string;
  readonly violations: readonly Violation[];
}

/** Plays a story, and has it judged; it ends in the storm, so that only safety is. */
export function playStory({ options, from }: Story): Played {
  const lines: string[] = [];
  const judge = new Judge(watchedOf(options), SIGHT);
  const names = options.nodes.map(({ name }) => name);
  const trace = new Trace(names, (line) => {
    if (cluster.world.now >= from) lines.push(`${line.trimEnd()}\n`);
  });
  const cluster = new SimulatedCluster(options, (_, settings) => new OurMind(settings), {
    see: (observation) => {
      judge.see(observation);
      if (matters(observation)) trace.see(observation);
    },
    stage: (stage) => {
      judge.stage(stage);
      trace.stage(stage);
    },
  });
  for (const host of cluster.hosts.values()) host.powerOn();
  for (const fault of options.faults) cluster.world.at(fault.at, () => cluster.commit(fault));
  cluster.world.runUntil(options.storm);
  return { trace: lines.join(''), violations: judge.violations };
}

/** Log lines that only repeat what other lines of the trace say, or give general advice. */
const REPEATING = new RegExp(
  [
    '^Running /etc/ha.d/resource.d/',
    '^Local status now set to',
    '^Status update for node',
    'mach_down: nice_failback',
    'HA resources? .*\\(standby\\)|^Local standby process completed',
    '^remote resource transition completed',
    '^node \\S+: is dead',
    'See URL|See FAQ|^URL:|^Deadtime value may be|^No STONITH device|^Shared disks are not',
  ].join('|'),
);

/** Decisions, with their reasons; not each message, and of a script that does well only its beginning. */
function matters(observation: Observation): boolean {
  switch (observation.kind) {
    case 'sent':
    case 'available':
      return false;
    case 'log':
      return observation.severity !== 'debug' && !REPEATING.test(observation.text);
    case 'script':
      if (observation.verb === 'status') return observation.hung === true;
      return observation.phase === 'begin' || observation.ok !== true;
    default:
      return true;
  }
}

function milliseconds(text = ''): number {
  const [, number, unit = ''] = /^(\d+)(ms|s|m|h|y)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`"${text}" is no time (ms, s, m, h, y)`);
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** The word, which must be one of those. */
function oneOf<T extends string>(choices: readonly T[], word = ''): T {
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw new Error(`"${word}" is none of: ${choices.join(', ')}`);
  return found;
}

type Words = readonly string[];

const OPTIONS: Readonly<Record<string, (words: Words, options: Options) => Partial<Options>>> = {
  until: ([time]) => ({ storm: milliseconds(time) }),
  seed: ([number]) => ({ seed: Number(number) }),
  keepalive: ([time]) => ({ keepalive: milliseconds(time) }),
  warntime: ([time]) => ({ warntime: milliseconds(time) }),
  deadtime: ([time]) => ({ deadtime: milliseconds(time) }),
  initdead: ([time]) => ({ initdead: milliseconds(time) }),
  auto_failback: ([word]) => ({ autoFailback: oneOf(['on', 'off', 'legacy'], word) }),
  /** Ping nodes, with ipfail. */
  ipfail: (pingNodes) => ({ pingNodes, ipfail: true }),
  /** Only that link. */
  link: ([name], { links }) => ({ links: [named(links, name)] }),
  /** Of each message on the serial line, how many are spoilt. */
  noise: ([rate], { links }) => ({
    links: links.map((link): LinkOptions => {
      return link.kind === 'serial' ? { ...link, damage: Number(rate) } : link;
    }),
  }),
  /** How long a node is not there yet. */
  boot: ([name, time], { nodes }) => {
    const booting = named(nodes, name);
    const boot = milliseconds(time);
    return { nodes: nodes.map((node) => (node === booting ? { ...node, boot } : node)) };
  },
  /** Groups of the node; the usual one is gone with the first of them. */
  group: ([node, ...resources], { nodes, groups }) => {
    const others = groups === USUAL.groups ? [] : groups;
    return { groups: [...others, groupOf(named(nodes, node).name, resources)] };
  },
  scripts_take: ([time], { scripts }) => ({ scripts: { ...scripts, longest: milliseconds(time) } }),
  stop_policy: ([word]) => ({ stopPolicy: oneOf(['reboot', 'stay'], word) }),
};

function optionOf([key = '', ...words]: Words, options: Options): Partial<Options> {
  const option = OPTIONS[key];
  if (option === undefined) throw new Error(`"${key}" is neither an option nor "at"`);
  return option(words, options);
}

function groupOf(node: string, resources: Words): GroupOptions {
  const address = resources.find((word) => word.startsWith('IPaddr::')) ?? '';
  const key = resources[0] ?? '';
  return { node, key, resources, address: address.slice('IPaddr::'.length) };
}

function named<T extends { readonly name: string }>(things: readonly T[], name = ''): T {
  const found = things.find((thing) => thing.name === name);
  const names = things.map((thing) => thing.name).join(', ');
  if (found === undefined) throw new Error(`"${name}" is none of: ${names}`);
  return found;
}

type Unplaced<F> = F extends Fault ? Omit<F, 'at'> : never;
type Command = (words: Words, options: Options, lasts: number) => Unplaced<Fault>;

const nodeOf = (name: string | undefined, { nodes }: Options): string => named(nodes, name).name;
const share = (word: string | undefined) => oneOf(['all', 'local', 'foreign'], word);

const COMMANDS: Readonly<Record<string, Command>> = {
  /** `cut LINK|all [from NODE]` */
  cut: ([link, , from], options, lasts) => ({
    kind: 'cut',
    lasts,
    ...(link === 'all' ? {} : { link: named(options.links, link).name }),
    ...(from === undefined ? {} : { from: nodeOf(from, options) }),
  }),
  crash: ([node], options, lasts) => ({ kind: 'crash', node: nodeOf(node, options), lasts }),
  stop: ([node], options, lasts) => ({ kind: 'stop', node: nodeOf(node, options), lasts }),
  pause: ([node], options, lasts) => ({ kind: 'pause', node: nodeOf(node, options), lasts }),
  /** Its generation file is lost. */
  forget: ([node], options) => ({ kind: 'fileLost', node: nodeOf(node, options) }),
  reload: ([node], options) => ({ kind: 'reload', node: nodeOf(node, options) }),
  /** `kill daemon|runner NODE` */
  kill: ([what, node], options) => ({
    kind: oneOf(['daemon', 'runner'], what) === 'daemon' ? 'killDaemon' : 'killRunner',
    node: nodeOf(node, options),
  }),
  standby: ([node, word], options) => ({
    kind: 'standby',
    node: nodeOf(node, options),
    share: share(word),
  }),
  takeover: ([node, word], options) => ({
    kind: 'takeover',
    node: nodeOf(node, options),
    share: share(word),
  }),
  /** `clock NODE back|ahead TIME` */
  clock: ([node, way, time], options) => ({
    kind: 'wallStep',
    node: nodeOf(node, options),
    seconds: (oneOf(['back', 'ahead'], way) === 'back' ? -1 : 1) * (milliseconds(time) / 1000),
  }),
  /** `lose PINGNODE on NODE` */
  lose: ([pingNode, , node], options, lasts) => ({
    kind: 'pingLost',
    node: nodeOf(node, options),
    pingNode: oneOf(options.pingNodes, pingNode),
    lasts,
  }),
  /** `script NODE RESOURCE VERB hangs|fails|lies|works` or `... takes TIME` */
  script: ([node, script, verb, told, time], options) => ({
    kind: 'script',
    node: nodeOf(node, options),
    resource: resourceOf(script, options),
    verb: oneOf<Verb>(['start', 'stop', 'status'], verb),
    told: told === 'takes' ? { takes: milliseconds(time) } : toldOf(told),
  }),
};

/** `TIME COMMAND WORD... [for TIME]`; without an end it lasts. */
function faultOf([time, key = '', ...words]: Words, options: Options): Fault {
  const command = COMMANDS[key];
  if (command === undefined) throw new Error(`"${key}" is no command`);
  const end = words.at(-2) === 'for' ? milliseconds(words.at(-1)) : undefined;
  const own = end === undefined ? words : words.slice(0, -2);
  return { at: milliseconds(time), ...command(own, options, end ?? Number.POSITIVE_INFINITY) };
}

/** The whole word of the resource with that script. */
function resourceOf(script: string | undefined, { groups }: Options): string {
  const words = groups.flatMap(({ resources }) => resources);
  const found = words.find((word) => word === script || word.split('::')[0] === script);
  if (found === undefined) throw new Error(`"${script}" is no resource`);
  return found;
}

function toldOf(word: string | undefined): Told | undefined {
  const told = oneOf(['hangs', 'fails', 'lies', 'works'], word);
  return told === 'works' ? undefined : told;
}
