/** One daemon in a host of its own, spoken to by scripted peers, and all that can be seen of it. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { decodeDatagram } from '@ts-heartbeat/core/message/datagram';
import type { Message } from '@ts-heartbeat/core/message/message';
import { Feed } from '../lab/feed.js';
import type { LocalSite } from '../lab/localsite.js';
import type { StackName } from '../lab/stack.js';
import type { Agent } from './agentlink.js';
import type { BenchLab } from './benchlab.js';
import { datagram, Peer } from './peer.js';
import { groupOf } from './places.js';

/** One thing seen of a daemon. */
export type Seen =
  | { readonly kind: 'log'; readonly text: string }
  | {
      readonly kind: 'sent';
      readonly network: 0 | 1;
      readonly message: Message;
      /** The number, when a message of that number came before on that network. */
      readonly again?: number;
    }
  /** A datagram that cannot be read or is not signed with any key of the bench. */
  | { readonly kind: 'unreadable'; readonly text: string };

/** The daemon is gone: what was sent to it was too much for it. */
export class DaemonDied extends Error {}

/** What is left of the genuine program says this when its main process has crashed. */
const LAST_WORDS = /Emergency Shutdown\(MCP dead\): Killing ourselves/;

/** Longer than any answer takes on a busy machine. */
const LIMIT_MS = 20_000;

/** What a bench is set up with. */
export interface Setting {
  /** Names a host and a node, at most 13 characters. */
  readonly host: string;
  /** Tells its multicast groups from those of others. */
  readonly number: number;
  /** Lines of ha.cf beside log, media and the nodes. */
  readonly hacf: readonly string[];
  /** The other nodes. */
  readonly nodes: readonly string[];
  /** The node that is always there answers what a daemon asks when it starts. */
  readonly answers: boolean;
  readonly haresources?: string;
  readonly authkeys: string;
  /** Further files, by their paths. */
  readonly files?: Readonly<Record<string, { readonly text: string; readonly mode: number }>>;
  /** Every key the bench may use, by which it reads what the daemon sends. */
  readonly keyring: Keyring;
}

/** The node whose answers tell that everything before has been dealt with. */
const FENCE = 'fence';

export class Bench {
  readonly host: string;
  readonly keyring: Keyring;
  readonly site: LocalSite;
  readonly stack: StackName;
  readonly feed = new Feed<Seen>(show);
  readonly #groups: readonly [string, string];
  readonly #agent: Agent;
  readonly #fence = new Peer(FENCE);
  readonly #numbers = [new Set<number>(), new Set<number>()] as const;
  readonly #nodes: readonly string[];
  readonly #peers: readonly Peer[];
  readonly #answers: boolean;
  #fences = 0;
  /** The number of the daemon's newest message. */
  newest = 0;
  /** What the daemon says of itself: its generation and identity. */
  generation = 0;
  uuid: Uint8Array = new Uint8Array(16);

  private constructor({ site, stack, agent }: BenchLab, setting: Setting) {
    this.site = site;
    this.stack = stack;
    this.host = setting.host;
    this.keyring = setting.keyring;
    this.#nodes = [...setting.nodes, FENCE];
    this.#peers = setting.nodes.map((name) => new Peer(name));
    this.#answers = setting.answers;
    this.#agent = agent;
    this.#groups = [groupOf(setting.number, 0), groupOf(setting.number, 1)];
  }

