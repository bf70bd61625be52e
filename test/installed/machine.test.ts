/** docs/migrate.md, followed to the letter on a pair in the virtual machine, with kernel IPVS. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseTable } from '../demo/ipvstable.js';
import { ALL_SERVE } from '../demo/steps.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { LoadClient } from '../lab/load/client.js';
import { openVm } from '../lab/vm/vm.js';
import { Workplace } from '../packaging/built.js';
import { guide } from './guide.js';
import { Migration } from './migration.js';
import { buildPackages, REAL_SERVER, redHat } from './redhat.js';

const [HOME, OTHER] = DIRECTORS;

/**
 * All moves together, by the machine's clock: the genuine scripts are slow in emulation. The client
 * sees less of it: a director that has given up the address on eth0 has it on tunl0 by then, and
 * its own web server answers whoever has not heard of the new holder.
 */
const UNSERVED_MAX_MS = 4 * 10_000;
/** As long as a user waits for a page that is slow once. */
const GAP_MAX_MS = 3000;

/** The chapter at whose end the group is not at home. */
const AWAY = 'The new one serves';

/** Every request is some milliseconds of emulation. */
const INTERVAL_MS = 200;

/** After the last script of a start, ldirectord gives each server its weight. */
const TABLE_LIMIT_MS = 120_000;
const LOOK_MS = 500;

/** Waits until the kernel of one node has the tutorial's table, and that of the other has none. */
async function balancedBy(lab: Lab, holder: string): Promise<void> {
  const deadline = (await lab.site.now()) + TABLE_LIMIT_MS;
  const service = { address: '192.168.136.10:80', scheduler: 'rr', weights: ALL_SERVE };
  const wanted = DIRECTORS.map((node) => (node === holder ? [service] : []));
  for (;;) {
    const tables = await Promise.all(DIRECTORS.map((node) => lab.site.readNet(node, 'ip_vs')));
    const found = tables.map((text) =>
      parseTable(text).map(({ address, scheduler, servers }) => {
        const weights = Object.fromEntries(servers.map((one) => [one.address, one.weight]));
        return { address, scheduler, weights };
      }),
    );
    try {
      assert.deepEqual(found, wanted);
      return;
    } catch (error) {
      if ((await lab.site.now()) > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

describe('a rolling migration in the virtual machine', () => {
  const workplace = new Workplace();
  let lab: Lab;
  let migration: Migration;

  before(async () => {
    const packages = buildPackages(workplace);
    const director = redHat(workplace, packages);
    const isDirector = (host: string): boolean => DIRECTORS.some((name) => name === host);
    lab = await openVm((host) => (isDirector(host) ? director : REAL_SERVER), 'instructions');
    migration = await Migration.begin(lab, packages);
  });

  after(async () => {
    await migration?.cluster.close();
    await lab?.close();
    workplace.close();
  });

  test('there and back nobody holds the group twice, and everything is as it was', async () => {
    const client = await LoadClient.start(lab.site, 'client', 80, INTERVAL_MS);
    let before = 0;
    for (const chapter of guide('migrate.md')) {
      await migration.follow([chapter]);
      await balancedBy(lab, chapter.title === AWAY ? OTHER : HOME);
      const { longestGapMs, failures, answers } = await client.span();
      assert.ok(longestGapMs <= GAP_MAX_MS, `${chapter.title}: ${longestGapMs} ms without answer`);
      const unserved = migration.unserved();
      console.log(`    longest gap ${Math.round(longestGapMs)} ms, ${failures} failures`, answers);
      console.log(`    address on none for ${Math.round(unserved - before)} ms`);
      before = unserved;
    }
    await client.stop();
    assert.ok(before <= UNSERVED_MAX_MS, `nobody for ${before} ms`);
    await migration.isUndone();
  });
});
