/** The whole state of one node: what the cluster machine remembers between two events. */
import type { Settings } from './config/settings.js';
import type { Held, Share } from './job.js';
import type { History } from './membership/history.js';
import type { Window } from './membership/sequence.js';
import type { Instant, Millis } from './time.js';

/** One link of one node. */
export interface Link {
  up: boolean;
  heardAt: Instant;
}

/** What we know of another node, or of a ping node. */
export interface Peer {
  readonly name: string;
  readonly type: 'normal' | 'ping';
  /** `init` until heard, then as the node itself says; `dead` and `ping` are ours. */
  status: string;
  uuid: Uint8Array | undefined;
  /** 0 until the first message that carries one. */
  generation: number;
  /** True once any message of it was accepted in our life. */
  heard: boolean;
  /** When its last status came; before the first, when our life began. */
  statusAt: Instant;
  /** How long it may be silent, as it announced itself. */
  deadtime: Millis;
  links: Map<string, Link>;
  window: Window;
  /** Which last digit of its numbers we acknowledge. */
  ackDigit: number;
  /** Number of the newest status and the newest `resource` we acted upon; older ones are stale. */
  statusSeq: number;
  resourceSeq: number;
  /** Number of the newest `resource` that said whether it is stable: not all do. */
  stableSeq: number;
  /** Number of the newest `done` of a standby that came: what it asked for before is over. */
  doneSeq: number;
  /** The highest of our numbers it acknowledged; undefined while it never did. */
  acked: number | undefined;
  /** It announced `protocol`, so it acknowledges. */
  acknowledges: boolean;
  /** The words of its field `x_ts`; empty for the genuine programs. */
  capabilities: readonly string[];
  /** It said that it gave up everything and is about to end (`shutdone`). */
  gaveUp: boolean;
  /** It asked us for the nodes in this life (`reqnodes`): it did not go to work without us. */
  asked: boolean;
  /** It was dead before this life, of which no status has come yet. */
  reborn: boolean;
  /** It has taken us for dead, in this life or the one before: it may have run what we run. */
  tookUs: boolean;
  /** In what we do not agree with it while both are at rest, and since when. */
  difference: { readonly text: string; readonly since: Instant } | undefined;
}

/** The groups listed for a node, or those listed for others. */
export type Part = 'local' | 'foreign';

/** A set of groups: those listed for a node, and those listed for others. */
export interface Holding {
  local: boolean;
  foreign: boolean;
}

export type ResourcePhase =
  | 'init'
  | 'starting'
  | 'bothStarting'
  | 'received'
  | 'stable'
  | 'shutdown';

/** Why a job was given to the runner, and with it what its end means. */
export type Purpose =
  | {
      readonly kind: 'acquire';
      readonly reason: string;
      /** No group of the share was held before. */
      readonly every: boolean;
    }
  | { readonly kind: 'find' }
  | { readonly kind: 'findAway'; readonly share: Part }
  /** Announces what an earlier life left, to ask for the same elsewhere. */
  | { readonly kind: 'reclaim' }
  | { readonly kind: 'takeover'; readonly node: string }
  | { readonly kind: 'standbyRelease'; readonly share: Share }
  | {
      readonly kind: 'standbyAcquire';
      readonly share: Share;
      /** The giver could not start them; how often both have tried in vain. */
      readonly round?: number;
    }
  /** After a stop that failed: what was given up with the group that stays is taken back. */
  | { readonly kind: 'retake'; readonly share: Share }
  | { readonly kind: 'letGo'; readonly share: Share }
  /** What waits to be taken over from a node that has turned out to be alive is not. */
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'request'; readonly key: string }
  /** A group that could not be started is tried once more. */
  | {
      readonly kind: 'retry';
      readonly key: string;
      readonly share: Part;
      /** Whether its share was ours before. */
      readonly before: boolean;
    }
  /** The other node could not start that group. */
  | { readonly kind: 'moved'; readonly key: string; readonly share: Part; readonly from: string }
  /** A group of a node that has begun a new life is given back to it. */
  | { readonly kind: 'handBack'; readonly key: string; readonly share: Part; readonly to: string }
  /** Groups of a genuine node that a new life has found running go back to it. */
  | { readonly kind: 'return'; readonly to: string }
  | { readonly kind: 'announce'; readonly share: Share }
  /** Another node asked for that group, in the life of that generation. */
  | { readonly kind: 'give'; readonly ipaddr: string; readonly to: string; readonly life: number }
  /** Another node took that group without asking. */
  | { readonly kind: 'yield'; readonly key: string; readonly to: string }
  | { readonly kind: 'shutdown'; readonly held: Held };

