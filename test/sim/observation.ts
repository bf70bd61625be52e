/**
 * What an outsider sees of a cluster: the only thing the judge looks at, so that one judge does for
 * simulated nodes and for real ones.
 *
 * `at` is true time, in whole milliseconds. A source that cannot see a kind of observation (a real
 * node's sockets) leaves it out and says so in `Sight`.
 */

/** Begin and end of the daemon's lives, and what happens to the machine under it. */
type HostSeen =
  /** A life begins; `resumed`: scripts' groups of an earlier life go on running. */
  | {
      readonly kind: 'begins';
      readonly generation: number;
      readonly genuine: boolean;
      readonly resumed: boolean;
    }
  /** `stopped` in order, `restarting` in order by itself, `killed` (the machine goes on). */
  | { readonly kind: 'ends'; readonly how: 'stopped' | 'restarting' | 'killed' }
  /** Power: off ends everything that ran there. */
  | { readonly kind: 'power'; readonly on: boolean }
  /** The machine stands still, its clock goes on. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  /** The loop is served late from now on, by up to so many milliseconds each time; 0: no more. */
  | { readonly kind: 'slow'; readonly lateness: number }
  | { readonly kind: 'wallStep'; readonly seconds: number };

interface Numbered {
  /** The type of the message (`t`). */
  readonly type: string;
  readonly generation: number;
  /** 0: it has no number (`NS_…`). */
  readonly seq: number;
}

/** Messages. */
type MessageSeen =
  /** Handed to the media, once for all of them. */
  | ({ readonly kind: 'sent'; readonly again: boolean } & Numbered)
  /**
   * Available in a socket of this node, not read yet. `authentic`: undamaged and rightly signed.
   * `from` is this node for its own message come back.
   */
  | ({
      readonly kind: 'available';
      readonly from: string;
      readonly link: string;
      readonly authentic: boolean;
    } & Numbered)
  /** Accepted by the node's logic and told to its clients: once per message. */
  | ({ readonly kind: 'accepted'; readonly from: string } & Numbered);

/** What the node decides. */
type DecisionSeen =
  /** A line of the log, without its date and name. */
  | { readonly kind: 'log'; readonly severity: string; readonly text: string }
  /** It declares another node dead, or says that it is back or here for the first time. */
  | { readonly kind: 'declares'; readonly peer: string; readonly status: string }
  /** What it says of itself has changed. */
  | {
      readonly kind: 'says';
      readonly status: string;
      /** As `cl_status rscstatus` says it: `local`, `foreign`, `all`, `none`, `transition`. */
      readonly resources: string;
    }
  /** A script begins or ends; `ok` at its end. */
  | {
      readonly kind: 'script';
      /** Key of the group: its first resource's word after the node's name in haresources. */
      readonly group: string;
      readonly resource: string;
      readonly verb: 'start' | 'stop' | 'status';
      readonly phase: 'begin' | 'end';
      readonly ok?: boolean;
      /** It was ended by its deadline, or with the machine. */
      readonly hung?: boolean;
      /** Its runner was killed while it ran: nobody was told how it ended. */
      readonly unseen?: boolean;
    }
  /** A machine reboots itself because a resource cannot be stopped. */
  | { readonly kind: 'reboots' }
  /** A client was told something: `what` names it (`node backup dead`, `resource local`). */
  | { readonly kind: 'told'; readonly client: string; readonly what: string };

/** Operators, networks, and what is outside of all nodes. */
type WorldSeen =
  /** An operator asks this node for something; `id` joins it with its outcome. */
  | {
      readonly kind: 'asked';
      readonly id: number;
      readonly what: 'standby' | 'takeover' | 'stop' | 'kill' | 'start' | 'reload' | 'restart';
      /** Of a standby or takeover, seen from the node that is asked. */
      readonly share?: 'all' | 'local' | 'foreign' | 'failback';
    }
  /** A ping node answers this node from now on, or does not. */
  | { readonly kind: 'pingNode'; readonly name: string; readonly reachable: boolean }
  /** The router's ARP table: this node's machine is where the address is looked for. */
  | { readonly kind: 'arp'; readonly address: string }
  /** How many entries the bounded things of a node have (history, queues, backlog of a client). */
  | {
      readonly kind: 'size';
      readonly what: string;
      readonly count: number;
      readonly limit: number;
    };

export type Observation = { readonly at: number; readonly node: string } & (
  | HostSeen
  | MessageSeen
  | DecisionSeen
  | WorldSeen
);

/** What holds for the whole world rather than for a node. */
export type Stage =
  /** Faults from now on. */
  | { readonly at: number; readonly kind: 'storm' }
  /** Nothing is broken any more, scripts behave, all who shall live do. */
  | { readonly at: number; readonly kind: 'calm' }
  | { readonly at: number; readonly kind: 'over' }
  /** A directed path of a medium is cut, or not any more; a cable out is two of these. */
  | {
      readonly at: number;
      readonly kind: 'path';
      readonly link: string;
      readonly from: string;
      readonly to: string;
      readonly open: boolean;
    };

/** The cluster that is looked at: what the judge needs to know beforehand. Times in milliseconds. */
export interface Watched {
  readonly nodes: readonly { readonly name: string; readonly genuine: boolean }[];
  readonly keepalive: number;
  readonly warntime: number;
  readonly deadtime: number;
  readonly initdead: number;
  readonly autoFailback: 'on' | 'off' | 'legacy';
  readonly ipfail: boolean;
  readonly pingNodes: readonly string[];
  /** Names of links that carry heartbeats. */
  readonly links: readonly string[];
  /** In the order of haresources; `resources` in the order of the line. */
  readonly groups: readonly {
    readonly node: string;
    readonly key: string;
    readonly resources: readonly string[];
    readonly address: string | undefined;
  }[];
  /** The longest that a script which neither hangs nor fails may take. */
  readonly scriptMax: number;
  /** After this a hung script is ended. */
  readonly scriptDeadline: number;
}

/** What the source cannot see; invariants that need it are passed over, and the judge says so. */
export interface Sight {
  readonly sockets: boolean;
  readonly clients: boolean;
  readonly arp: boolean;
  readonly sizes: boolean;
}
