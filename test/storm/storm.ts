/** A pair in a storm: what its scripts do, who holds what, and whether it has come to rest. */

import type { Kinds } from '../cluster/kinds.js';
import { Cluster } from '../lab/cluster.js';
import { Feed } from '../lab/feed.js';
import { DIRECTORS, type Director } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Outcome, Task } from '../lab/site.js';
import { type Judgement, Ledger } from '../mixed/ledger.js';
import { KILL_FILES } from './kill.js';
import {
  GROUPS,
  HOME_GROUP,
  LEDGER,
  NAPS_FILE,
  type Naps,
  napsText,
  RESOURCES,
  resourcesOf,
  type StormWishes,
  stormFiles,
} from './stormfiles.js';

/** What a script did, or what was done to it; instants in ms of the wall clock. */
export interface Doing {
  readonly at: number;
  readonly node: Director;
  /** `alpha.1`; `-` for a kill. */
  readonly resource: string;
  readonly pid: number;
  readonly word: string;
}

/** What went on with the groups in a span of time. */
export interface Span extends Judgement {
  /** Two scripts of a group on one node at once. */
  readonly overlaps: number;
}

const LINE = /^(\d+\.\d+) (\S+) (\d+) (\w+)$/;

const DEATH = /WARN: node (loadbalancer|backup): is dead/;

/** Between two looks at what nothing announces. */
const LOOK_MS = 200;

/** How long the last words of a node's disk are on their way to us, at most. */
const ARRIVAL_MS = 200;

export class Storm {
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly doings = new Feed<Doing>(
    ({ node, resource, pid, word }) => `${node} ${resource} [${pid}] ${word}`,
  );
  readonly #kinds: Kinds;
  readonly #ledger = new Ledger();
  readonly #up = new Set<Director>();
  readonly #off = new Set<Director>();
  /** Scripts that run: by node and pid. */
  readonly #scripts = new Map<string, Doing>();
  #follows: Task[] = [];

  private constructor(pair: Pair, cluster: Cluster, kinds: Kinds) {
    this.pair = pair;
    this.cluster = cluster;
    this.#kinds = kinds;
  }

  isOurs(node: Director): boolean {
    return this.#kinds[DIRECTORS.indexOf(node)] === 'TS';
  }

  /** Configures both nodes and begins to watch; no daemon runs yet. */
  static async open(pair: Pair, wishes: StormWishes, kinds: Kinds = ['TS', 'TS']): Promise<Storm> {
    for (const node of DIRECTORS) await pair.site.run(node, ['rm', '-f', `/var/log/${LEDGER}`]);
    const cluster = await Cluster.open(pair, { ...stormFiles(wishes), ...KILL_FILES });
    const storm = new Storm(pair, cluster, kinds);
    for (const node of DIRECTORS) {
      storm.#follows.push(
        await pair.site.follow(node, LEDGER, ({ text }) => storm.#take(node, text)),
      );
    }
    return storm;
  }

  async close(): Promise<void> {
    await Promise.all(this.#follows.map((task) => task.stop()));
    await this.cluster.close();
  }

  #take(node: Director, text: string): void {
    const [, seconds, resource = '', pid, word = ''] = LINE.exec(text) ?? [];
    if (seconds === undefined) return;
    this.#note({ at: Number(seconds) * 1000, node, resource, pid: Number(pid), word });
  }

