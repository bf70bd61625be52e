/**
 * 9. **Bounds.** Nothing that is bounded grows beyond its bound, and a node writes no more than
 *    200 lines of log in a minute beside 20 for each thing that happened to it or that it did: a
 *    script, a death or return, a request, a life. A node of ours sends no message again that it
 *    has sent again just before, whoever asks: by two links every request comes twice.
 */
import type { Observation } from '../observation.js';
import { clock } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

const MINUTE = 60_000;
const LINES = 200;
const LINES_EACH = 20;
/** Ours waits for 240 ms of its own clock. */
const AGAIN_LEAST = 230;

/** The minute of a node's log that is being counted. */
class Minute {
  begunAt = 0;
  lines = 0;
  allowed = LINES;
  told = false;

  at(now: number): this {
    if (now - this.begunAt < MINUTE) return this;
    this.begunAt = now;
    this.lines = 0;
    this.allowed = LINES;
    this.told = false;
    return this;
  }
}

export class Limits implements Rule {
  readonly kinds: readonly Kind[] = [
    'log',
    'size',
    'script',
    'declares',
    'asked',
    'begins',
    'ends',
    'pingNode',
    'says',
    'sent',
  ];
  readonly #scene: Scene;
  readonly #minutes: ReadonlyMap<string, Minute>;
  /** When each number was sent again, by node; they begin anew with each life. */
  readonly #again: ReadonlyMap<string, Map<number, number>>;
  /** What is over its bound was said once. */
  readonly #told = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#minutes = new Map(scene.hosts.map(({ name }) => [name, new Minute()]));
    const ours = scene.hosts.filter(({ genuine }) => !genuine);
    this.#again = new Map(ours.map(({ name }) => [name, new Map()]));
  }

  see(o: Observation): void {
    if (o.kind === 'size') {
      this.#size(o);
      return;
    }
    if (o.kind === 'sent') {
      if (o.again) this.#sentAgain(o);
      return;
    }
    if (o.kind === 'begins') this.#again.get(o.node)?.clear();
    const minute = this.#minutes.get(o.node)?.at(o.at);
    if (minute === undefined) return;
    if (o.kind !== 'log') {
      minute.allowed += LINES_EACH;
      return;
    }
    minute.lines += 1;
    if (minute.lines <= minute.allowed || minute.told) return;
    minute.told = true;
    this.#scene.charge({
      at: o.at,
      invariant: 9,
      title: 'too many lines of log',
      facts: [
        `${clock(minute.begunAt)} since then ${o.node} has written ${minute.lines} lines`,
        `for what happened ${minute.allowed} are enough`,
        `the last: ${o.text}`,
      ],
      node: o.node,
    });
  }

  #sentAgain({ at, node, type, seq }: Seen<'sent'>): void {
    const times = this.#again.get(node);
    const before = times?.get(seq);
    times?.set(seq, at);
    if (before === undefined || at - before >= AGAIN_LEAST) return;
    this.#scene.charge({
      at,
      invariant: 9,
      title: 'a message is sent again too soon',
      facts: [`${clock(before)} ${node} sends ${type} ${seq} again`, `${clock(at)} once more`],
      node,
    });
  }

  #size(o: Seen<'size'>): void {
    const name = `${o.node} ${o.what}`;
    if (o.count <= o.limit) {
      this.#told.delete(name);
      return;
    }
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#scene.charge({
      at: o.at,
      invariant: 9,
      title: 'something bounded has grown beyond its bound',
      facts: [`${clock(o.at)} ${o.node}: ${o.what} ${o.count}`, `its limit is ${o.limit}`],
      node: o.node,
    });
  }
}
