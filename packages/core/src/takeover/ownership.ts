/** What is ours: since when, and the lines that tell of it. */
import type { Turn } from '../turn.js';

/** Stands in `keys` for groups that an earlier life took: nobody told which they are. */
export const RESUMED = '';

/**
 * Stands among the words of `x_ts` (legacy mode) while we run groups of other nodes although we are
 * not at work yet: we took them over, or an earlier life has left them to us, while we wait for a
 * node or a ping node. Their home node must ask for them; by our status alone it would not.
 */
export const HOLDS = 'holds';

/** Marks groups as ours, from now on, where they were not before. */
export function hold(turn: Turn, share: 'local' | 'foreign' | 'all'): void {
  const { mine, since } = turn.state.resources;
  for (const part of ['local', 'foreign'] as const) {
    if ((share !== part && share !== 'all') || mine[part]) continue;
    mine[part] = true;
    since[part] = turn.now.at;
    forgetBorrowed(turn, part);
  }
}

/** Marks groups as no longer ours. */
export function letGo(turn: Turn, share: 'local' | 'foreign' | 'all'): void {
  const { resources } = turn.state;
  for (const part of ['local', 'foreign'] as const) {
    if (share !== part && share !== 'all') continue;
    resources.mine[part] = false;
    resources.keys = { ...resources.keys, [part]: [] };
    forgetTroublesOf(turn, part);
    forgetBorrowed(turn, part);
  }
}

/** The other node holds these, or is to: groups that we could not start are its concern. */
export function forgetTroublesOf(turn: Turn, part: 'local' | 'foreign'): void {
  const { resources } = turn.state;
  if (resources.troubles.length === 0) return;
  resources.troubles = resources.troubles.filter(({ share }) => share !== part);
}

/** The whole share is ours, or goes: nothing of it is an exception any more. */
function forgetBorrowed(turn: Turn, part: 'local' | 'foreign'): void {
  const { resources } = turn.state;
  if (resources.borrowed.length === 0) return;
  resources.borrowed = resources.borrowed.filter(({ share }) => share !== part);
}

/** `req_our_resources` has ended (heartbeat 3.0.6): with groups to see to, or without any. */
export function tellAcquired(turn: Turn, any: boolean): void {
  const { localNode } = turn.state.settings;
  const list = `/usr/share/heartbeat/ResourceManager listkeys ${localNode}`;
  if (any) turn.log('info', 'Local Resource acquisition completed.');
  else turn.log('info', `No local resources [${list}] to acquire.`);
}

/** The line of the first time that there is nothing left to be taken, and what came last. */
export function noteFirstAcquisition(turn: Turn, reason: string): void {
  const { resources } = turn.state;
  if (resources.firstAcquisitionDone) return;
  resources.firstAcquisitionDone = true;
  turn.log('info', `Initial resource acquisition complete (${reason})`);
}
