/**
 * The demonstration's cluster in the virtual machine, from RPMs that are installed on its directors
 * and the tutorial's files; a node boots and halts by its runlevels.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Demo, type Open, type Variant } from '../demo/play.js';
import {
  expectOneHolder,
  expectOrder,
  HOME,
  moved,
  nodeView,
  OTHER,
  Otherwise,
  type Stage,
} from '../demo/stage.js';
import { STEPS, type Step } from '../demo/steps.js';
import type { Timers } from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import type { Stack } from '../lab/stack.js';
import { openVm } from '../lab/vm/vm.js';
import { Workplace } from '../packaging/built.js';
import { buildOurs, install, type Packages, REAL_SERVER, redHat, runlevel } from './redhat.js';

/** The tutorial's deadtime is long; the machine skips the time in which nothing runs. */
const TIMERS: Timers = { keepalive: '1', deadtime: '8', warntime: '4', initdead: '16' };
/** The machine's own clock does not mind a busy host, which costs patience instead. */
const PATIENCE_MS = 1_200_000;

const workplace = new Workplace();
const open: Open = {};
let packages: Packages;
let director: Stack;

before(() => {
  packages = buildOurs(workplace);
  director = redHat(workplace, packages);
});

after(async () => {
  clearInterval(open.look);
  await open.lab?.close();
  workplace.close();
});

/** By hand, since heartbeat is what its package enables; a web server waits for its administrator. */
const ENABLE = 'chkconfig --add tunl && chkconfig --add httpd && chkconfig httpd on';
/** Some fifty small programs, each of which takes 50 ms in emulation on a quiet machine. */
const ENABLE_LIMIT_MS = 180_000;

/** A director is installed as docs/install.md has it, and is a real server too. */
async function openInstalled(): Promise<Lab> {
  const isDirector = (host: string): boolean => DIRECTORS.some((name) => name === host);
  const lab = await openVm((host) => (isDirector(host) ? director : REAL_SERVER), 'instructions');
  open.lab = lab;
  const prepare = async (node: string): Promise<void> => {
    await install(lab.site, node, [packages.base, packages.ours]);
    const options = { timeoutMs: ENABLE_LIMIT_MS };
    const outcome = await lab.site.run(node, ['sh', '-c', ENABLE], options);
    assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  };
  await Promise.all(DIRECTORS.map(prepare));
  return lab;
}

/** Throws unless a walk through a runlevel called these, in this order. */
function expectWalk(stage: Stage, said: string, wanted: readonly string[]): void {
  const called = said.match(/^[SK]\d\d\w+ (?:start|stop)$/gm) ?? [];
  for (const line of called) stage.say(`    ${line}`);
  if (called.join() !== wanted.join()) throw new Otherwise(`called: ${called.join()}`);
}

/** `rc 3`: the role, heartbeat, the web server. */
async function boot(stage: Stage, node: string): Promise<void> {
  stage.say(`  ${node}: rc3.d`);
  const said = await stage.cluster.startBy(node, runlevel(3));
  expectWalk(stage, said, ['S70tunl start', 'S75heartbeat start', 'S85httpd start']);
}

const halt: Step = {
  title: `halt ${HOME}`,
  expected: `rc0.d in order: ${HOME} stops the group in reverse, ${OTHER} starts it`,
  async act(stage) {
    const since = stage.cluster.feed.mark;
    stage.say(`  ${HOME}: rc0.d`);
    const said = await stage.cluster.stopBy(HOME, runlevel(0));
    expectWalk(stage, said, ['K05heartbeat stop', 'K15httpd stop']);
    expectOrder(stage, HOME, 'stop', since);
    await stage.cluster.powerOff(HOME);
    nodeView(stage, HOME).power = false;
    await moved(stage, OTHER, since);
    expectOneHolder(stage, since);
    expectOrder(stage, OTHER, 'start', since);
    return `handed over to ${OTHER}, never held twice`;
  },
};

test('each step ends as it should', async () => {
  const variant: Variant = {
    open: openInstalled,
    boot,
    steps: [...STEPS, halt],
    timers: TIMERS,
    limitMs: PATIENCE_MS,
  };
  const settings = { verbatim: false, namespaces: false, programs: director, logs: undefined };
  assert.ok(await new Demo({ ...settings, variant }, open).play());
});
