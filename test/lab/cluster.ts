/** The two directors of a lab under observation: their logs, and who has the virtual address. */

import type { ClusterFiles } from './clusterfiles.js';
import { Feed } from './feed.js';
import { DIRECTORS, type Lab, powerOff, VIRTUAL_ADDRESS } from './lab.js';
import type { Outcome, Task } from './site.js';

/** One thing seen of a director; instants are of the site's clock. */
export type Seen =
  | { readonly kind: 'log'; readonly at: number; readonly node: string; readonly text: string }
  | {
      readonly kind: 'address';
      readonly at: number;
      readonly node: string;
      readonly held: boolean;
    };

/** A resource script was called. */
export interface Call {
  readonly at: number;
  readonly node: string;
  readonly script: string;
  readonly verb: 'start' | 'stop';
}

/** The line every version writes before it calls a script. */
const RUNNING = /Running \/\S*\/(?:resource|init)\.d\/(\S+) .*\b(start|stop)\s*$/;

/** Starting and stopping heartbeat includes its scripts: minutes, if they are slow. */
const INIT_LIMIT_MS = 180_000;
/** Between two looks at a cluster that has not settled. */
const LOOK_MS = 1000;

const INIT = '/etc/init.d/heartbeat';

export class Cluster {
  readonly lab: Lab;
  readonly feed = new Feed<Seen>((seen) =>
    seen.kind === 'log'
      ? `${seen.node}: ${seen.text}`
      : `${seen.node} ${seen.held ? 'takes' : 'drops'} ${VIRTUAL_ADDRESS}`,
  );
  readonly #holds = new Map<string, boolean>();
  readonly #running = new Set<string>();
  readonly #on = new Set<string>(DIRECTORS);
  readonly #tasks: Task[] = [];
  #logs: Task[] = [];

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  /** Puts the files in place on both directors and begins to watch. No daemon runs yet. */
  static async open(lab: Lab, files: ClusterFiles): Promise<Cluster> {
    const cluster = new Cluster(lab);
    for (const node of DIRECTORS) {
      for (const [path, file] of Object.entries(files)) {
        await lab.site.put(node, path, file.text, file.mode);
      }
      await lab.site.run(node, ['sh', '-c', 'rm -f /var/log/ha-log /var/log/calls']);
      const follow = lab.site.follow(node, 'ha-log', (line) =>
        cluster.feed.add({ kind: 'log', at: line.at, node, text: line.text }),
      );
      cluster.#logs.push(await follow);
      await cluster.#watchAddress(node);
    }
    return cluster;
  }

