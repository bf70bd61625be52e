/**
 * What a genuine node does wrong by itself: a closed list, each entry from a recording or from the
 * specification of what was measured. It is asked only for what a genuine node decided; whatever
 * ours does beside it is judged as ever.
 */
import type { Excuse, ExcuseContext, Violation } from '../judge/excuse.js';

export interface GenuineExcuse extends Excuse {
  /** The invariant that it concerns. */
  readonly invariant: number;
  /** What the genuine node does. */
  readonly what: string;
  /** The recording that shows it, where there is one. */
  readonly recording?: string;
}

interface Entry extends Omit<GenuineExcuse, 'covers'> {
  /** Found in the title or in one of the facts of such a violation. */
  readonly told?: RegExp;
  readonly when?: (context: ExcuseContext) => boolean;
  readonly facts?: (facts: readonly string[]) => boolean;
}

const isLegacy = ({ watched }: ExcuseContext): boolean => watched.autoFailback === 'legacy';
const isOn = ({ watched }: ExcuseContext): boolean => watched.autoFailback === 'on';

/** `1:02:03.004` at the begin of a fact, or after `since`. */
const INSTANT = /(?:^|since )(\d+):(\d\d):(\d\d\.\d{3})/;

function instantIn(fact: string, last: boolean): number {
  const words = last ? fact.slice(fact.lastIndexOf('since ')) : fact;
  const [, hours, minutes, seconds] = INSTANT.exec(words) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** The other machine said that it has the address after the holder had begun to run it. */
function claimedMeanwhile([runs = '', looks = '']: readonly string[]): boolean {
  return instantIn(looks, true) > instantIn(runs, false);
}

/** The node at home says that it holds the groups, and they run nowhere. */
function claimedByHomeInVain([claims = '', runs = '']: readonly string[]): boolean {
  return /the groups of (\S+) are claimed by \1$/.test(claims) && runs === 'they run on none';
}

const ENTRIES: readonly Entry[] = [
  {
    name: 'starts-what-it-gave',
    invariant: 1,
    what: 'a group that waits for its start when its share is given away is started after that',
    source: 'two genuine nodes: hb_standby local in the start of the first of two groups',
    told: /had given it away$/,
  },
  {
    name: 'legacy-takes-unasked',
    invariant: 1,
    what: 'legacy: it takes its groups unasked when an ack is the first it hears of their holder',
    source: 'versions compared, 5: the legacy trap',
    told: /it is at work before it hears that \S+ is$/,
    when: isLegacy,
  },
  {
    name: 'shutdown-notice-takes-own',
    invariant: 1,
    what: 'at a shutdown notice a worker starts its own groups, whoever may hold them',
    source: 'cluster specification 4.4 E',
    recording: 'cold-start-both-auto_failback-on',
    told: /a worker starts its own groups: \S+ has said that it ends$/,
  },
  {
    name: 'takes-what-is-not-stopped',
    invariant: 1,
    what: 'it takes over what a node that died had said it gave up, and was still stopping',
    source: 'cluster specification 4.4 I',
    recording: 'failing-stop-still-running',
    told: /is dead to it, and still stops them$/,
  },
  {
    name: 'sleeps-and-takes',
    invariant: 1,
    what: 'what it has slept through is the death of the other, and it takes over at once',
    source: 'cluster specification 4.4 G; protocol specification 6.2',
    told: /it took \S+ for dead with its words unread$/,
  },
  {
    name: 'runs-what-it-disowns',
    invariant: 2,
    what: 'what it has started after it gave it away it runs on, and says that it holds none of it',
    source: 'two genuine nodes: hb_standby local in the start of the first of two groups',
    told: /runs it, and says that it holds \w+$/,
  },
  {
    name: 'dead-once-more',
    invariant: 3,
    what: 'it declares a node that returns dead a second time, with the status just read',
    source: 'protocol specification 6.2',
    recording: 'split-brain-heal-auto_failback-on',
    told: /declares it dead after 0(?:\.0\d*)? s/,
  },
  {
    name: 'sleeps-and-declares',
    invariant: 3,
    what: 'silence that it slept through is the death of the other, whatever waits in sockets',
    source: 'cluster specification 4.4 G; protocol specification 6.2',
    told: /has slept, or is late, and reads it now$/,
  },
  {
    name: 'lives-by-statuses',
    invariant: 3,
    what: 'of a new life only a status tells it that the node lives, whatever else has come',
    source: 'protocol specification 6.2: a status only refreshes node liveness',
    told: /what has come of its life is no status$/,
  },
  {
    name: 'waits-for-nodes',
    invariant: 4,
    what: 'until `repnodes` has come, a silent node has the whole of initdead',
    source: 'protocol specification 6.1',
    told: /does not say yet that it is at work$/,
  },
  {
    name: 'obeys-a-longer-dead-time',
    invariant: 4,
    what: 'it waits as long as the silent node has announced last (`dt`)',
    source: 'protocol specification 6; versions compared, 4.3',
    told: /so early it announces a longer dead time$/,
  },
  {
    name: 'takeover-unheard',
    invariant: 6,
    what: 'hb_takeover only sends a message: one that meets no willing node is forgotten',
    source: 'cluster specification 4.1, 4.3',
    recording: 'hb_takeover',
    told: /is asked for a takeover/,
  },
  {
    name: 'standby-forgotten',
    invariant: 6,
    what: 'a request that comes while it gives up everything is dropped without a line',
    source: 'cluster specification 4.3',
    told: /is asked for a standby/,
  },
  {
    name: 'stop-waits-for-the-other',
    invariant: 6,
    what: 'it does not stop before the other node has said that it is stable',
    source: 'versions compared, 4.5; cluster specification 4.4 B',
    recording: 'stop-right-after-lone-start',
    told: /is asked for a (?:stop|restart|reload)/,
  },
  {
    name: 'forgets-numbers-at-death',
    invariant: 7,
    what: 'with the death of a node its numbers are forgotten, and old messages taken again',
    source: 'protocol specification 6.2',
    told: /accepted before|from further back/,
  },
  {
    name: 'one-line-per-message',
    invariant: 9,
    what: 'it writes a line for every lost, refused or replayed message',
    source: 'protocol specification 5.2, 5.3, 4.2',
    told: /too many lines/,
  },
  {
    name: 'told-dead-again',
    invariant: 10,
    what: 'its clients are told once more that a node is dead, when it is back',
    source: 'protocol specification 6.2',
    recording: 'ipfail-brief-ping-loss',
    told: /: node \S+ dead/,
  },
  {
    name: 'failed-start-stays-down',
    invariant: 11,
    what: 'a group that could not be started is not tried again, nor given to the other node',
    source: 'cluster specification 3.4, 4.4 H',
    recording: 'failing-start',
    told: /could not start it$|half of a group/,
  },
  {
    name: 'failback-once',
    invariant: 11,
    what: 'a failback that is refused, unanswered or cancelled by a tie is not asked for again',
    source: 'cluster specification 4.2 rule 8, 5',
    recording: 'ipfail-auto_failback-on',
    told: /not back at home|without connection/,
    when: isOn,
  },
  {
    name: 'counts-only-once',
    invariant: 11,
    what: 'its ipfail compares only when a count changes, and asks once',
    source: 'cluster specification 5',
    told: /without connection/,
  },
  {
    name: 'does-not-miss-it',
    invariant: 11,
    what: 'its own groups stay down when the other loses them and is back before its death is seen',
    source: 'two genuine nodes: power off and on within the dead time at the one that held all',
    told: /has not missed it$/,
  },
  {
    name: 'only-complains',
    invariant: 12,
    what: 'that nobody holds its own groups then is a line of its log, every time it audits',
    source: 'the same two nodes: `No one owns our local resources!`',
    told: /has not missed it$/,
  },
  {
    name: 'holds-in-words',
    invariant: 12,
    what: 'it says that it holds a group whose start has failed',
    source: 'cluster specification 3.4, 4.4 H',
    recording: 'failing-start',
    facts: claimedByHomeInVain,
  },
  {
    name: 'in-transition-for-an-hour',
    invariant: 12,
    what: 'a standby whose partner begins a new life keeps it in transition for an hour',
    source: 'cluster specification 4.3',
    told: /has not settled|is in transition$/,
  },
  {
    name: 'announces-only-at-start',
    invariant: 13,
    what: 'what it ran all the time it does not announce again when the other has given it up',
    source: 'cluster specification 4.5: gratuitous ARP is sent by the start of IPaddr alone',
    told: /the router looks for/,
    facts: claimedMeanwhile,
  },
  {
    name: 'takes-up-after-an-hour',
    invariant: 14,
    what: 'its hour of waiting for its partner ends: it says so, and takes what it is given',
    source: 'cluster specification 4.3',
    told: /was still in a standby of before$/,
  },
  {
    name: 'second-thoughts',
    invariant: 14,
    what: 'half a minute after a start that failed it asks to go standby',
    source: 'cluster specification 3.4',
    recording: 'failing-start-on-takeover',
    told: /could not start \S+$/,
  },
];

/** The list as the judge takes it. */
export const EXCUSES: readonly GenuineExcuse[] = ENTRIES.map(({ told, when, facts, ...entry }) => ({
  ...entry,
  covers: (violation: Violation, context: ExcuseContext): boolean =>
    violation.invariant === entry.invariant &&
    (told === undefined || [violation.title, ...violation.facts].some((text) => told.test(text))) &&
    (facts === undefined || facts(violation.facts)) &&
    (when === undefined || when(context)),
}));
