/** Requests of the operator. */

import type { Director } from '../../lab/lab.js';
import type { Share } from '../play.js';
import { bothUp, FIRST, SECOND, type Stage, type Stories } from './story.js';

/** What a node that is asked to move resources has written when all of it is done. */
const COMPLETED = /Other node completed standby takeover/;

/** `hb_standby`, until the other node has what was given. */
async function gives(play: Stage, node: Director, share: Share = ''): Promise<void> {
  await play.standby(node, share);
  await play.logged(node, COMPLETED);
  await play.atRest();
}

/** `hb_takeover`, until this node has what it asked for. */
async function takes(play: Stage, node: Director, share: Share = ''): Promise<void> {
  await play.takeover(node, share);
  await play.logged(node === FIRST ? SECOND : FIRST, COMPLETED);
  await play.atRest();
}

export const requests: Stories = {
  'hb_standby-all': async (play) => {
    await bothUp(play);
    await gives(play, FIRST);
    await gives(play, SECOND, 'all');
    await gives(play, FIRST, 'foreign');
    await gives(play, FIRST, 'local');
    await gives(play, SECOND, 'failback');
  },

  hb_takeover: async (play) => {
    await bothUp(play);
    await takes(play, SECOND);
    await takes(play, FIRST, 'local');
    await takes(play, FIRST, 'foreign');
    await takes(play, SECOND, 'failback');
  },

  'concurrent-standby': async (play) => {
    await play.behave('ipvsadm', 'stop', { delay: 3 });
    await bothUp(play);
    // At the same time, but the second node's request is heard first, as it was in the recording.
    await play.standby(SECOND);
    await play.logged(FIRST, /backup wants to go standby/);
    await play.standby(FIRST, '', 'meanwhile');
    await play.called(FIRST, `start ${play.group(2)[0]}`);
    await play.atRest();
    await play.standby(FIRST);
    await play.called(FIRST, 'stop ipvsadm');
    await play.standby(SECOND);
    await play.called(SECOND, `start ${play.group(2)[0]}`);
    await play.atRest();
    await play.pause(3);
    await play.atRest();
  },

  'reload-sighup': async (play) => {
    await bothUp(play);
    const reread = ['/etc/init.d/heartbeat', 'reload'];
    await play.run(FIRST, reread);
    await play.run(FIRST, ['sh', '-c', 'sleep 1.1; touch /etc/ha.d/authkeys']);
    await play.run(FIRST, reread);
    await play.run(FIRST, ['sh', '-c', 'sleep 1.1; touch /etc/ha.d/ha.cf']);
    await play.run(FIRST, reread);
    await play.pause(6);
    await play.atRest();
    await play.run(FIRST, ['sh', '-c', 'sleep 1.1; touch /etc/ha.d/haresources']);
    await play.run(FIRST, reread);
    await play.pause(3);
    await play.atRest();
  },
};
