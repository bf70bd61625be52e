/** What the model of a heartbeat 3.0.6 daemon remembers between two events. It is changed in place. */

import type { ResourceGroup } from '@ts-heartbeat/core/config/haresources';
import { isPing, linkName } from '@ts-heartbeat/core/config/media';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Job, Share } from '@ts-heartbeat/core/job';
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Instant } from '@ts-heartbeat/core/time';

/** One link of one node. */
export interface Link {
  up: boolean;
  heardAt: Instant;
}

/** What the daemon knows of another node, or of a ping node. */
export interface Peer {
  readonly name: string;
  readonly type: 'normal' | 'ping';
  /** `init` until heard, then as the node says itself; `dead` is our own word. */
  status: string;
  uuid: Uint8Array | undefined;
  generation: number;
  /** Any packet came, of whatever type; cleared by nothing. */
  heard: boolean;
  statusAt: Instant;
  /** The number of its newest status; an older one tells nothing. */
  statusSeq: number;
  /** The dead time that it announced (`dt`); before, our own. */
  deadtime: number;
  readonly links: Map<string, Link>;
  /** The highest number accepted in its present life. */
  last: number | undefined;
  /** Missing numbers, and when each is asked for. */
  missing: Map<number, Instant>;
  /** Which last digit of its numbers is acknowledged. */
  ackDigit: number;
  /** The highest of our numbers that it acknowledged. */
  acked: number | undefined;
  /** It said that it gave up everything (`shutdone`). */
  gaveUp: boolean;
}

/** A set of groups: those listed for a node, and those listed for others. */
export interface Holding {
  local: boolean;
  foreign: boolean;
}

/** Where the negotiation stands (protocol specification 6.5, cluster specification 4.2). */
export type Phase = 'init' | 'starting' | 'bothStarting' | 'received' | 'stable' | 'shutdown';

/** What a process that runs scripts was forked for. */
export type Purpose =
  /** `req_our_resources`; `active`: in legacy mode somebody else was at work when it began. */
  | { readonly kind: 'own'; readonly active: boolean }
  | { readonly kind: 'machDown'; readonly node: string }
  | { readonly kind: 'takeGroup'; readonly key: string }
  | { readonly kind: 'giveGroup'; readonly ipaddr: string; readonly to: string }
  | { readonly kind: 'release'; readonly share: Share }
  /** `share` as the giver said it, which comes back in `done`; `mine` as seen from here. */
  | { readonly kind: 'acquire'; readonly share: Share; readonly mine: Share }
  | { readonly kind: 'shutdown' };

/** A message that starts a script of rc.d: one at a time, after all other children. */
export type Queued =
  | {
      readonly kind: 'job';
      readonly job: Job;
      readonly purpose: Purpose;
      readonly environment: Readonly<Record<string, string>>;
    }
  /** `hb_takeover` of the other node: the script says `hb_standby`. */
  | { readonly kind: 'standby'; readonly share: Share };

/** The standby conversation (cluster specification 4.3); the numbers are those of its log lines. */
export interface Standby {
  phase: 'none' | 'me' | 'other' | 'done';
  /** As seen from the giver. The genuine daemon keeps the last one for ever. */
  share: Share;
  until: Instant;
}

export interface Ending {
  phase: 'no' | 'wanted' | 'releasing' | 'lingering' | 'stoppingClients' | 'leaving' | 'over';
  restart: boolean;
  /** The resources stay as they are: a new configuration. */
  keep: boolean;
  /** When the present phase is over, or a wanted end may begin. */
  at: Instant;
  /** The line that says what is waited for was written. */
  told: '' | 'comm' | 'busy';
}