  /** Ends the watching; the hosts are left as they are. */
  async close(): Promise<void> {
    await Promise.all([...this.#tasks, ...this.#logs].map((task) => task.stop()));
  }

  /** One long-running program per boot tells of every change of the addresses. */
  async #watchAddress(node: string): Promise<void> {
    this.#holds.set(node, false);
    const pattern = new RegExp(
      `^(Deleted )?\\d+: eth0 .*inet ${VIRTUAL_ADDRESS.replaceAll('.', '\\.')}/`,
    );
    const argv = ['ip', '-o', '-4', 'monitor', 'address'];
    const task = await this.lab.site.start(
      node,
      argv,
      (line) => {
        const match = pattern.exec(line.text);
        if (match !== null) this.#holding(node, match[1] === undefined, line.at);
      },
      'network',
    );
    this.#tasks.push(task);
  }

  #holding(node: string, held: boolean, at: number): void {
    if (this.#holds.get(node) === held) return;
    this.#holds.set(node, held);
    this.feed.add({ kind: 'address', at, node, held });
  }

  /** `/etc/init.d/heartbeat start`. Rejects unless it says that it has started. */
  async start(node: string): Promise<void> {
    await this.startBy(node, [INIT, 'start']);
  }

  /** Another command that comes to starting heartbeat; returns what it says. */
  async startBy(node: string, argv: readonly string[]): Promise<string> {
    this.#running.add(node);
    const outcome = await this.lab.site.run(node, argv, { timeoutMs: INIT_LIMIT_MS });
    expectSuccess(`${argv.join(' ')} on ${node}`, outcome);
    return outcome.stdout;
  }

  /** `/etc/init.d/heartbeat stop`: returns when the daemon has released everything and is gone. */
  async stop(node: string): Promise<void> {
    await this.stopBy(node, [INIT, 'stop']);
  }

  /** Another command that comes to stopping heartbeat; returns what it says. */
  async stopBy(node: string, argv: readonly string[]): Promise<string> {
    const outcome = await this.lab.site.run(node, argv, { timeoutMs: INIT_LIMIT_MS });
    expectSuccess(`${argv.join(' ')} on ${node}`, outcome);
    this.#running.delete(node);
    return outcome.stdout;
  }

  async powerOff(node: string): Promise<void> {
    await powerOff(this.lab, node);
    this.#on.delete(node);
    this.#running.delete(node);
    this.#holding(node, false, await this.lab.site.now());
  }

  /** Boots a director; no daemon runs yet. */
  async powerOn(node: string): Promise<void> {
    await this.lab.site.powerOn(node);
    this.#on.add(node);
    await this.#watchAddress(node);
  }

  /** The nodes that have the virtual address at this moment. */
  get holders(): readonly string[] {
    return DIRECTORS.filter((node) => this.#holds.get(node) === true);
  }

  /** Waits for a line of a node's ha-log. */
  logged(node: string, pattern: RegExp, since: number, limitMs: number): Promise<Seen> {
    return this.feed.until(
      (seen) => seen.kind === 'log' && seen.node === node && pattern.test(seen.text),
      `${pattern} in the log of ${node}`,
      { since, limitMs },
    );
  }

  /** Lines of a node's ha-log since a mark that match. */
  lines(node: string, pattern: RegExp, since: number): readonly string[] {
    const texts = this.feed
      .since(since)
      .map((seen) => (seen.kind === 'log' && seen.node === node ? seen.text : ''));
    return texts.filter((text) => text !== '' && pattern.test(text));
  }

  /** Waits until a node has, or no longer has, the virtual address. */
  async holding(node: string, held: boolean, limitMs: number): Promise<void> {
    if (this.#holds.get(node) === held) return;
    await this.feed.until(
      (seen) => seen.kind === 'address' && seen.node === node && seen.held === held,
      `${node} ${held ? 'takes' : 'drops'} ${VIRTUAL_ADDRESS}`,
      { since: this.feed.mark, limitMs },
    );
  }

  /** Calls of resource scripts, in the order of the logs. */
  calls(node: string, since: number): readonly Call[] {
    const calls: Call[] = [];
    for (const seen of this.feed.since(since)) {
      if (seen.kind !== 'log' || seen.node !== node) continue;
      const match = RUNNING.exec(seen.text);
      if (match === null) continue;
      const [, script = '', verb] = match;
      calls.push({ at: seen.at, node, script, verb: verb === 'start' ? 'start' : 'stop' });
    }
    return calls;
  }

  /** Waits until a node has called the last script of a list of calls such as `lvs start`. */
  async called(node: string, last: string, since: number, limitMs: number): Promise<void> {
    const [script, verb] = last.split(' ');
    await this.feed.until(
      (seen) => {
        if (seen.kind !== 'log' || seen.node !== node) return false;
        const match = RUNNING.exec(seen.text);
        return match?.[1] === script && match?.[2] === verb;
      },
      `call of ${last} on ${node}`,
      { since, limitMs },
    );
  }

  /** What `cl_status rscstatus` says on a node: none, local, foreign, all, transition. */
  async resources(node: string): Promise<string> {
    const outcome = await this.lab.site.run(node, ['cl_status', 'rscstatus']);
    return outcome.code === 0 ? outcome.stdout.trim() : '';
  }

  /** Waits until no running node is in transition; says what each holds. */
  async settled(limitMs: number): Promise<Readonly<Record<string, string>>> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const held: Record<string, string> = {};
      const look = async (node: string): Promise<void> => {
        held[node] = await this.resources(node);
      };
      await Promise.all([...this.#running].map(look));
      const moving = Object.values(held).some((word) => word === '' || word === 'transition');
      if (!moving) return held;
      if (performance.now() > deadline) {
        throw new Error(`the cluster does not settle: ${JSON.stringify(held)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** For how long, since a mark, two nodes had the virtual address at the same time. */
  doublyHeldMs(since: number): number {
    const holds = new Map<string, boolean>();
    let total = 0;
    let both: number | undefined;
    for (const [place, seen] of this.feed.since(0).entries()) {
      if (seen.kind !== 'address') continue;
      holds.set(seen.node, seen.held);
      const now = [...holds.values()].filter((held) => held).length > 1;
      if (now) both ??= seen.at;
      if (!now && both !== undefined) {
        if (place >= since) total += seen.at - both;
        both = undefined;
      }
    }
    return both === undefined ? total : Number.POSITIVE_INFINITY;
  }
}

function expectSuccess(what: string, outcome: Outcome): void {
  if (outcome.code !== 0) {
    throw new Error(`${what}: exit ${outcome.code}: ${outcome.stdout} ${outcome.stderr}`);
  }
}
