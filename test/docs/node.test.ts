/** The documents' commands for nodes, typed on the nodes of a pair, one after the other. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Cluster } from '../lab/cluster.js';
import { recordedTable, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { labProgram } from '../lab/place.js';
import { type Stack, stack } from '../lab/stack.js';
import { standInTunnel } from '../lab/tunnel.js';
import { LAB_SHELL, STEPS } from './onnode.js';
import { letRootIn, untilSaid } from './ssh.js';
import type { Step } from './step.js';

const LIMIT_MS = 60_000;

/** Tells at which levels a service starts and stops, by the words that chkconfig looks for. */
const CHKCONFIG = `#!/bin/sh
for word; do case $word in --add | on | off) ;; *) name=$word ;; esac; done
set -- $(sed -n 's/^# chkconfig: //p' "/etc/init.d/$name")
echo "$name $2 $3"
`;

/** Where the documents' programs are that are called by their name. */
const PATH = 'PATH=$PATH:/usr/lib/heartbeat:/usr/share/heartbeat';
/** systemctl is to change links and to ask nobody. */
const PRELUDE = `export ${PATH} SYSTEMD_OFFLINE=1`;

let programs: Stack;
let pair: Pair;
let cluster: Cluster;

before(async () => {
  programs = stack('ours');
  pair = await openPair(programs);
  const files = tutorialFiles(null);
  const hosts = files['/etc/hosts'];
  const table = files['/etc/sysconfig/ipvsadm'];
  const www = files['/etc/ha.d/ldirectord.cf'];
  const ipvsadm = recordedTable()['/usr/sbin/ipvsadm'];
  assert.ok(
    hosts !== undefined && table !== undefined && www !== undefined && ipvsadm !== undefined,
  );
  cluster = await Cluster.open(pair, {
    '/etc/hosts': hosts,
    '/etc/sysconfig/ipvsadm': table,
    '/usr/sbin/ipvsadm': ipvsadm,
    '/etc/ha.d/www.cf': www,
    '/sbin/chkconfig': { text: CHKCONFIG, mode: 0o755 },
  });
  for (const node of DIRECTORS) await standInTunnel(pair.site, node);
  const [home, other] = DIRECTORS;
  await letRootIn(pair.site, home, other);
});

after(async () => {
  await cluster.close();
  await pair.close();
  programs.dispose();
});

async function typeOn(node: string, step: Step): Promise<void> {
  const words = ['bash', '-c', `${PRELUDE}; ${step.typed ?? step.command}`];
  if (step.stays === true) {
    await (await untilSaid(pair.site, node, words, step.says)).stop();
    return;
  }
  const { code, stdout, stderr } = await pair.site.run(node, words, { timeoutMs: LIMIT_MS });
  const said = `${stdout}${stderr}`.trim();
  assert.match(said, step.says, `${node}: ${step.command}`);
  assert.equal(code, step.code ?? 0, `${node}: ${step.command}: ${said}`);
}

for (const step of STEPS) {
  const [title] = step.command.split('\n');
  test(title, async () => {
    const since = cluster.feed.mark;
    const nodes = step.on === 'both' ? DIRECTORS : [step.on];
    await Promise.all(nodes.map((node) => typeOn(node, step)));
    if (step.afterwards === undefined) return;
    for (const line of step.afterwards.logs) {
      await cluster.logged(step.afterwards.node, line, since, LIMIT_MS);
    }
  });
}

test('the lab by hand', async () => {
  const words = [labProgram('shell.js'), 'pair'];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${LAB_SHELL.orders.join('\n')}\n`);
  const said = await text(child.stdout);
  assert.doesNotMatch(said, /Error|orders:/);
  assert.match(said, /^lab> /);
});
