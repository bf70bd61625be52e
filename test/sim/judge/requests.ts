/**
 * 6. **Never lost.** A standby, takeover or stop that is asked of a living daemon has an outcome
 *    within its limit: done, refused with a line of log, or timed out with a line of log; the end
 *    of the life that was asked is one too. What is still going on is bounded by the hour that the
 *    genuine program gives to scripts, and the ten seconds before that for an answer. (That nobody
 *    is left holding a group is invariant 11.)
 */
import type { Observation } from '../observation.js';
import { allScripts, clock, seconds } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

/** How long scripts of a standby may take, and before that the answer (heartbeat 3.0.6). */
const WORK = 3_600_000;
const ANSWER = 10_000;

/** Lines that end a standby, on whichever node they are written. */
const ENDINGS: readonly string[] = [
  'Other node completed standby takeover of ',
  'Standby resource acquisition done [',
  'No reply to standby request.',
  'No reply to takeover request.',
  'Cancelling pending standby operation',
  'Standby refused: ',
  'Standby in progress- new request from ',
  'standby message [me] from ',
  'Standby mode only implemented when nice_failback on',
  'Both nodes want to go standby; ',
  'Received standby message without info/from',
];
const INTERESTING = /standby|Standby|^Cancelling pending|^Shutdown refused|^No reply to/;

interface Request {
  readonly node: string;
  readonly what: 'standby' | 'takeover' | 'stop';
  readonly at: number;
  due: number;
}

export class Requests implements Rule {
  readonly kinds: readonly Kind[] = [
    'asked',
    'log',
    'ends',
    'power',
    'reboots',
    'resumed',
    'declares',
  ];
  readonly #scene: Scene;
  readonly #limit: number;
  #open: Request[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#limit = ANSWER + WORK + allScripts(scene.watched);
  }

  see(o: Observation): void {
    if (o.kind === 'asked') this.#ask(o);
    else if (this.#open.length === 0) return;
    else if (o.kind === 'log') this.#read(o);
    else if (o.kind === 'ends' || o.kind === 'reboots' || (o.kind === 'power' && !o.on)) {
      // A node that is asked to end and restarts by itself was about to end all the same.
      this.#close((request) => request.node === o.node || request.what === 'takeover');
    } else if (o.kind === 'declares' && o.status === 'dead') {
      this.#close((request) => request.node === o.node && request.what === 'takeover');
    } else if (o.kind === 'resumed') this.#put(o.at, o.node);
  }

  #ask(o: Seen<'asked'>): void {
    const { what, node, at } = o;
    if (what !== 'standby' && what !== 'takeover' && what !== 'stop') return;
    const host = this.#scene.host(node);
    if (host === undefined || !host.alive) return;
    // While it gives up everything it does nothing else, and the end is near.
    if (host.ending && what !== 'stop') return;
    const others = this.#scene.hosts.filter((other) => other !== host && other.alive);
    // Nobody is there whom it could be taken from.
    if (what === 'takeover' && (others.length === 0 || others.every(({ ending }) => ending)))
      return;
    const due = at + this.#limit + host.late;
    this.#open.push({ node, what, at, due });
    this.#scene.alarm.set(due);
  }

  #read({ text, node }: Seen<'log'>): void {
    if (!INTERESTING.test(text)) return;
    if (text.startsWith('Shutdown refused: ')) {
      this.#close((request) => request.what === 'stop' && request.node === node);
    } else if (ENDINGS.some((ending) => text.startsWith(ending))) {
      this.#close((request) => request.what !== 'stop');
    }
  }

  #close(isDone: (request: Request) => boolean): void {
    this.#open = this.#open.filter((request) => !isDone(request));
  }

  /** It stood still: its limits are later by as long. */
  #put(at: number, node: string): void {
    const host = this.#scene.host(node);
    if (host === undefined) return;
    for (const request of this.#open) if (request.node === node) request.due += host.slept;
    this.#scene.alarm.set(at);
  }

  tick(at: number): void {
    const late = this.#open.filter(({ due, node }) => at > due && this.#scene.host(node)?.acts);
    if (late.length > 0) this.#open = this.#open.filter((request) => !late.includes(request));
    for (const request of late) this.#charge(at, request);
    for (const { due } of this.#open) this.#scene.alarm.set(Math.max(due, at + 1000));
  }

  finish(at: number): void {
    this.tick(at);
  }

  #charge(at: number, { node, what, at: asked }: Request): void {
    this.#scene.charge({
      at,
      invariant: 6,
      title: 'a request is lost',
      facts: [
        `${clock(asked)} ${node} is asked for a ${what}`,
        `${clock(at)} it was neither done, nor refused, nor given up in ${seconds(this.#limit)}`,
      ],
      node,
    });
  }
}
