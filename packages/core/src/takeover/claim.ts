/**
 * How two nodes of our kind settle which of them keeps what both hold: one of them, always the
 * same, hears the other's claim and judges; it alone, so that there is one verdict.
 *
 * The holder of longer standing keeps a share, its home node where both are equal, or in legacy
 * mode, in which a group goes to its home node whenever that is there.
 */
import type { JobOutcome, Share } from '../job.js';
import type { Message } from '../message/message.js';
import { heldOf, holdingOf, type NodeState, type Part, type Peer, shareOf } from '../state.js';
import type { Millis } from '../time.js';
import type { Turn } from '../turn.js';
import { handBackBorrowed } from './handover.js';
import { tellHolding } from './negotiation.js';
import { letGo } from './ownership.js';
import { letGoLater } from './stuck.js';
import { retryWhatWasAway } from './trouble.js';

/** What was not answered is said again after this. */
const SAY_AGAIN: Millis = 500;

/** How long a node has held its shares, from its own point of view. */
type Standing = Readonly<Record<Part, Millis | undefined>>;

/** Begins to settle, and goes on until there is a verdict. */
export function settle(turn: Turn, peer: Peer): void {
  const { now } = turn;
  turn.state.heal = {
    peer: peer.name,
    begunAt: now.at,
    againAt: now.at,
    claim: '',
    local: undefined,
    foreign: undefined,
  };
  settleOn(turn);
}

/** Whether a verdict is still to come: what has been begun goes on with what is true then. */
export function isSettling({ heal }: NodeState, peer: string): boolean {
  return heal?.peer === peer && heal.againAt !== undefined;
}

/** Asks for the claim, or makes it, when that is due: with what is true now. */
export function settleOn(turn: Turn): void {
  const { state, now } = turn;
  const { heal } = state;
  if (heal?.againAt === undefined || now.at < heal.againAt) return;
  const againAt = now.at + SAY_AGAIN;
  if (judges(turn, heal.peer)) {
    state.heal = { ...heal, againAt };
    tellHolding(turn, { info: 'heal?' });
    return;
  }
  const standing = standingOf(turn);
  const claim = state.history.newest.toString(16);
  state.heal = { ...heal, ...standing, againAt, claim };
  tellHolding(turn, { info: 'heal', x_heal: claim, ...fieldsOf(standing) });
}

/** The one whose name comes first. */
function judges(turn: Turn, peer: string): boolean {
  return turn.state.settings.localNode < peer;
}

function standingOf(turn: Turn): Standing {
  const { mine, since } = turn.state.resources;
  const of = (part: Part): Millis | undefined =>
    mine[part] ? Math.round(turn.now.at - since[part]) : undefined;
  return { local: of('local'), foreign: of('foreign') };
}

function fieldsOf({ local, foreign }: Standing): Readonly<Record<string, string>> {
  return {
    ...(local === undefined ? {} : { x_local: String(local) }),
    ...(foreign === undefined ? {} : { x_foreign: String(foreign) }),
  };
}

/** The words of the other side: `heal?` asks for our claim, `heal` is its own, `healed` the verdict. */
export function onSettling(turn: Turn, peer: Peer, message: Message): void {
  const info = message.get('info');
  const judge = judges(turn, peer.name);
  const asked = turn.state.heal?.againAt !== undefined;
  if (info === 'heal?' && !judge && !asked) settle(turn, peer);
  else if (info === 'heal' && judge) onClaim(turn, peer, message);
  else if (info === 'healed' && !judge) onVerdict(turn, peer, message);
}

function onClaim(turn: Turn, peer: Peer, message: Message): void {
  const ours = standingOf(turn);
  const theirs = standingIn(message);
  const parts = (['local', 'foreign'] as const).filter(
    (part) => ours[part] !== undefined && theirs[part] !== undefined,
  );
  const keep = parts.filter((part) => weKeep(turn, part, ours[part], theirs[part]));
  const give = parts.filter((part) => !keep.includes(part));
  tellHolding(turn, {
    info: 'healed',
    x_heal: message.get('x_heal') ?? '',
    x_keep: heldOf(setOf(keep)),
    x_give: heldOf(setOf(give)),
    ...fieldsOf(ours),
  });
  carryOut(turn, peer, { keep, give, ours, theirs });
}

