/** statusLine: one line for each state. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterView } from '@ts-heartbeat/core/view';
import { statusLine } from './statusline.js';

const node = (name: string, status: string, type: 'normal' | 'ping' = 'normal') => ({
  name,
  type,
  status,
  links: [],
});

function view(resources: ClusterView['resources'], ...peers: string[]): ClusterView {
  const others = peers.map((name) => node(name, 'active'));
  const nodes = [node('a', 'active'), ...others, node('gw', 'ping', 'ping')];
  return { localNode: 'a', generation: 1, nodes, resources };
}

test('says what is held and how each peer is; ping nodes are left out', () => {
  assert.equal(statusLine(view('local', 'b')), 'holding local; peer b active');
  assert.equal(statusLine(view('none', 'b', 'c')), 'holding none; peers b active, c active');
  assert.equal(statusLine(view('transition')), 'resources in transition');
});
