/**
 * Groups that may stay away from their home node although `auto_failback` is on: moved by hand or
 * by ipfail, given away because they could not be started there, or left where they were when a
 * partition healed. Once the home node is taken for dead or says that it ends, that is forgotten:
 * what its death moves goes back with its return.
 */
import type { Observation } from '../observation.js';
import type { Scene } from './scene.js';

const MOVED = /wants to go standby \[(all|local)\]|returning after partition|^Keeping our foreign/;
const NOTICE = /^Received shutdown notice from '([^']+)'/;

export class Away {
  readonly #scene: Scene;
  readonly #keys = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  see(o: Observation): void {
    if (o.kind === 'asked') {
      if (o.what === 'standby' || o.what === 'takeover') this.#mayStay();
    } else if (o.kind === 'declares') {
      if (o.status === 'dead') this.#belongAt(o.peer);
    } else if (o.kind === 'log') {
      if (MOVED.test(o.text)) this.#mayStay();
      const notice = o.text.startsWith('Received shut') ? NOTICE.exec(o.text) : null;
      if (notice?.[1] !== undefined) this.#belongAt(notice[1]);
    } else if (o.kind === 'script' && o.verb === 'start' && o.phase === 'end' && o.ok !== true) {
      this.#keys.add(o.group);
    }
  }

  #mayStay(): void {
    for (const { key } of this.#scene.watched.groups) this.#keys.add(key);
  }

  #belongAt(home: string): void {
    for (const { key, node } of this.#scene.watched.groups)
      if (node === home) this.#keys.delete(key);
  }
}