/** The peer's claim, its shares named from our side. */
function standingIn(message: Message): Standing {
  return { local: message.decimal('x_foreign'), foreign: message.decimal('x_local') };
}

function weKeep(turn: Turn, part: Part, ours = 0, theirs = 0): boolean {
  const homeDecides = ours === theirs || turn.state.settings.autoFailback === 'legacy';
  return homeDecides ? part === 'local' : ours > theirs;
}

function setOf(parts: readonly Part[]): { local: boolean; foreign: boolean } {
  return { local: parts.includes('local'), foreign: parts.includes('foreign') };
}

/** The verdict upon our last claim; one upon an earlier one will be given again. */
function onVerdict(turn: Turn, peer: Peer, message: Message): void {
  const { heal } = turn.state;
  if (heal === undefined || heal.claim === '' || message.get('x_heal') !== heal.claim) return;
  const lost = partsIn(message.get('x_keep'));
  const won = partsIn(message.get('x_give'));
  carryOut(turn, peer, { keep: won, give: lost, ours: heal, theirs: standingIn(message) });
}

/** Shares in the peer's words, named from our side. */
function partsIn(word: string | undefined): readonly Part[] {
  const { local, foreign } = holdingOf(word);
  return [...(foreign ? (['local'] as const) : []), ...(local ? (['foreign'] as const) : [])];
}

interface Verdict {
  readonly keep: readonly Part[];
  readonly give: readonly Part[];
  readonly ours: Standing;
  readonly theirs: Standing;
}

function carryOut(turn: Turn, peer: Peer, { keep, give, ours, theirs }: Verdict): void {
  const { state, now } = turn;
  const begunAt = state.heal?.begunAt ?? now.at;
  state.heal = {
    peer: peer.name,
    begunAt,
    againAt: undefined,
    claim: '',
    local: ours.local,
    foreign: ours.foreign,
  };
  // What the verdict leaves here stays here.
  if (keep.length > 0 || give.length > 0) state.resources.needsFailback = false;
  const facts = (part: Part): string => {
    const home = part === 'local' ? state.settings.localNode : peer.name;
    return `held ${ours[part]} ms here, ${theirs[part]} ms on ${peer.name}, home node ${home}`;
  };
  for (const part of keep) {
    turn.log('info', `Keeping our ${part} resources after the partition: ${facts(part)}`);
  }
  for (const part of give) {
    if (!state.resources.mine[part]) continue;
    turn.log('warn', `Giving up our ${part} resources after the partition: ${facts(part)}`);
    giveUp(turn, part);
  }
  // Single groups of shares that only the other node holds, of which no claim speaks.
  handBackBorrowed(turn, peer);
  announce(turn);
}

/**
 * Whoever heard the other node last must find us, also of what it does not hold any more: it may
 * have tried to take that meanwhile. Again when it has taken its addresses away.
 */
function announce(turn: Turn): void {
  const share = shareOf(heldOf(turn.state.resources.mine));
  if (share !== undefined) turn.job({ kind: 'announce', share }, { kind: 'announce', share });
}

function giveUp(turn: Turn, share: Part): void {
  // It could not be stopped a moment ago, and will be tried again in time.
  if (turn.state.resources.redo[share]?.how === 'letGo') return;
  letGo(turn, share);
  turn.job({ kind: 'standbyRelease', share }, { kind: 'letGo', share });
}

/** What we gave up has stopped: the other node may say again where it is. */
export function onLetGo(turn: Turn, share: Share, outcome: JobOutcome): void {
  if (outcome.stuck !== undefined && outcome.stuck.length > 0) {
    const groups = outcome.stuck.join(' ');
    turn.log('crit', `${groups} could not be stopped and runs on both nodes`);
    letGoLater(turn, share);
    return;
  }
  tellHolding(turn, { info: 'letgo' });
}

/** The other node has let go of what we keep: its addresses are gone, ours are the only ones. */
export function onOtherLetGo(turn: Turn): void {
  // What it had of ours before the partition went with the rest; of what it was offered since it
  // will tell what came.
  retryWhatWasAway(turn, ['away', 'recall']);
  announce(turn);
}
