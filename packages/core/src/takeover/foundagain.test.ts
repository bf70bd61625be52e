/** Who tells the clients where a group runs when the node that had it for a while is gone. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

it('we, when a node that has taken us for dead begins a new life', () => {
  const beside = new BesideGenuine(undefined, 'local');
  assert.equal(beside.state.resources.mine.local, true);
  beside.says({ t: 'stonith', node: 'backup', result: 'n_stnth' });
  const before = [...beside.jobs];
  for (let life = 0; life < 2; life += 1) {
    beside.restarts();
    assert.deepEqual(beside.jobs, [...before, 'announce'], 'once');
  }
});

it('we, when we go on with it and the first other that we meet begins', () => {
  const beside = (st: 'up' | 'active'): BesideGenuine =>
    new BesideGenuine('local', undefined, false, 'on', st);
  assert.deepEqual(beside('up').jobs, ['announce']);
  assert.deepEqual(beside('active').jobs, []);
});
