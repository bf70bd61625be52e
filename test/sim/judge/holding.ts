/**
 * Which resources of a group a machine may be running: from the begin of a start script to the good
 * end of a stop script, or until a status after a failed stop says that it does not run.
 */
import type { Observation, Watched } from '../observation.js';
import type { Host } from './host.js';
import type { Seen } from './rule.js';

const NEVER = Number.NEGATIVE_INFINITY;

/** One group on one machine. */
export class Holding {
  readonly host: Host;
  readonly group: Watched['groups'][number];
  /** One bit for each resource that may run. */
  #up = 0;
  /** Those of them whose stop has failed. */
  #stuck = 0;
  /** One bit for each that was started well or said that it runs. */
  #well = 0;
  /** One bit for each that said last that it runs, although it was not started. */
  #lying = 0;
  readonly #places: ReadonlyMap<string, number>;
  readonly #scriptMax: number;
  readonly #scriptDeadline: number;
  since = NEVER;
  /** The script under way began then. */
  #begunAt = NEVER;
  /** The daemon was killed under that script: its runner goes on with it, and may be seen to. */
  #abandoned = false;
  #stopping = false;
  /** A stop failed or was ended by its deadline, then. */
  stopTroubleAt = NEVER;
  /** A status said what does not fit what was done; since then not all of it was stopped. */
  #doubtful = false;
  #doubtedAt = NEVER;
  /** A start has failed and none has succeeded since. */
  troubled = false;
  /** Its last start script began then. */
  triedAt = NEVER;
  /** It was given up by a daemon that ends and has not told yet that it has ended. */
  #givenUp = false;
  /**
   * It ran here when the power went, or when the daemon began to end that the power went under,
   * then, and was not started here since: nobody has been told that it is free.
   */
  lostAt = NEVER;

  constructor(host: Host, group: Watched['groups'][number], watched: Watched) {
    this.host = host;
    this.group = group;
    this.#places = new Map(group.resources.map((resource, place) => [resource, place]));
    this.#scriptMax = watched.scriptMax;
    this.#scriptDeadline = watched.scriptDeadline;
  }

  /** Something of it may run. */
  get held(): boolean {
    return this.#up !== 0;
  }

  /** All of it runs. */
  get complete(): boolean {
    return this.#well === 2 ** this.group.resources.length - 1;
  }

  /** A stop of it is under way. */
  get stops(): boolean {
    return this.works && this.#stopping;
  }

  /**
   * Nothing of it runs, and everything that this node asks before a start says that it does: the
   * genuine program asks the first resource only.
   */
  get seemsToRun(): boolean {
    const asked = this.host.genuine ? 1 : 2 ** this.group.resources.length - 1;
    return this.#up === 0 && (this.#lying & asked) === asked;
  }

  /** A script of it is under way. */
  get works(): boolean {
    return this.#begunAt !== NEVER && !this.#abandoned;
  }

  /** The same, also where the daemon was killed under it: its runner may go on with it. */
  get unended(): boolean {
    return this.#begunAt !== NEVER;
  }

  /** A status has said what does not fit what was done, and since then not all of it was stopped. */
  get doubtful(): boolean {
    return this.#doubtful;
  }

  /** The script under way takes longer than any should. */
  hangs(now: number): boolean {
    const takes = now - this.#begunAt;
    if (this.#begunAt === NEVER || takes <= this.#scriptMax) return false;
    return !this.#abandoned || takes <= this.#scriptDeadline + this.#scriptMax;
  }

  /** A stop of it went wrong since then, or goes wrong now, or a status was wrong. */
  wasStuck(since: number, now: number): boolean {
    if (this.#doubtful || this.#doubtedAt >= since) return true;
    return (this.#stopping && this.hangs(now)) || this.#stuck !== 0 || this.stopTroubleAt >= since;
  }

  script(o: Seen<'script'>): void {
    const place = this.#places.get(o.resource);
    if (place === undefined) return;
    const bit = 1 << place;
    if (o.phase === 'begin') this.#begin(o, bit);
    else this.#end(o, bit, place);
  }

  #begin(o: Seen<'script'>, bit: number): void {
    this.#begunAt = o.at;
    this.#abandoned = false;
    this.#stopping = o.verb === 'stop';
    if (o.verb !== 'status') this.#lying &= ~bit;
    if (o.verb === 'stop') this.#well &= ~bit;
    if (o.verb !== 'start') return;
    this.triedAt = o.at;
    this.lostAt = NEVER;
    this.#givenUp = false;
    if (this.#up === 0) this.since = o.at;
    this.#up |= bit;
  }

  #end(o: Seen<'script'>, bit: number, place: number): void {
    this.#noteLength(o.at);
    this.#begunAt = NEVER;
    const ok = o.ok === true;
    if (o.verb === 'status') this.#compare(o.at, ok, bit);
    if (o.verb !== 'stop' && ok) this.#well |= bit;
    const last = place === this.group.resources.length - 1;
    if (o.verb === 'status' && !ok && (this.#stuck & bit) !== 0) this.#isDown(bit);
    if (o.verb === 'start' && !ok) this.troubled = true;
    if (o.verb !== 'stop' && ok && last) this.troubled = false;
    if (o.verb === 'stop') this.#stopped(o, bit, ok && o.hung !== true);
  }

  /** What a status says, beside what was done: a resource may have died, or its script lies. */
  #compare(at: number, ok: boolean, bit: number): void {
    const up = (this.#up & bit) !== 0;
    this.#lying = ok && !up ? this.#lying | bit : this.#lying & ~bit;
    if (ok ? up : !up || (this.#well & bit) === 0) return;
    this.#doubtful = true;
    this.#doubtedAt = at;
  }

  #stopped(o: Seen<'script'>, bit: number, ok: boolean): void {
    if (ok) {
      this.#isDown(bit);
      return;
    }
    this.stopTroubleAt = o.at;
    this.#stuck |= this.#up & bit;
  }

  #isDown(bit: number): void {
    this.#up &= ~bit;
    if (this.#up === 0) this.#doubtful = false;
    this.#givenUp = this.host.ending;
    this.#stuck &= ~bit;
  }

  #noteLength(at: number): void {
    if (this.#begunAt === NEVER || at - this.#begunAt <= this.#scriptMax) return;
    this.host.heldUpFrom = this.#begunAt;
    this.host.heldUpUntil = at;
  }

  /** The machine is off. */
  powerOff(at: number): void {
    if (this.held || this.#givenUp) this.lostAt = at;
    this.#givenUp = false;
    this.#up = 0;
    this.#stuck = 0;
    this.#well = 0;
    this.#lying = 0;
    this.#doubtful = false;
    this.#doubtedAt = NEVER;
    this.stopTroubleAt = NEVER;
    this.#begunAt = NEVER;
    this.troubled = false;
  }

  /** The daemon is gone; its runner may be too, and then nobody will see the end of a script. */
  abandon(): void {
    this.#abandoned = true;
  }

  see(o: Observation): void {
    if (o.kind === 'script') this.script(o);
    else if (o.kind === 'reboots' || (o.kind === 'power' && !o.on)) this.powerOff(o.at);
    else if (o.kind === 'ends' && o.how === 'killed') this.abandon();
    else if (o.kind === 'ends') this.#givenUp = false;
  }
}
