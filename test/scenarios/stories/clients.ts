/** Clients of respawn and failfast lines that end. */

import { bothUp, FIRST, SECOND, type Stories } from './story.js';

export const clients: Stories = {
  'respawn-clients': async (play) => {
    await bothUp(play);
    await play.run(FIRST, ['pkill', '-9', '-x', 'sleep', '-u', 'hacluster']);
    // Time for the client that ends with 1 to be started as often as it may be.
    await play.pause(20);
    await play.stop(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
  },

  'failfast-client-dies': async (play) => {
    await bothUp(play);
    await play.run(FIRST, ['pkill', '-9', '-x', 'sleep', '-u', 'hacluster']);
    await play.rebooted(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
  },
};
