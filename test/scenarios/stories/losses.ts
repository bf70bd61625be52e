/** Power cuts, killed processes, and cut links. */

import { bothUp, FIRST, SECOND, type Stage, type Stories } from './story.js';

async function crashAndRejoin(play: Stage): Promise<void> {
  await bothUp(play);
  await play.crash(FIRST);
  await play.called(SECOND, 'start ldirectord');
  await play.atRest();
  await play.boot(FIRST);
  await play.start(FIRST);
}

/** The link is cut until each side has taken everything, and joined again. */
async function splitAndHeal(play: Stage): Promise<void> {
  await bothUp(play);
  await play.cut();
  await Promise.all([play.called(FIRST, 'start web'), play.called(SECOND, 'start ldirectord')]);
  await play.atRest();
  await play.heal();
  // Two genuine nodes give up everything, wait ten seconds and more, and start their own again.
  await play.pause(8);
  await play.atRest();
  await play.pause(14);
  await play.atRest();
}

export const losses: Stories = {
  'crash-rejoin-auto_failback-on': async (play) => {
    await crashAndRejoin(play);
    await play.called(FIRST, 'start ldirectord');
    await play.atRest();
  },

  'crash-rejoin-auto_failback-off': async (play) => {
    await crashAndRejoin(play);
    await play.atRest();
    await play.pause(8);
    await play.atRest();
  },

  'crash-rejoin-auto_failback-legacy': async (play) => {
    await crashAndRejoin(play);
    await play.called(FIRST, 'start ldirectord');
    await play.atRest();
    await play.stop(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
  },

  'master-process-killed': async (play) => {
    await bothUp(play);
    play.lost(FIRST);
    await play.run(FIRST, ['sh', '-c', 'kill -9 "$(cat /var/run/heartbeat.pid)"']);
    // The deadtime and a takeover, where the node does not come back.
    await play.pause(8);
    await play.atRest();
    await play.pause(1);
  },

  'split-brain-heal-auto_failback-on': splitAndHeal,
  'split-brain-heal-auto_failback-off': splitAndHeal,
  'split-brain-heal-auto_failback-legacy': splitAndHeal,
};
