/** A pair of genuine nodes, in either lab, that is led by docs/migrate.md to the product and back. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { heldByNobody } from '../cluster/holders.js';
import { bootServer, SERVERS } from '../lab/boot.js';
import { Cluster } from '../lab/cluster.js';
import {
  type ClusterFiles,
  recordedTable,
  type Timers,
  tutorialFiles,
} from '../lab/clusterfiles.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import { labFile } from '../lab/place.js';
import { type Chapter, type Instruction, isAsTold, onlyLooks } from './guide.js';
import { FOLDER, install, type Packages } from './redhat.js';

/** A machine that is busy, or stands still for seconds in emulation, must not be taken for dead. */
const TIMERS: Readonly<Record<'namespaces' | 'emulation', Timers>> = {
  namespaces: { keepalive: '1', deadtime: '8', warntime: '4', initdead: '10' },
  emulation: { keepalive: '1', deadtime: '20', warntime: '10', initdead: '40' },
};

/** A look that does not become true is given up; the longest move by genuine scripts takes less. */
const LOOKS_LIMIT_MS = { namespaces: 45_000, emulation: 180_000 } as const;

/** An upgrade stops and starts heartbeat; a move by genuine scripts in emulation takes a minute. */
const LIMIT_MS = 240_000;
/**
 * How long the first start may take by the clock of this machine, on which an emulated one depends
 * for its speed alone.
 */
const PATIENCE_MS = 1_200_000;
/** Between two looks at what has not come yet. */
const LOOK_MS = 1000;

const [HOME] = DIRECTORS;

/** What Debian's rpm says of itself before anything else. */
const OF_DEBIAN = /^rpm: (RPM should not be used directly|However assuming you know).*\n/gm;

/** What the tutorial has its reader write, besides the configuration. */
function usersScripts(): ClusterFiles {
  const script = (name: string) => ({
    text: readFileSync(labFile('genuine', name), 'utf8'),
    mode: 0o755,
  });
  return {
    '/etc/ha.d/resource.d/lvs': script('etc/ha.d/resource.d/lvs'),
    '/etc/ha.d/resource.d/ipvsadm': script('etc/ha.d/resource.d/ipvsadm'),
    '/etc/rc.d/init.d/tunl': script('etc/init.d/tunl'),
  };
}

/** What must be in the end as it was in the beginning, on one node. */
const OWN = `cd / && rpm -qa | sort && find etc/rc.d -name '[SK]*heartbeat' | sort &&
md5sum etc/ha.d/ha.cf etc/ha.d/haresources etc/ha.d/authkeys etc/ha.d/ldirectord.cf \
  etc/ha.d/resource.d/* etc/rc.d/init.d/tunl etc/sysconfig/ipvsadm var/lib/heartbeat/hb_uuid |
grep -v rpmnew; stat -c %a etc/ha.d/authkeys; rpm -V heartbeat resource-agents cluster-glue`;

export class Migration {
  readonly cluster: Cluster;
  readonly #lab: Lab;
  readonly #began: readonly string[];

  private constructor(lab: Lab, cluster: Cluster, began: readonly string[]) {
    this.#lab = lab;
    this.cluster = cluster;
    this.#began = began;
  }

  /** Installs the genuine packages on both directors, and starts the tutorial's cluster with them. */
  static async begin(lab: Lab, packages: Packages): Promise<Migration> {
    const { base, staying, replaced } = packages;
    const genuine = [base, ...staying, ...replaced];
    await Promise.all(DIRECTORS.map((node) => install(lab.site, node, genuine)));
    const files = { ...tutorialFiles(TIMERS[place(lab)]), ...usersScripts() };
    const cluster = await Cluster.open(lab, { ...files, ...(lab.balances ? {} : recordedTable()) });
    for (const node of DIRECTORS) await must(lab, node, 'chkconfig heartbeat on');
    if (lab.balances) await Promise.all(SERVERS.map((host) => bootServer(lab, host)));
    await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
    await cluster.called(HOME, 'ldirectord start', 0, PATIENCE_MS);
    await cluster.holding(HOME, true, PATIENCE_MS);
    await cluster.settled(PATIENCE_MS);
    const began = await own(lab);
    for (const said of began) assert.match(said, /^heartbeat-3.*S75heartbeat.*hb_uuid\n600\n/ms);
    return new Migration(lab, cluster, began);
  }

  /** Types what the chapters say, and holds their author to it. */
  async follow(chapters: readonly Chapter[]): Promise<void> {
    for (const { title, instructions } of chapters) {
      console.log(`  ${title}`);
      for (const instruction of instructions) await this.#type(instruction);
    }
  }

  async #type(instruction: Instruction): Promise<void> {
    const { node, command, prints } = instruction;
    const limitMs = LOOKS_LIMIT_MS[place(this.#lab)];
    const deadline = (await this.#lab.site.now()) + limitMs;
    for (;;) {
      const argv = ['sh', '-c', `cd ${FOLDER} && { ${command}\n} 2>&1`];
      const { code, stdout } = await this.#lab.site.run(node, argv, { timeoutMs: LIMIT_MS });
      const output = stdout.replace(OF_DEBIAN, '');
      if (code === 0 && isAsTold(prints, output)) return;
      if (!onlyLooks(instruction) || (await this.#lab.site.now()) > deadline) {
        const told = prints.join('\n');
        const logs = await Promise.all(DIRECTORS.map((name) => this.#log(name)));
        const said = `${node}# ${command}\n${output}exit code ${code}; told is:\n${told}`;
        assert.fail([said, ...logs].join('\n'));
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** What a node has said last, for whoever wants to know why. */
  async #log(node: string): Promise<string> {
    const argv = ['tail', '-n', '40', '/var/log/ha-log'];
    const { stdout } = await this.#lab.site.run(node, argv, { timeoutMs: LIMIT_MS });
    return `${node}:\n${stdout}`;
  }

  /** Never on both nodes; for how long, in milliseconds, on none. */
  unserved(): number {
    assert.equal(this.cluster.doublyHeldMs(0), 0);
    return heldByNobody(this.cluster.feed.since(0), DIRECTORS);
  }

  /** The packages, what starts at boot, and all that is the user's are as they were. */
  async isUndone(): Promise<void> {
    assert.deepEqual(await own(this.#lab), this.#began);
  }
}

function place(lab: Lab): 'namespaces' | 'emulation' {
  return lab.balances ? 'emulation' : 'namespaces';
}

async function must(lab: Lab, node: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await lab.site.run(node, ['sh', '-c', command], {
    timeoutMs: LIMIT_MS,
  });
  assert.equal(code, 0, `${node}# ${command}: ${stdout}${stderr}`);
  return stdout;
}

function own(lab: Lab): Promise<readonly string[]> {
  return Promise.all(DIRECTORS.map((node) => must(lab, node, `{ ${OWN}; } || true`)));
}