export interface Resources {
  phase: ResourcePhase;
  /** What we hold, marked before the scripts run, as in the genuine program. */
  mine: Holding;
  /** Since when we hold it, by our clock; meaningful only where `mine` is true. */
  since: { local: Instant; foreign: Instant };
  /** What the peer last said, from the peer's point of view. */
  other: Holding;
  otherStable: boolean;
  /** What the peer could not start and tries again, in its time; from its point of view. */
  otherTroubles: Holding;
  /** Since when nobody has held the groups of a genuine node. */
  forsakenSince: Instant | undefined;
  /** Another node was at work when communication came up. */
  joined: boolean;
  /** When we stop waiting for a peer that is not stable yet, or say again that we are starting. */
  settleBy: Instant | undefined;
  /** The peer's groups came to us by its death, so they go back when it returns. */
  needsFailback: boolean;
  failbackAt: Instant | undefined;
  /** We have asked for a takeover (`hb_takeover`), and wait until then for what comes of it. */
  takeoverBy: Instant | undefined;
  /** What we have said of our holding was sent again after we had said something newer of it. */
  overtaken: boolean;
  /** Our groups are to come back from a genuine node by themselves until then. */
  homeBy: Instant | undefined;
  /** A genuine node that begins is told again what we hold then, unless it has settled. */
  tellAgainAt: Instant | undefined;
  /** Legacy mode: keys of our groups that we asked for and were not given yet. */
  asked: readonly string[];
  /** Legacy mode: those that run here, which a genuine node was asked for and did not answer yet. */
  reclaimed: readonly string[];
  /** Legacy mode: it was not known yet whether that node hears us, at the last look. */
  unheard: boolean;
  /** Legacy mode: keys of the groups that run here, by share. */
  keys: { readonly local: readonly string[]; readonly foreign: readonly string[] };
  jobs: { readonly id: number; readonly purpose: Purpose }[];
  nextJob: number;
  firstAcquisitionDone: boolean;
  /** Groups of ours to see to that do not run here, because they could not be started. */
  troubles: readonly Trouble[];
  /** Groups that the other node could not start and that run here; their share is not ours. */
  borrowed: readonly Borrowed[];
  /** Groups that failed here lately, also those that are the other node's concern by now. */
  failures: readonly Failure[];
  /** Shares that were left half released or half taken, and what is to be done about them. */
  redo: Readonly<Record<Part, Redo | undefined>>;
}

export interface Redo {
  readonly at: Instant;
  /**
   * `find`: retaken when a genuine node was asked for what does not run here; `return`: goes to the
   * genuine node that has not asked for it.
   */
  readonly how: 'find' | 'retake' | 'letGo' | 'return';
}

/** A group that runs here alone of its share. */
export interface Borrowed {
  readonly key: string;
  readonly share: Part;
}

/** A group that is ours to see to and could not be started here. */
export interface Trouble {
  readonly key: string;
  readonly share: Part;
  /** How often both nodes have tried in vain. */
  readonly round: number;
  readonly step: /** To be given to the other node at `at`. */
    | 'handOver'
    /** The other node tries. */
    | 'asked'
    /** It runs there. */
    | 'away'
    /** It may still run there, in a life that knows nothing of it: asked for at `at`. */
    | 'recall'
    /** To be tried here again at `at`. */
    | 'waiting'
    /** Being tried here. */
    | 'trying';
  readonly at: Instant;
  /** The other node has failed too. */
  readonly elsewhere: boolean;
}

export interface Failure {
  readonly key: string;
  readonly round: number;
  readonly at: Instant;
}

/** The conversation in which one node hands groups to the other. */
export type Standby =
  | { readonly phase: 'none' }
  /** We asked (`me`) and wait for `other`. */
  | { readonly phase: 'me'; readonly share: Share; readonly until: Instant }
  /** We give: our scripts run, then we wait for the peer's `done`. */
  | {
      readonly phase: 'giving';
      readonly share: Share;
      readonly until: Instant;
      /** What of it we held before: ours again when a stop fails. */
      readonly held: Share;
      readonly troubles: readonly Trouble[];
    }
  | { readonly phase: 'done'; readonly share: Share; readonly until: Instant }
  /** We take: wait for the giver's `done`, then our scripts run. */
  | {
      readonly phase: 'other' | 'taking';
      readonly share: Share;
      readonly until: Instant;
      readonly from: string;
      /** Number of the giver's request; 0 once it is answered, or of an earlier life. */
      readonly request: number;
      /** The giver could not start them; how often both have tried in vain. */
      readonly round?: number;
      /** The giver has said that it stops what it gives. */
      readonly giving?: true;
      /** The giver, a genuine node, has begun a new life since. */
      readonly restarted?: true;
      /** It has said `done` of that share; of what, the messages tell that are missing. */
      readonly done?: Share;
    };

