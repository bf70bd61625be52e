/** One pair on its way through a scenario: what is done to it, and waiting until it is quiet. */

import { Cluster } from '../lab/cluster.js';
import type { ClusterFiles } from '../lab/clusterfiles.js';
import { Feed } from '../lab/feed.js';
import { ADDRESSES, DIRECTORS, type Director } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import type { Outcome, Task } from '../lab/site.js';
import { type Call, groupsOf } from './calls.js';
import { type Behaviour, behaviourFile, CALLS, hostScripts } from './hostscripts.js';
import type { Recording } from './recording.js';

/** What must happen may take this long on a busy machine; the longest wait of heartbeat is 30 s. */
const LIMIT_MS = 120_000;

/** Without calls for so long, and with no node in transition, a pair has come to rest. */
const QUIET_MS = 1500;

/** Between two looks at a pair that is not at rest. */
const LOOK_MS = 400;

/** Words of `hb_standby` and `hb_takeover`; the empty one is the default. */
export type Share = '' | 'all' | 'local' | 'foreign' | 'failback';

const CALL = /^begin (\d+) (\S+) (\S+)$/;
const END = /^end (\d+) (\d+)$/;
const REBOOT = /^reboot (\S+) ?(.*)$/;

/** The hardware address that nobody has: pings sent there are lost. */
const NOBODY = '02:00:00:00:0d:ad';

/** The addresses that answer pings, on the client. */
const PING_TARGETS = (ADDRESSES.client ?? []).map((address) => address.replace(/\/.*/, ''));

interface Seen {
  readonly node: Director;
  readonly at: number;
  readonly line: string;
}

export class Play {
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly calls: Call[] = [];
  /** How often a script was asked for its status before each of its starts. */
  readonly asked: { readonly node: Director; readonly start: string; readonly times: number }[] =
    [];
  readonly #recording: Recording;
  readonly #lines = new Feed<Seen>(({ node, line }) => `${node}: ${line}`);
  readonly #follows: Task[] = [];
  readonly #running = new Set<Director>();
  /** Calls in progress, by node and process. */
  readonly #open = new Map<string, string>();
  /** Status calls since the last start or stop, by node and resource. */
  readonly #statuses = new Map<string, number>();
  /** Nodes that are going down: what their scripts still begin is not heard of any more. */
  readonly #dead = new Set<Director>();
  #lastCall = 0;
  #mark = 0;
  #logMark = 0;

  private constructor(pair: Pair, cluster: Cluster, recording: Recording) {
    this.pair = pair;
    this.cluster = cluster;
    this.#recording = recording;
  }

  /** Puts the recording's configuration in place. No daemon runs yet. */
  static async open(pair: Pair, recording: Recording): Promise<Play> {
    const cluster = await Cluster.open(pair, filesOf(recording));
    const play = new Play(pair, cluster, recording);
    for (const node of DIRECTORS) {
      const take = (line: { readonly at: number; readonly text: string }): void =>
        play.#take(node, line.at, line.text);
      play.#follows.push(await pair.site.follow(node, CALLS, take));
    }
    return play;
  }

  async close(): Promise<void> {
    await Promise.all(this.#follows.map((task) => task.stop()));
    await this.cluster.close();
  }

  /** Starts the daemons at the same time. */
  async start(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    await Promise.all(
      nodes.map(async (node) => {
        this.#dead.delete(node);
        this.#expectVerification(node);
        await this.cluster.start(node);
        this.#running.add(node);
      }),
    );
  }

  /** Stops the daemons in order, at the same time, and waits until they are gone. */
  async stop(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    await Promise.all(
      nodes.map(async (node) => {
        this.#running.delete(node);
        await this.cluster.stop(node);
      }),
    );
  }

  /** Cuts the power. */
  async crash(node: Director): Promise<void> {
    this.#act();
    this.#gone(node);
    await this.cluster.powerOff(node);
  }

  /** Boots a node after a crash; its disk is as it was. */
  async boot(node: Director): Promise<void> {
    await this.cluster.powerOn(node);
  }

  /**
   * `hb_standby`; returns when the request is handed over. One that is made while another is
   * `meanwhile` under way is not what later waits are about.
   */
  async standby(node: Director, share: Share = '', when?: 'meanwhile'): Promise<void> {
    await this.#ask('hb_standby', node, share, when);
  }

  async takeover(node: Director, share: Share = ''): Promise<void> {
    await this.#ask('hb_takeover', node, share);
  }

  async #ask(tool: string, node: Director, share: Share, when?: 'meanwhile'): Promise<void> {
    if (when === undefined) this.#act();
    const words = share === '' ? [] : [share];
    await this.run(node, [`/usr/share/heartbeat/${tool}`, ...words]);
  }

