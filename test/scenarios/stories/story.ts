/** What a story is: the things that are done to a pair, in the order of a recording. */

import type { Play } from '../play.js';

/** What can be done to a pair, of whatever kind: on hosts, or in a simulation. */
export type Stage = Pick<
  Play,
  | 'start'
  | 'stop'
  | 'crash'
  | 'boot'
  | 'standby'
  | 'takeover'
  | 'run'
  | 'cut'
  | 'heal'
  | 'losePings'
  | 'returnPings'
  | 'behave'
  | 'logged'
  | 'called'
  | 'rebooted'
  | 'pause'
  | 'atRest'
  | 'lost'
  | 'group'
>;

export type Story = (play: Stage) => Promise<void>;

/** Stories by the names of their recordings. */
export type Stories = Readonly<Record<string, Story>>;

/** The home of the first group. */
export const FIRST = 'loadbalancer';

/** The home of the second group, where there is one. */
export const SECOND = 'backup';

/** Both nodes are started; each takes its own group. */
export async function bothUp(play: Stage): Promise<void> {
  await play.start(FIRST, SECOND);
  await play.called(FIRST, 'start lvs');
  await play.called(SECOND, `start ${play.group(2)[0]}`);
  await play.atRest();
}
