/** Ping nodes that are lost and come back, with ipfail. */

import { bothUp, FIRST, SECOND, type Stories, type Story } from './story.js';

/** The first node loses its ping nodes, and everything moves; then it has them again. */
const loseAndFind: Story = async (play) => {
  await bothUp(play);
  await play.losePings(FIRST);
  await play.called(SECOND, 'start ldirectord');
  await play.atRest();
  await play.pause(3);
  await play.returnPings(FIRST);
  await play.pause(8);
  await play.atRest();
};

export const connectivity: Stories = {
  'ipfail-auto_failback-on': loseAndFind,
  'ipfail-auto_failback-off': loseAndFind,
  'ipfail-single-ping_group-auto_failback-on': loseAndFind,

  'ipfail-both-sides-lose-ping': async (play) => {
    await bothUp(play);
    await play.losePings(FIRST, SECOND);
    await play.logged(FIRST, /node group1: is dead/);
    await play.pause(5);
    await play.atRest();
    await play.returnPings(FIRST, SECOND);
    await play.pause(6);
    await play.atRest();
  },

  'ipfail-brief-ping-loss': async (play) => {
    await bothUp(play);
    await play.pause(3);
    await play.losePings(FIRST);
    await play.logged(FIRST, /node group1: is dead/);
    await play.returnPings(FIRST);
    await play.pause(8);
    await play.atRest();
  },
};
