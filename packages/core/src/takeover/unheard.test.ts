/** A life that begins hears a node of our kind that hears nothing of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BesideGenuine } from './besidegenuine.fixture.js';

const KIND = { t: 'status', st: 'active', dt: '7d0', protocol: '1', x_ts: '1 settle heal move' };
const NONE = { t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' };

function begun(taken: boolean): BesideGenuine {
  const beside = new BesideGenuine(undefined, undefined, false, 'off', 'none');
  beside.says(KIND);
  assert.equal(beside.state.resources.phase, 'starting');
  if (taken) beside.says({ t: 'stonith', node: 'backup', result: 'unneeded' });
  return beside;
}

it('takes nothing upon a word that is no answer to it', () => {
  const beside = begun(true);
  beside.says(NONE);
  assert.ok(!beside.jobs.includes('acquireOwn'));
  beside.says({ ...NONE, x_life: '9' });
  assert.ok(beside.jobs.includes('acquireOwn'));
});

it('takes any word for an answer of a node that acknowledges, or has not taken it for dead', () => {
  const heard = begun(true);
  heard.acknowledges();
  heard.says(NONE);
  assert.ok(heard.jobs.includes('acquireOwn'));
  const other = begun(false);
  other.says(NONE);
  assert.ok(other.jobs.includes('acquireOwn'));
});
