/**
 * The wall clock is set by hours while a cluster works, in the virtual machine: membership, beats
 * and takeover do not notice. Both nodes share the machine's clock, so both see the step.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { type Stack, stack, stackName } from '../lab/stack.js';
import { openVm } from '../lab/vm/vm.js';
import { files, HOME, OTHER, REDUCED } from './scene.js';

/** Emulation: a start of a node takes many seconds. */
const LIMIT_MS = 150_000;
const HOURS = 3600;

let programs: Stack | undefined;
let lab: Awaited<ReturnType<typeof openVm>>;

before(async () => {
  if (REDUCED) return;
  programs = stack(stackName(process.env.TS_HEARTBEAT_STACK));
  lab = await openVm(programs);
});

after(async () => {
  await lab?.close();
  programs?.dispose();
});

/** The tutorial's scripts need more of the kernel than this story does; so do short timers. */
function calm(): ReturnType<typeof files> {
  const set = files(['logfile /var/log/ha-log']);
  const text = (set['/etc/ha.d/ha.cf']?.text ?? '')
    .replace('keepalive 250ms', 'keepalive 1')
    .replace('deadtime 3', 'deadtime 6')
    .replace('warntime 2', 'warntime 4')
    .replace('initdead 6', 'initdead 12');
  return { ...set, '/etc/ha.d/ha.cf': { text, mode: 0o644 } };
}

async function story(): Promise<void> {
  const cluster = await Cluster.open(lab, calm());
  await Promise.all([HOME, OTHER].map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  const since = cluster.feed.mark;
  for (const hours of [3, -6, 9]) {
    const set = `date -s "@$(( $(date +%s) + ${hours * HOURS} ))"`;
    const { code, stderr } = await lab.site.run(HOME, ['sh', '-c', set]);
    assert.equal(code, 0, stderr);
    // Longer than deadtime: a clock that is believed would have killed somebody by then.
    await new Promise((resolve) => setTimeout(resolve, 8000));
  }
  for (const node of [HOME, OTHER]) {
    assert.deepEqual(
      cluster.lines(node, /is dead|Late heartbeat|returning|Link .* dead/, since),
      [],
    );
  }
  await cluster.powerOff(HOME);
  await cluster.holding(OTHER, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  await cluster.stop(OTHER);
  await cluster.close();
}

if (!REDUCED) {
  test('the wall clock steps forth and back by hours: nobody is late, nobody is dead', story);
}
