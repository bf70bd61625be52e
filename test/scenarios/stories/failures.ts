/** Scripts that fail. */

import { bothUp, FIRST, SECOND, type Stories } from './story.js';

/** After this the genuine program gives away what it could not start, by hb_standby, in seconds. */
const SECOND_THOUGHT = 30;

export const failures: Stories = {
  'failing-start': async (play) => {
    await play.behave('ipvsadm', 'start', { rc: 1 }, [FIRST]);
    await play.start(FIRST, SECOND);
    await play.called(FIRST, 'stop lvs');
    await play.pause(SECOND_THOUGHT + 5);
    await play.atRest();
    await play.pause(5);
    await play.atRest();
  },

  'failing-start-on-takeover': async (play) => {
    await play.behave('ipvsadm', 'start', { rc: 1 }, [SECOND]);
    await bothUp(play);
    await play.standby(FIRST, 'local');
    await play.called(SECOND, 'stop lvs');
    await play.called(FIRST, 'start ldirectord');
    await play.pause(3);
    await play.atRest();
  },

  'failing-stop-but-stopped': async (play) => {
    await play.behave('web', 'stop', { rc: 1, effect: true }, [FIRST]);
    await bothUp(play);
    await play.stop(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
  },

  'failing-stop-still-running': async (play) => {
    await play.behave('ldirectord', 'stop', { rc: 1 }, [FIRST]);
    await bothUp(play);
    await play.standby(FIRST);
    await play.rebooted(FIRST);
    await play.called(SECOND, 'start ldirectord');
    await play.atRest();
  },
};
