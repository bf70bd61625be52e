/** A node that reads its configuration anew while it has groups that are to go home. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settledPair, type World } from '../world.fixture.js';

/** Backup reads its configuration anew that long after the node it has replaced has come back. */
function reloadAfterReturn(world: World, after: number): void {
  world.tell('loadbalancer', { kind: 'stop', keep: false });
  world.run(6000);
  assert.deepEqual(world.pair(), ['down', 'all']);
  world.boot('loadbalancer');
  world.run(after);
  world.tell('backup', { kind: 'stop', keep: true });
  world.run(8000);
}

describe('a reload of a node that has taken groups over', () => {
  it('keeps them from going home no more than any other', () => {
    for (let after = 0; after <= 40; after += 1) {
      const world = settledPair();
      reloadAfterReturn(world, after);
      assert.deepEqual(world.pair(), ['local', 'local'], `${after} ms after the return`);
      assert.deepEqual(world.doubles, []);
    }
  });

  it('has nothing go home where that is not wanted, or that was moved by hand', () => {
    const off = settledPair({ autoFailback: 'off' });
    reloadAfterReturn(off, 0);
    assert.deepEqual(off.pair(), ['none', 'all']);
    const world = settledPair();
    world.ask('loadbalancer', 'all');
    world.run(2000);
    world.tell('backup', { kind: 'stop', keep: true });
    world.run(8000);
    assert.deepEqual(world.pair(), ['none', 'all']);
  });
});