export interface GenuineState {
  readonly settings: Settings;
  /** Keys of groups that are a complete line of haresources: what failed in them is all of them. */
  readonly wholeLines: ReadonlySet<string>;
  /** haresources lists nothing for this node. */
  readonly nothingOwn: boolean;
  generation: number;
  uuid: Uint8Array;
  pid: number;
  seed: number;
  startedAt: Instant;
  status: 'init' | 'up' | 'active';
  communicationUp: boolean;
  /** When `reqnodes` is said next, and whom it was said to. */
  askNodesAt: Instant;
  askedNodes: number;
  nextBeatAt: Instant;
  readonly peers: Map<string, Peer>;
  readonly ownLinks: Map<string, Link>;
  /** What was sent, oldest first; the last has the number `newest`. */
  history: Message[];
  newest: number;
  /** When a message was last sent again, by its number. */
  readonly resent: Map<number, Instant>;
  /** Every living node has acknowledged up to here. */
  settled: number;
  clientsPaused: boolean;
  phase: Phase;
  mine: Holding;
  other: Holding;
  otherStable: boolean;
  settleBy: Instant | undefined;
  /** Until our own `mach_down` message. */
  takeoverInProgress: boolean;
  needsFailback: boolean;
  failbackAt: Instant | undefined;
  /** What the last audit complained of, so that it is not written with every message. */
  complaints: string;
  firstAcquisitionDone: boolean;
  readonly children: Map<number, Purpose>;
  nextChild: number;
  queue: Queued[];
  standby: Standby;
  /** `hb_standby` half a minute after a start that failed. */
  giveups: { readonly at: Instant; readonly share: Share }[];
  fencing: { readonly node: string; readonly retryAt: Instant | undefined }[];
  ending: Ending;
}

/** The state before `start`; `groups` as haresources lists them, where the model may know it. */
export function newState(settings: Settings, groups: readonly ResourceGroup[] = []): GenuineState {
  const own = groups.filter(({ node }) => node === settings.localNode);
  const whole = own.flatMap(({ resources }) => (resources.length === 1 ? resources : []));
  const wires = settings.media.filter((medium) => !isPing(medium)).map(linkName);
  const others = settings.nodes.filter(({ name }) => name !== settings.localNode);
  return {
    settings,
    wholeLines: new Set(whole.map(({ word }) => word)),
    nothingOwn: groups.length > 0 && own.length === 0,
    generation: 0,
    uuid: new Uint8Array(16),
    pid: 0,
    seed: 0,
    startedAt: 0,
    status: 'init',
    communicationUp: false,
    askNodesAt: 0,
    askedNodes: 0,
    nextBeatAt: 0,
    peers: new Map(others.map(({ name, type }) => [name, newPeer(settings, name, type, wires)])),
    ownLinks: newLinks(wires),
    history: [],
    newest: 0,
    resent: new Map(),
    settled: 0,
    clientsPaused: false,
    phase: 'init',
    mine: { local: false, foreign: false },
    other: { local: false, foreign: false },
    otherStable: false,
    settleBy: undefined,
    takeoverInProgress: false,
    needsFailback: false,
    failbackAt: undefined,
    complaints: '',
    firstAcquisitionDone: false,
    children: new Map(),
    nextChild: 1,
    queue: [],
    standby: { phase: 'none', share: 'all', until: 0 },
    giveups: [],
    fencing: [],
    ending: { phase: 'no', restart: false, keep: false, at: 0, told: '' },
  };
}

function newPeer(
  settings: Settings,
  name: string,
  type: Peer['type'],
  wires: readonly string[],
): Peer {
  return {
    name,
    type,
    status: 'init',
    uuid: undefined,
    generation: 0,
    heard: false,
    statusAt: 0,
    statusSeq: 0,
    deadtime: type === 'ping' ? settings.deadping : settings.deadtime,
    links: newLinks(type === 'ping' ? [name] : wires),
    last: undefined,
    missing: new Map(),
    ackDigit: 0,
    acked: undefined,
    gaveUp: false,
  };
}

function newLinks(names: readonly string[]): Map<string, Link> {
  return new Map(names.map((name) => [name, { up: false, heardAt: 0 }]));
}

/** True while ha.cf says `auto_failback legacy`, or nothing about it. */
export function isLegacy(state: GenuineState): boolean {
  return state.settings.autoFailback === 'legacy';
}

/** True from the moment that everything is given up. */
export function isEnding(state: GenuineState): boolean {
  return state.ending.phase !== 'no' && state.ending.phase !== 'wanted';
}

/** True also while a shutdown that is due waits for what goes on: nothing is taken over any more. */
export function isShuttingDown({ ending }: GenuineState, at: Instant): boolean {
  return ending.phase === 'wanted' ? !ending.keep && at >= ending.at : ending.phase !== 'no';
}

/** Scripts run, groups move, or a node is being reset. */
export function isBusy(state: GenuineState): boolean {
  return (
    state.children.size > 0 ||
    state.queue.length > 0 ||
    state.takeoverInProgress ||
    state.standby.phase !== 'none' ||
    state.fencing.length > 0
  );
}
