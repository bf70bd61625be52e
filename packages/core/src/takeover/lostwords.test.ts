/** A node of our kind that begins a new life, of whose first words some are lost. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { view } from '../node.js';
import { settledPair } from '../world.fixture.js';
import { BesideGenuine } from './besidegenuine.fixture.js';

const STATUS = { t: 'status', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };

/** Our node has taken over what the other held, which begins anew then. */
function afterDeath(): BesideGenuine {
  const beside = new BesideGenuine(undefined, 'local');
  beside.happens({ kind: 'time' }, 3000);
  for (const { id } of beside.state.resources.jobs) {
    beside.happens({ kind: 'jobDone', id, outcome: { ok: true, failed: [], groups: ['lvs'] } });
  }
  beside.beginsAnew();
  return beside;
}

it('is not met at work when it was heard to begin', () => {
  const beside = afterDeath();
  beside.says({ ...STATUS, st: 'init' });
  beside.says({ ...STATUS, st: 'active' });
  assert.equal(beside.state.heal, undefined);
  const other = afterDeath();
  other.says({ ...STATUS, st: 'active' });
  assert.notEqual(other.state.heal, undefined, 'nobody knows whether it went to work alone');
});

it('is as settled as it has said when its first word of that comes late', () => {
  const world = settledPair({ autoFailback: 'off' });
  world.tell('loadbalancer', { kind: 'stop', keep: false });
  world.run(6000);
  const give = world.give.bind(world);
  world.give = (name, host, event) => {
    const starting = event.kind === 'received' && event.message.get('t') === 'starting';
    if (starting && name === 'backup') world.later(3000, () => give(name, host, event));
    else give(name, host, event);
  };
  world.boot('loadbalancer');
  world.run(500);
  const words = { t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' };
  world.tell('backup', { kind: 'local', message: Message.of(words) });
  world.run(1000);
  assert.deepEqual(world.pair(), ['none', 'all']);
  assert.equal(view(world.host('backup').state).resources, 'all');
  world.run(10_000);
  assert.equal(view(world.host('backup').state).resources, 'all');
});

it('is given its groups when nobody finds anything to settle', () => {
  const world = settledPair();
  world.crash('loadbalancer');
  world.run(6000);
  const backup = world.host('backup');
  assert.equal(backup.state.resources.needsFailback, true);
  world.boot('loadbalancer');
  const give = world.give.bind(world);
  // Not a word of it comes before it is at work.
  world.give = (name, host, event) => {
    const { message } = event.kind === 'received' ? event : { message: Message.of({}) };
    const early = message.get('t') === 'status' && message.get('st') !== 'active';
    if (name !== 'backup' || !early) give(name, host, event);
  };
  world.run(8000);
  assert.ok(
    backup.log.some((line) => line === 'Status update for node loadbalancer: status active'),
  );
  assert.deepEqual(world.pair(), ['local', 'local']);
});
