/** Messages about resources in which a word is missing or means nothing. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Message } from '../message/message.js';
import { view } from '../node.js';
import { World } from '../world.fixture.js';

/** Settled, with auto_failback on; then the first node says these words. */
function heard(words: Readonly<Record<string, string>>): { world: World; log: readonly string[] } {
  const world = new World();
  world.boot('loadbalancer');
  world.boot('backup');
  world.run(8000);
  const before = world.host('backup').log.length;
  world.tell('loadbalancer', { kind: 'local', message: Message.of(words) });
  world.run(2000);
  return { world, log: world.host('backup').log.slice(before) };
}

it('takes nothing from a resource message that does not say what is held', () => {
  const { world, log } = heard({ t: 'resource', rtype: 'full', isstable: '1' });
  assert.deepEqual(log, ['resource message without rsc_hold field.']);
  assert.deepEqual(world.host('backup').state.resources.other, { local: true, foreign: false });
});

it('counts a word it does not know as none', () => {
  const { log } = heard({ t: 'resource', rsc_hold: 'everything', rtype: 'full', isstable: '1' });
  assert.ok(log.includes('encode_resources: bad resource type [everything]'));
});

it('takes a standby that does not say of what for one of everything', () => {
  const { world, log } = heard({ t: 'ask_resources', info: 'me' });
  assert.equal(log[0], 'loadbalancer wants to go standby [all]');
  assert.deepEqual(world.pair(), ['none', 'all']);
});

it('ignores a standby message without a step, or with an unknown one', () => {
  const none = heard({ t: 'ask_resources', rsc_hold: 'all' });
  assert.deepEqual(none.log, ['Received standby message without info/from']);
  const odd = heard({ t: 'ask_resources', rsc_hold: 'all', info: 'odd' });
  assert.deepEqual(odd.log, ["Ignored standby message 'odd' from loadbalancer in state 0"]);
  assert.deepEqual(odd.world.pair(), ['local', 'local']);
});

it('goes standby with everything when asked by a takeover for the failback', () => {
  const { world, log } = heard({ t: 'hb_takeover', rsc_hold: 'failback' });
  assert.ok(log.includes('backup wants to go standby [all]'), log.join('\n'));
  assert.deepEqual(world.pair(), ['all', 'none']);
});

it('leaves the nodes of ha.cf as they are, whoever is to be added, deleted or weighed', () => {
  for (const words of [
    { t: 'addnode', nodelist: 'third ' },
    { t: 'delnode', nodelist: 'loadbalancer ' },
    { t: 'setweight', node: 'loadbalancer', weight: '3' },
    { t: 'setsite', node: 'loadbalancer', site: 'here' },
  ]) {
    const { world, log } = heard(words);
    assert.deepEqual(log, [], words.t);
    const nodes = view(world.host('backup').state).nodes.map(({ name }) => name);
    assert.deepEqual(nodes, ['loadbalancer', 'backup']);
    assert.deepEqual(world.pair(), ['local', 'local']);
  }
});
