/** Requests for a standby that come at the wrong time: refused, or followed as far as they hold. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { settledPair } from '../world.fixture.js';

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

it('takes what was given, not what was asked for while another request was under way', () => {
  const world = settledPair({ autoFailback: 'off' });
  const give = world.give.bind(world);
  // The first request is not heard; the second the giver itself does not follow.
  world.give = (name, host, event) => {
    const unheard =
      event.kind === 'received' &&
      event.message.get('info') === 'me' &&
      event.message.get('rsc_hold') === 'foreign';
    if (!unheard) give(name, host, event);
  };
  world.tell('backup', { kind: 'stop', keep: false });
  world.run(3000);
  world.boot('backup');
  world.run(3000);
  assert.deepEqual(world.pair(), ['all', 'none']);
  world.ask('loadbalancer', 'foreign');
  world.run(100);
  world.ask('loadbalancer', 'all');
  world.run(3000);
  assert.deepEqual(world.doubles, []);
  assert.deepEqual(world.pair(), ['local', 'local']);
});