  run(node: Director, argv: readonly string[]): Promise<Outcome> {
    return this.pair.site.run(node, argv);
  }

  /** The nodes no longer hear each other; what else is on the network still answers. */
  async cut(): Promise<void> {
    this.#act();
    const rules = `table inet cut { chain in { type filter hook input priority 0;
      udp dport 694 drop; }; }`;
    await Promise.all(DIRECTORS.map((node) => this.#must(node, ['nft', rules])));
  }

  async heal(): Promise<void> {
    this.#act();
    const argv = ['nft', 'delete table inet cut'];
    await Promise.all(DIRECTORS.map((node) => this.#must(node, argv)));
  }

  /** The hosts that are pinged no longer answer these nodes. */
  async losePings(...nodes: readonly Director[]): Promise<void> {
    await this.#neighbours(nodes, (ip) => [
      ...['replace', ip, 'lladdr', NOBODY, 'dev', 'eth0', 'nud', 'permanent'],
    ]);
  }

  async returnPings(...nodes: readonly Director[]): Promise<void> {
    await this.#neighbours(nodes, (ip) => ['del', ip, 'dev', 'eth0']);
  }

  async #neighbours(
    nodes: readonly Director[],
    change: (ip: string) => readonly string[],
  ): Promise<void> {
    this.#act();
    const all = nodes.flatMap((node) => PING_TARGETS.map((ip) => [node, change(ip)] as const));
    await Promise.all(all.map(([node, words]) => this.#must(node, ['ip', 'neigh', ...words])));
  }

  /** How a script behaves from now on, on both nodes or on one. */
  async behave(
    script: string,
    verb: 'start' | 'stop',
    behaviour: Behaviour,
    nodes: readonly Director[] = DIRECTORS,
  ): Promise<void> {
    const { path, text } = behaviourFile(script, verb, behaviour);
    await Promise.all(nodes.map((node) => this.pair.site.put(node, path, text)));
  }

  /** Waits for a line of a node's log, written since the last thing that was done. */
  async logged(node: Director, pattern: RegExp): Promise<void> {
    await this.cluster.logged(node, pattern, this.#logMark, LIMIT_MS);
  }

  /** Waits until a script is called, since the last thing that was done. */
  async called(node: Director, call: string): Promise<void> {
    await this.#lines.until(
      (seen) => seen.node === node && CALL.exec(seen.line)?.slice(2).join(' ') === call,
      `${call} on ${node}`,
      { since: this.#mark, limitMs: LIMIT_MS },
    );
  }

  /** Waits until a node has asked for a reboot and is without life. */
  async rebooted(node: Director): Promise<void> {
    await this.#lines.until(
      (seen) => seen.node === node && REBOOT.test(seen.line),
      `a reboot of ${node}`,
      { since: this.#mark, limitMs: LIMIT_MS },
    );
    this.#gone(node);
  }

  /** Lets time pass in which the genuine pair does nothing, or what is to be seen may happen. */
  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }

  /**
   * Waits until no script runs, none has been called for a while, and no living node is in
   * transition: twice, since a node tells of a transition only when it has begun.
   */
  async atRest(): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    let looks = 0;
    while (looks < 2) {
      if (performance.now() > deadline) throw new Error(`no rest: ${await this.#unrest()}`);
      await this.pause(LOOK_MS / 1000);
      looks = (await this.#unrest()) === undefined ? looks + 1 : 0;
    }
  }

  async #unrest(): Promise<string | undefined> {
    const [open] = this.#open.values();
    if (open !== undefined) return `${open} runs`;
    const quiet = (await this.pair.site.now()) - this.#lastCall;
    if (quiet < QUIET_MS) return 'calls';
    for (const node of this.#running) {
      const word = await this.cluster.resources(node);
      if (word === '' || word === 'transition') return `${node} says "${word}"`;
    }
    return undefined;
  }

  /** The node runs no daemon that could be asked. */
  lost(node: Director): void {
    this.#running.delete(node);
  }

  /** The resources of a group, from 1. */
  group(number: number): readonly string[] {
    return groupsOf(this.#recording.haresources)[number - 1] ?? [];
  }

  #act(): void {
    this.#mark = this.#lines.mark;
    this.#logMark = this.cluster.feed.mark;
  }

  #gone(node: Director): void {
    this.#running.delete(node);
    for (const map of [this.#open, this.#statuses]) {
      for (const key of [...map.keys()]) if (key.startsWith(`${node} `)) map.delete(key);
    }
  }

  #take(node: Director, at: number, line: string): void {
    const call = CALL.exec(line);
    const end = END.exec(line);
    const reboot = REBOOT.exec(line);
    if (this.#dead.has(node)) return;
    if (call !== null || end !== null) this.#lastCall = at;
    if (call !== null) {
      const [, pid = '', verb = '', resource = ''] = call;
      this.#open.set(`${node} ${pid}`, `${verb} ${resource} on ${node}`);
      this.#count(node, verb, resource);
      if (verb === 'start' || verb === 'stop') this.calls.push({ node, verb, resource });
    }
    if (end !== null) this.#open.delete(`${node} ${end[1]}`);
    if (reboot !== null) {
      this.calls.push({ node, verb: 'reboot', resource: reboot[2] ?? '' });
      this.#gone(node);
      this.#dead.add(node);
    }
    this.#lines.add({ node, at, line });
  }

  /** The init script asks the first resource of each group whether it is idle. */
  #expectVerification(node: Director): void {
    for (const [first] of groupsOf(this.#recording.haresources)) {
      if (first !== undefined) this.#statuses.set(`${node} ${first}`, -1);
    }
  }

  #count(node: Director, verb: string, resource: string): void {
    const key = `${node} ${resource}`;
    const times = this.#statuses.get(key) ?? 0;
    if (verb === 'start') this.asked.push({ node, start: `start ${resource}`, times });
    this.#statuses.set(key, verb === 'status' ? times + 1 : 0);
    if (verb !== 'stop') return;
    // What another node has let go is asked about anew.
    for (const other of DIRECTORS) this.#statuses.set(`${other} ${resource}`, 0);
  }

  async #must(node: Director, argv: readonly string[]): Promise<void> {
    const outcome = await this.run(node, argv);
    if (outcome.code !== 0) throw new Error(`${argv.join(' ')} on ${node}: ${outcome.stderr}`);
  }
}

function filesOf({ hacf, haresources, authkeys }: Recording): ClusterFiles {
  const scripts = new Set(
    groupsOf(haresources).flatMap((group) => group.map((word) => word.split('::')[0] ?? word)),
  );
  const hosts = DIRECTORS.map((name) => `${ADDRESSES[name]?.[0]?.replace(/\/.*/, '')} ${name}\n`);
  return {
    ...hostScripts(scripts),
    '/etc/hosts': { text: `127.0.0.1 localhost\n${hosts.join('')}`, mode: 0o644 },
    '/etc/ha.d/ha.cf': { text: hacf, mode: 0o644 },
    '/etc/ha.d/haresources': { text: haresources, mode: 0o644 },
    '/etc/ha.d/authkeys': { text: authkeys, mode: 0o600 },
  };
}