  #note(doing: Doing): void {
    const { at, node, resource, pid, word } = doing;
    const key = `${node} ${pid}`;
    if (word === 'start' || word === 'stop') this.#scripts.set(key, doing);
    if (word === 'started' || word === 'stopped' || word === 'killed') this.#scripts.delete(key);
    if (word === 'start') this.#ledger.add({ at, node, group: resource, held: true });
    if (word === 'stopped') this.#ledger.add({ at, node, group: resource, held: false });
    this.doings.add(doing);
  }

  /** The nodes that hold a resource by everything known. */
  holders(resource: string): readonly string[] {
    return this.#ledger.holders(resource);
  }

  /** The node that holds all of a group alone; undefined when there is none. */
  holder(group: string): Director | undefined {
    const found = resourcesOf(group).map((name) => this.holders(name));
    const [first] = found[0] ?? [];
    if (!found.every((names) => names.length === 1 && names[0] === first)) return undefined;
    return DIRECTORS.find((node) => node === first);
  }

  /** Who holds what, for a message: `alpha.1=backup alpha.2=`. */
  get holding(): string {
    return RESOURCES.map((name) => `${name}=${this.holders(name).join('+')}`).join(' ');
  }

  /** Scripts that run at this moment. */
  get running(): readonly Doing[] {
    return [...this.#scripts.values()];
  }

  /** The worst of all resources between two instants of the wall clock. */
  judge(from: number, to: number): Span {
    const found = RESOURCES.map((name) => this.#ledger.judge(name, from, to));
    const overlaps = this.doings
      .since(0)
      .filter(({ at, word }) => word === 'overlap' && at >= from && at <= to);
    return {
      bothMs: Math.max(...found.map(({ bothMs }) => bothMs)),
      noneMs: Math.max(...found.map(({ noneMs }) => noneMs)),
      overlaps: overlaps.length,
    };
  }

  /** The last instant up to this one in which two nodes held a resource; 0 without one. */
  lastTwice(to: number): number {
    const held = new Map<string, Set<Director>>();
    let last = 0;
    for (const { at, node, resource, word } of this.#changes(to)) {
      const nodes = held.get(resource) ?? new Set();
      held.set(resource, nodes);
      if (nodes.size > 1) last = Math.max(last, at);
      if (word === 'start') nodes.add(node);
      else nodes.delete(node);
    }
    return [...held.values()].some((nodes) => nodes.size > 1) ? to : last;
  }

  #changes(to: number): readonly Doing[] {
    return this.doings
      .since(0)
      .filter(({ at, word }) => at <= to && (word === 'start' || word === 'stopped'))
      .sort((a, b) => a.at - b.at);
  }

  /**
   * A node was declared dead since a mark of the log while programs waited for a processor longer
   * than a deadtime: a living one may have been silent, and what both held then proves nothing.
   */
  wasHeldUp(since: number, stalledMs: number, deadtimeMs: number): boolean {
    if (stalledMs < deadtimeMs) return false;
    return DIRECTORS.some((node) => this.cluster.lines(node, DEATH, since).length > 0);
  }

  async start(node: Director): Promise<void> {
    await this.cluster.start(node);
    this.#up.add(node);
  }

  async startBoth(): Promise<void> {
    await Promise.all(DIRECTORS.map((node) => this.start(node)));
  }

  async stop(node: Director): Promise<void> {
    this.#up.delete(node);
    await this.cluster.stop(node);
  }

  isUp(node: Director): boolean {
    return this.#up.has(node);
  }

  isOn(node: Director): boolean {
    return !this.#off.has(node);
  }

  /** From here on the node is, or is not, expected to have a daemon. */
  expect(node: Director, up: boolean): void {
    if (up) this.#up.add(node);
    else this.#up.delete(node);
  }

  /** Cuts a node's power: it holds nothing from then on. */
  async powerOff(node: Director): Promise<void> {
    this.#up.delete(node);
    this.#off.add(node);
    await this.cluster.powerOff(node);
    const at = Date.now();
    for (const resource of this.#ledger.heldBy(node)) {
      this.#note({ at, node, resource, pid: 0, word: 'stopped' });
    }
    for (const [key, doing] of this.#scripts) if (doing.node === node) this.#scripts.delete(key);
  }

  /** Boots a node; no daemon runs yet. */
  async powerOn(node: Director): Promise<void> {
    await this.cluster.powerOn(node);
    this.#off.delete(node);
  }

  async naps(naps: Naps): Promise<void> {
    for (const node of DIRECTORS) await this.pair.site.put(node, NAPS_FILE, napsText(naps));
  }

  run(node: Director, ...argv: readonly string[]): Promise<Outcome> {
    return this.pair.site.run(node, argv);
  }

  /** Cuts every medium: the network of one node, and the cable. */
  async split(node: Director): Promise<void> {
    await Promise.all([this.pair.site.unplug(node), this.pair.serial.cut()]);
  }

  async heal(node: Director): Promise<void> {
    await Promise.all([this.pair.site.plug(node), this.pair.serial.join()]);
  }

  /** Waits for a script to do something. */
  did(node: Director, resource: string, word: string, since: number, limitMs: number) {
    return this.doings.until(
      (doing) => doing.node === node && doing.resource === resource && doing.word === word,
      `${node} ${resource} ${word}`,
      { since, limitMs },
    );
  }

  /** What keeps the pair from being at rest; undefined when nothing does. */
  async #restless(): Promise<string | undefined> {
    const nobody = GROUPS.filter((group) => this.holder(group) === undefined);
    if (nobody.length > 0) return `${nobody.join(' and ')} not held once: ${this.holding}`;
    const [script] = this.running;
    if (script !== undefined) {
      return `${script.resource} ${script.word} [${script.pid}] runs on ${script.node}`;
    }
    for (const node of this.#up) {
      const said = await this.cluster.resources(node);
      // What a genuine node says of itself is its own affair.
      const word = this.isOurs(node) || said === 'transition' ? this.#word(node) : said;
      if (said !== word || said === '') return `rscstatus of ${node} is '${said}', not ${word}`;
    }
    return undefined;
  }

  /** What a node says that holds what this one does. */
  #word(node: Director): string {
    const own = this.holder(HOME_GROUP[node]) === node;
    const foreign = GROUPS.some((group) => {
      return group !== HOME_GROUP[node] && this.holder(group) === node;
    });
    if (own) return foreign ? 'all' : 'local';
    return foreign ? 'foreign' : 'none';
  }

  /**
   * Waits until every group has one holder, no script runs, and each running node says of itself
   * what is seen from outside, at two looks without anything between them.
   */
  async rest(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    let mark = -1;
    for (;;) {
      const before = this.doings.mark;
      const why = await this.#restless();
      if (why === undefined && before === this.doings.mark) {
        if (mark === before) return;
        mark = before;
        await pause(ARRIVAL_MS);
        continue;
      }
      mark = -1;
      if (performance.now() > deadline) {
        throw new Error(`no rest within ${limitMs / 1000} s: ${why ?? 'it goes on and on'}`);
      }
      await pause(LOOK_MS);
    }
  }

  /** What was seen, line by line, for whoever looks into a failure. */
  timeline(sinceDoing: number, sinceSeen: number): string {
    const offset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
    const rows = [
      ...this.doings.since(sinceDoing).map(({ at, node, resource, pid, word }) => {
        return { at, text: `${node}: ---- ${resource} ${word} [${pid}]` };
      }),
      ...this.cluster.feed.since(sinceSeen).flatMap((seen) => {
        if (seen.kind !== 'log') return [];
        return [{ at: seen.at + offset, text: `${seen.node}: ${seen.text}` }];
      }),
    ].sort((a, b) => a.at - b.at);
    return rows.map(({ at, text }) => `${new Date(at).toISOString().slice(11)} ${text}\n`).join('');
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
