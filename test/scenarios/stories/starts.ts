/** Cold starts, together and alone, and orderly stops. */

import { bothUp, FIRST, SECOND, type Stories } from './story.js';

export const starts: Stories = {
  'cold-start-both-auto_failback-on': async (play) => {
    await bothUp(play);
    await play.stop(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.logged(SECOND, /Link loadbalancer:eth0 dead/);
    await play.atRest();
    await play.start(FIRST);
    await play.called(FIRST, 'start ldirectord');
    await play.atRest();
  },

  'cold-start-second-node-late': async (play) => {
    await play.start(SECOND);
    // Well inside initdead, also where programs start slowly.
    await play.pause(1);
    await play.start(FIRST);
    await play.called(FIRST, 'start ldirectord');
    await play.atRest();
  },

  'start-alone-primary': async (play) => {
    await play.start(FIRST);
    await play.called(FIRST, 'start ldirectord');
    await play.called(FIRST, 'start web');
    await play.atRest();
  },

  'start-alone-seed-config': async (play) => {
    await play.start(SECOND);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
    await play.start(FIRST);
    await play.called(FIRST, 'start ldirectord');
    await play.atRest();
    await play.stop(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.logged(SECOND, /Link loadbalancer:eth0 dead/);
    await play.atRest();
    await play.stop(SECOND);
  },

  'stop-right-after-lone-start': async (play) => {
    await play.start(FIRST);
    await play.called(FIRST, 'start ldirectord');
    await play.called(FIRST, 'start web');
    await play.pause(2);
    await play.standby(FIRST);
    await play.pause(0.6);
    await play.stop(FIRST);
  },

  'stop-both-and-stop-during-takeover': async (play) => {
    await play.behave('ipvsadm', 'start', { delay: 3 });
    await bothUp(play);
    const first = play.stop(FIRST);
    await play.called(SECOND, 'start ipvsadm');
    await first;
    await play.stop(SECOND);
    await bothUp(play);
    // Each has heard of its own stop before the other has let go.
    await play.behave('ldirectord', 'stop', { delay: 3 });
    await play.stop(FIRST, SECOND);
  },
};
