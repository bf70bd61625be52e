/**
 * 10. **Clients.** A client that was told of a node or a link is told of each change of it, once
 *     and in order, and of nothing that did not happen. What happened is seen from what the node
 *     declares (`node backup dead`) and logs (`Link backup:eth0 dead.`, told as `link backup:eth0
 *     dead`). A client that comes in the middle begins with any change that has happened. Where
 *     less than that is known of a subject (a node's own status, its resources), it is only not
 *     told twice.
 */
import type { Observation } from '../observation.js';
import { clock } from './bounds.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

/** A client that lags behind by more than so many changes of one subject has missed some. */
const KEPT = 64;
const RETURNS = /^Cluster node (\S+) returning after partition/;
const LINK = /^Link (\S+:\S+) (up|dead)\.$/;

/** The changes of one subject in the present life of a node. */
class Subject {
  readonly #changes: string[] = [];
  /** How many were forgotten. */
  #first = 0;

  change(status: string): void {
    this.#changes.push(status);
    if (this.#changes.length <= KEPT) return;
    this.#changes.shift();
    this.#first += 1;
  }

  /** The number of the change that a client is told of, which knew those up to `known`. */
  numberOf(status: string, known: number | undefined): number | undefined {
    if (known !== undefined) {
      const next = this.#changes[known + 1 - this.#first];
      return next === status ? known + 1 : undefined;
    }
    const index = this.#changes.lastIndexOf(status);
    return index < 0 ? undefined : index + this.#first;
  }
}

export class Clients implements Rule {
  readonly kinds: readonly Kind[] = ['told', 'declares', 'log', 'begins'];
  readonly #scene: Scene;
  /** By node, then by subject. */
  readonly #subjects: ReadonlyMap<string, Map<string, Subject>>;
  /** By node, then by client and subject: the number of the last change that it knows. */
  readonly #known: ReadonlyMap<string, Map<string, number>>;
  /** The same where changes are not known: what it was told last. */
  readonly #last: ReadonlyMap<string, Map<string, string>>;
  /** Which node was last said to return, where and when. */
  #returned = '';

  constructor(scene: Scene) {
    this.#scene = scene;
    const each = <Value>(): ReadonlyMap<string, Map<string, Value>> =>
      new Map(scene.hosts.map(({ name }) => [name, new Map<string, Value>()]));
    this.#subjects = each();
    this.#known = each();
    this.#last = each();
  }

  see(o: Observation): void {
    if (o.kind === 'declares') this.#declare(o);
    else if (o.kind === 'told') this.#tell(o);
    else if (o.kind === 'log') {
      const peer = o.text.startsWith('Cluster node ') ? RETURNS.exec(o.text)?.[1] : undefined;
      if (peer !== undefined) this.#returned = `${o.at} ${o.node} ${peer}`;
      const found = o.text.startsWith('Link ') ? LINK.exec(o.text) : null;
      if (found !== null) this.#change(o.node, `link ${found[1]}`, found[2] ?? '');
    } else if (o.kind === 'begins') {
      this.#subjects.get(o.node)?.clear();
      this.#known.get(o.node)?.clear();
      this.#last.get(o.node)?.clear();
    }
  }

  #declare({ at, node, peer, status }: Seen<'declares'>): void {
    // A node that returns to a genuine one is declared dead once more, by a line alone.
    const again = status === 'dead' && this.#returned === `${at} ${node} ${peer}`;
    if (!again) this.#change(node, `node ${peer}`, status);
  }

  #change(node: string, name: string, status: string): void {
    const subjects = this.#subjects.get(node);
    if (subjects === undefined) return;
    const subject = subjects.get(name) ?? new Subject();
    subjects.set(name, subject);
    subject.change(status);
  }

  #tell(o: Seen<'told'>): void {
    const cut = o.what.lastIndexOf(' ');
    const [name, status] = [o.what.slice(0, cut), o.what.slice(cut + 1)];
    const key = `${o.client} ${name}`;
    const isSeen = name.startsWith('link ') || this.#isOther(o.node, name);
    if (!isSeen) {
      const last = this.#last.get(o.node);
      if (last?.get(key) === status) this.#charge(o, 'it was told so before');
      last?.set(key, status);
      return;
    }
    const known = this.#known.get(o.node);
    const before = known?.get(key);
    const number = this.#subjects.get(o.node)?.get(name)?.numberOf(status, before);
    if (number === undefined) {
      this.#charge(o, before === undefined ? 'it never happened' : 'that is not what came next');
      // Once: it goes on from what it was told.
      known?.delete(key);
    } else known?.set(key, number);
  }

  #isOther(node: string, name: string): boolean {
    return name.startsWith('node ') && name !== `node ${node}`;
  }

  #charge(o: Seen<'told'>, why: string): void {
    this.#scene.charge({
      at: o.at,
      invariant: 10,
      title: 'a client is told what is not so',
      facts: [`${clock(o.at)} ${o.node} tells ${o.client}: ${o.what}`, why],
      node: o.node,
    });
  }
}
