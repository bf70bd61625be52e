/** The live block, the final table, and cutting a line to the terminal. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report } from './report.js';
import { newScene, take } from './scene.js';
import { cut } from './screen.js';
import { COLOUR, PLAIN, view } from './view.js';

test('a node shows its links by medium, its cable, its power, and the address', () => {
  const scene = newScene();
  const log = (node: string, text: string) => take(scene, { kind: 'log', at: 0, node, text });
  const prefix = 'Nov 22 14:09:55 backup heartbeat: [19]: info: ';
  assert.equal(log('backup', `${prefix}Local status now set to: 'active'`), null);
  assert.equal(
    log('backup', `${prefix}Link loadbalancer:/dev/ttyS0 up.`),
    'backup: Link loadbalancer:/dev/ttyS0 up.',
  );
  log('backup', `${prefix}Link loadbalancer:eth0 dead.`);
  assert.equal(
    take(scene, { kind: 'address', at: 0, node: 'backup', held: true }),
    'backup has the virtual address on eth0',
  );
  const [, first, second] = view(scene, 'title', PLAIN, true);
  assert.equal(first, 'loadbalancer  heartbeat stopped  ');
  assert.equal(
    second,
    'backup        heartbeat active   /dev/ttyS0 up  eth0 dead  HOLDS 192.168.136.10',
  );
});

test('a script’s line loses its time stamp as a daemon’s does', () => {
  const text =
    '2026/11/22_14:09:55  ResourceManager(default)[465]:    info: Running /etc/ha.d/resource.d/lvs  start';
  assert.equal(
    take(newScene(), { kind: 'log', at: 0, node: 'backup', text }),
    'backup: Running /etc/ha.d/resource.d/lvs  start',
  );
});

test('the table tells outcome, gap and goal of each step', () => {
  const step = { title: 'a', expected: 'b', actual: 'c', seconds: 1.25 };
  const lines = report([
    { ...step, ok: true, gapMs: 450, goalMs: 500 },
    { ...step, ok: false, gapMs: 900, goalMs: 500 },
    { ...step, ok: true },
  ]);
  assert.match(lines[1] ?? '', /^ {2}1 +as it should +1\.3 s +0\.45 s \(goal 0\.5\) +a$/);
  assert.match(lines[4] ?? '', /^ {2}2 +OTHERWISE +1\.3 s +0\.90 s \(goal 0\.5\) missed +a$/);
  assert.match(lines.at(-1) ?? '', /^1 gaps were longer/);
});

test('a line is cut to the width that is seen; colours count nothing', () => {
  assert.equal(cut('abcdef', 4), 'abcd');
  assert.equal(cut(`ab${COLOUR.good('cdef')}`, 4), `ab${COLOUR.good('cd')}`);
});
