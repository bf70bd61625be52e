/** Words of a standby that come at the wrong time. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { settledPair } from '../world.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('is refused while the other node says that its resources move', () => {
  const world = settledPair({ autoFailback: 'off' });
  const moving = Message.of({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  world.tell('backup', { kind: 'local', message: moving });
  world.run(1);
  world.ask('loadbalancer', 'all');
  assert.equal(
    world.host('loadbalancer').log.at(-1),
    'standby message [me] from loadbalancer ignored.  Other side is in flux.',
  );
  world.run(2000);
  assert.deepEqual(world.pair(), ['local', 'local']);
});

it('goes on only when the share is given, not what an earlier one was about', () => {
  const beside = new BesideGenuine(undefined, 'local');
  beside.gives();
  const before = [...beside.jobs];
  beside.says({ t: 'ask_resources', rsc_hold: 'foreign', info: 'done' });
  assert.deepEqual(beside.jobs, before);
  beside.says({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  assert.deepEqual(beside.jobs, [...before, 'standbyAcquire']);
});