/** A node that must be reset before its groups are taken. */
export interface Fencing {
  readonly node: string;
  /** When to ask the device again; undefined while it works. */
  readonly retryAt: Instant | undefined;
}

/** The settling of what two nodes of our kind both hold. */
export interface Heal {
  readonly peer: string;
  readonly begunAt: Instant;
  /** When to say it again; undefined when there is a verdict. */
  readonly againAt: Instant | undefined;
  /** Our last claim: its name, empty without one, and what it says. */
  readonly claim: string;
  readonly local: Millis | undefined;
  readonly foreign: Millis | undefined;
}

export type Ending =
  | { readonly phase: 'no' }
  /** SIGTERM, or a partition has healed: begins when nothing is running. */
  | {
      readonly phase: 'wanted';
      readonly restart: boolean;
      readonly keep: boolean;
      readonly from: Instant;
      /** The line that says we are waiting has been written. */
      readonly told: boolean;
    }
  | {
      readonly phase: 'releasing';
      readonly restart: boolean;
      /** What we held before, and what was to be tried again: ours again when a stop fails. */
      readonly held: Share;
      readonly troubles: readonly Trouble[];
    }
  /** `shutdone` is said; the clients are stopped at `until`. */
  | { readonly phase: 'lingering'; readonly restart: boolean; readonly until: Instant }
  | { readonly phase: 'stoppingClients'; readonly restart: boolean; readonly keep: boolean }
  | { readonly phase: 'over' };

/** How often a kind of line was held back since it was last written. */
export interface LineLimit {
  readonly writtenAt: Instant;
  readonly heldBack: number;
}

export interface State {
  readonly settings: Settings;
  generation: number;
  uuid: Uint8Array;
  pid: number;
  seed: number;
  startedAt: Instant;
  status: 'init' | 'up' | 'active';
  /** Every configured node has been heard or is dead. */
  communicationUp: boolean;
  nextBeatAt: Instant;
  /** Other nodes and ping nodes, in the order of ha.cf. */
  peers: Map<string, Peer>;
  /** Links on which we hear ourselves (bcast). */
  ownLinks: Map<string, Link>;
  history: History;
  clientsPaused: boolean;
  /** Held up for a while: what is read has waited, and may be of lives that are over by now. */
  behind: boolean;
  /** Time stamps of the echo requests whose answers may still come. */
  pingStamps: string[];
  resources: Resources;
  standby: Standby;
  heal: Heal | undefined;
  fencing: Fencing[];
  ending: Ending;
  limits: Map<string, LineLimit>;
  /** Types that a user's script in rc.d answers in our place. */
  scripted: readonly string[];
}

/** The state as everybody outside a turn sees it. */
export type NodeState = Readonly<State>;

/** A copy that a turn may change; the original stays as it was. */
export function draftOf(state: NodeState): State {
  return {
    ...state,
    peers: new Map(
      [...state.peers].map(([name, peer]) => [
        name,
        { ...peer, links: new Map([...peer.links].map(([link, up]) => [link, { ...up }])) },
      ]),
    ),
    ownLinks: new Map([...state.ownLinks].map(([link, up]) => [link, { ...up }])),
    fencing: [...state.fencing],
    pingStamps: [...state.pingStamps],
    resources: {
      ...state.resources,
      mine: { ...state.resources.mine },
      since: { ...state.resources.since },
      other: { ...state.resources.other },
      otherTroubles: { ...state.resources.otherTroubles },
      jobs: [...state.resources.jobs],
    },
    limits: new Map(state.limits),
  };
}

/** `none`, `local`, `foreign` or `all`. */
export function heldOf(holding: Readonly<Holding>): Held {
  if (holding.local) return holding.foreign ? 'all' : 'local';
  return holding.foreign ? 'foreign' : 'none';
}

/** Reads `rsc_hold`; anything unknown counts as none. */
export function holdingOf(held: string | undefined): Holding {
  return {
    local: held === 'local' || held === 'all',
    foreign: held === 'foreign' || held === 'all',
  };
}

/** The same groups seen from the other node. */
export function seenFromOther(share: Share): Share {
  if (share === 'all') return 'all';
  return share === 'local' ? 'foreign' : 'local';
}

/** Reads a share; `undefined` when the word is none. */
export function shareOf(word: string | undefined): Share | undefined {
  return word === 'local' || word === 'foreign' || word === 'all' ? word : undefined;
}