  /** Sets a host up, without starting its daemon. */
  static async open(lab: BenchLab, setting: Setting): Promise<Bench> {
    const bench = new Bench(lab, setting);
    const { site, agent } = lab;
    for (const network of [0, 1] as const) {
      await agent.join(bench.#groups[network], (bytes) => bench.#heard(network, bytes));
    }
    const nodes = [setting.host, ...bench.#nodes].map((name) => `node ${name}`);
    const media = [0, 1].map((n) => `mcast eth${n} ${bench.#groups[n === 0 ? 0 : 1]} 694 1 0`);
    const log = ['logfile /var/log/ha-log', 'crm no'];
    const hacf = [...log, ...setting.hacf, ...media, ...nodes].join('\n');
    await bench.put('/etc/ha.d/ha.cf', `${hacf}\n`);
    await bench.put('/etc/ha.d/haresources', setting.haresources ?? '');
    await bench.put('/etc/ha.d/authkeys', setting.authkeys, 0o600);
    for (const [path, { text, mode }] of Object.entries(setting.files ?? {})) {
      await bench.put(path, text, mode);
    }
    // What the scripts do with a status is no matter of the wire, and each run costs a fork.
    await bench.must(['rm', '-f', '/etc/ha.d/rc.d/status']);
    await site.follow(setting.host, 'ha-log', ({ text }) => bench.feed.add({ kind: 'log', text }));
    return bench;
  }

  /** The nodes as `repnodes` names them. */
  get nodelist(): string {
    return [this.host, ...this.#nodes].map((name) => `${name} `).join('');
  }

  /** What the node that is always there says when it has everything. */
  acknowledgements(): readonly Message[] {
    const own = { t: 'NS_ackmsg', dest: this.host, ackseq: this.newest.toString(16) };
    return [this.#fence, ...this.#peers].map((peer) => peer.message(own));
  }

  put(path: string, text: string, mode?: number): Promise<void> {
    return this.site.put(this.host, path, text, mode);
  }

  /** Runs a program in the daemon's host; rejects when it fails. */
  async must(argv: readonly string[], stdin?: string): Promise<string> {
    const options = stdin === undefined ? {} : { stdin };
    const outcome = await this.site.run(this.host, argv, options);
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(`${argv.join(' ')} on ${this.host}: ${outcome.code} ${outcome.stderr}`);
  }

  /** Throws when the daemon has said its last words since a mark. */
  expectAlive(since: number): void {
    const ended = this.feed.since(since).some(isLastWords);
    if (ended) throw new DaemonDied(`the daemon on ${this.host} died`);
  }

  /** Ends the daemon without a word, as a power cut would. */
  async kill(): Promise<void> {
    const script = 'kill -9 -1; rm -f /run/heartbeat.pid /run/heartbeat/register';
    await this.site.run(this.host, ['sh', '-c', script]);
  }

  /** Starts the daemon, and waits until it sends. */
  async start(): Promise<void> {
    const program = this.stack === 'genuine' ? 'libexec' : 'lib';
    // What the init script makes.
    const owner = ['-m', '0750', '-o', 'hacluster', '-g', 'haclient'];
    await this.must(['install', '-d', ...owner, '/run/heartbeat']);
    const { mark } = this.feed;
    this.newest = 0;
    for (const numbers of this.#numbers) numbers.clear();
    await this.must([`/usr/${program}/heartbeat/heartbeat`]);
    await this.sent((message) => message.get('t') === 'status', 'a first status', mark);
  }

  send(bytes: Uint8Array, network: 0 | 1 = 0): void {
    this.#agent.send(this.#groups[network], bytes);
  }

  /** Waits for a line of the log. Rejects with `DaemonDied` when the daemon is no more. */
  async logged(pattern: RegExp, since: number): Promise<string> {
    const fits = (seen: Seen): boolean => seen.kind === 'log' && pattern.test(seen.text);
    const seen = await this.until(fits, `${pattern} in the log of ${this.host}`, since);
    return seen.kind === 'log' ? seen.text : '';
  }

  /** Waits for a message of the daemon. Rejects with `DaemonDied` when the daemon is no more. */
  async sent(fits: (message: Message) => boolean, what: string, since: number): Promise<Message> {
    const fitting = (seen: Seen): boolean => seen.kind === 'sent' && fits(seen.message);
    const seen = await this.until(fitting, what, since);
    if (seen.kind !== 'sent') throw new Error(what);
    return seen.message;
  }

  /** Waits for something to be seen. Rejects with `DaemonDied` when the daemon is no more. */
  async until(fits: (seen: Seen) => boolean, what: string, since: number): Promise<Seen> {
    const either = (seen: Seen): boolean => fits(seen) || isLastWords(seen);
    const seen = await this.feed.until(either, what, { since, limitMs: LIMIT_MS });
    if (isLastWords(seen)) throw new DaemonDied(`the daemon on ${this.host} died`);
    return seen;
  }

  /**
   * Waits until the daemon has dealt with everything that was sent on the first network: messages
   * of one medium are handled in order, so the answers to a last one come after everything else.
   */
  async fence(): Promise<void> {
    const since = this.feed.mark;
    this.#fences += 1;
    this.#say(this.#fence.status({ st: `fence${this.#fences}` }));
    await this.logged(new RegExp(`node ${FENCE}: status fence${this.#fences}$`), since);
    this.#say(this.#fence.message({ t: 'reqnodes', dest: this.host }));
    const answers = (message: Message): boolean =>
      message.get('t') === 'repnodes' && message.get('dest') === FENCE;
    await this.sent(answers, 'an answer to the fence', since);
  }

  #heard(network: 0 | 1, bytes: Uint8Array): void {
    const received = decodeDatagram(bytes, this.keyring);
    if (!received.ok) {
      this.feed.add({ kind: 'unreadable', text: received.rejected });
      return;
    }
    const { message } = received;
    this.generation = message.hex('hg') ?? this.generation;
    this.uuid = message.binary('srcuuid') ?? this.uuid;
    const seq = message.hex('seq') ?? 0;
    const numbers = this.#numbers[network];
    const again = seq > 0 && numbers.has(seq);
    numbers.add(seq);
    if (seq > this.newest) this.newest = seq;
    this.feed.add({ kind: 'sent', network, message, ...(again ? { again: seq } : {}) });
    // What is only sent again was answered when it came first, as by any node.
    if (!again) this.#answer(network, message);
  }

  /** What any genuine node answers; the daemon would wait for it without end. */
  #answer(network: 0 | 1, message: Message): void {
    if (network !== 0 || !this.#answers) return;
    const { t, dest } = message.strings();
    if (t === 'reqnodes' && dest !== undefined) {
      const { nodelist } = this;
      const own = { dest: this.host, t: 'repnodes', nodelist, delnodelist: ' ' };
      this.#say(this.#fence.message(own));
    }
    if (t !== 'starting') return;
    // Ours takes what nobody holds for half a minute.
    const own = { t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' };
    this.#say(this.#fence.message(own));
  }

  #say(message: Message): void {
    this.send(datagram(message, this.keyring));
  }
}

function isLastWords(seen: Seen): boolean {
  return seen.kind === 'log' && LAST_WORDS.test(seen.text);
}

function show(seen: Seen): string {
  if (seen.kind === 'log') return seen.text;
  if (seen.kind === 'unreadable') return `unreadable: ${seen.text}`;
  const { t, dest, st } = seen.message.strings();
  return `sends ${t} ${st ?? ''} to ${dest ?? 'all'}`;
}
