/** What the judge knows of one machine and the daemon on it. */
import type { Observation, Watched } from '../observation.js';
import { LATENESS, silenceSpan } from './bounds.js';

/** Naps that may follow a pause while a status from within it still counts. */
const PAUSES_MAX = 50;
const NEVER = Number.NEGATIVE_INFINITY;

/** The scripts of a standby have ended at the giver. */
const GIVEN = /^Local standby process completed \[(\w+)\]/;
/** At a shutdown notice a genuine node lets a worker look after its own groups, up to that line. */
const NOTICE = /^Received shutdown notice from '([^']+)'/;
const WORKED = /^local HA resource acquisition completed \(standby\)/;
/** Something is taken again, or something else is given. */
const TAKES = /^Resources being acquired from|^acquire \w+ HA resources|^give up \w+ HA resources/;

export class Host {
  readonly name: string;
  readonly genuine: boolean;
  powered = true;
  /** A daemon runs. */
  alive = false;
  generation = 0;
  begunAt = NEVER;
  /** Its last life that went on with nothing of an earlier one began then. */
  freshAt = NEVER;
  /** Communication is up in this life, since then. */
  activeAt = Number.POSITIVE_INFINITY;
  /** What it said last that it holds, in this life. */
  resources: string | undefined;
  /** It gives up everything, or is about to. */
  ending = false;
  paused = false;
  pausedAt = NEVER;
  /** End of its last pause. */
  wokenAt = NEVER;
  /** How long that pause was. */
  slept = 0;
  /** The last pauses, oldest first. */
  readonly #pauses: { readonly from: number; readonly to: number; readonly late: number }[] = [];
  /** End of the last pause that was as long as a silence that matters. */
  longPauseUntil = NEVER;
  /** End of the last pause of a whole dead time. */
  deadTimeSleptUntil = NEVER;
  /** How late the loop is served at most. */
  lateness = 0;
  /** And how late before that changed. */
  lateBefore = 0;
  /** End of the last time in which it was slow. */
  slowUntil = NEVER;
  /** Its daemon was killed then, and no life has come up with what ran at that time. */
  killedAt = NEVER;
  orphaned = false;
  /** A script took longer than any should; from then on, and until then. */
  heldUpFrom = NEVER;
  heldUpUntil = NEVER;
  /** It has given that share away in a standby, then, and has not begun to take anything since. */
  gave: { readonly share: string; readonly at: number } | undefined;
  /** A worker looks after its own groups since that node has said that it ends. */
  notice: { readonly from: string; readonly at: number } | undefined;
  /** When it took other nodes for dead last, in this life, and since when those are dead to it. */
  readonly deathsOf = new Map<string, number>();
  readonly deadSince = new Map<string, number>();
  /** When it heard of others first, in this life and in theirs, that they are at work. */
  readonly metActive = new Map<string, number>();
  readonly #long: number;
  readonly #deadtime: number;
  readonly #keepalive: number;

  constructor(name: string, genuine: boolean, watched: Watched) {
    this.name = name;
    this.genuine = genuine;
    this.#long = silenceSpan(watched);
    this.#deadtime = watched.deadtime;
    this.#keepalive = watched.keepalive;
  }

  /** It can act: there is a daemon, and the machine does not stand still. */
  get acts(): boolean {
    return this.alive && !this.paused;
  }

  /** When what came at that time could be read: at once, unless it stood still. */
  readableAt(at: number): number {
    return this.#pauses.find(({ from, to }) => from <= at && at < to)?.to ?? at;
  }

  /**
   * When what could be read then was read, but for the lateness of a loop: where that is late and
   * stood still soon after, when it went on.
   */
  readAtLatest(at: number): number {
    return this.#pauses.find(({ from, to, late }) => from - late <= at && at < to)?.to ?? at;
  }

  /** How late what it does may be now. */
  get late(): number {
    return LATENESS + this.lateness;
  }

  /** It has stood still for as long as a silence that matters, at some time since then. */
  hasSlept(since: number, now: number): boolean {
    if (this.paused && now - this.pausedAt >= this.#long) return true;
    return this.longPauseUntil >= since;
  }

  see(o: Observation): void {
    switch (o.kind) {
      case 'begins':
        this.#begin(o.at, o.generation, o.resumed);
        break;
      case 'ends':
        this.#end(o.at, o.how === 'killed');
        break;
      case 'power':
        this.#power(o.at, o.on);
        break;
      case 'reboots':
        this.#power(o.at, false);
        break;
      case 'paused':
        this.paused = true;
        this.pausedAt = o.at;
        break;
      case 'resumed':
        this.#wake(o.at);
        break;
      case 'slow':
        // What was planned while it was slow comes late all the same.
        if (this.lateness > 0) this.slowUntil = o.at + this.lateness + this.#keepalive;
        this.lateBefore = this.lateness;
        this.lateness = o.lateness;
        break;
      case 'says':
        if (o.status === 'active' && this.activeAt > o.at) this.activeAt = o.at;
        this.resources = o.resources;
        break;
      case 'declares':
        this.#meet(o.at, o.peer, o.status);
        break;
      case 'log':
        this.#read(o.at, o.text);
        break;
      default:
        break;
    }
  }

  /** It says that it holds the groups of that home. */
  claims(home: string): boolean {
    const share = home === this.name ? 'local' : 'foreign';
    return this.resources === share || this.resources === 'all';
  }

  /** It has given away all that it has of such groups, since then. */
  gaveAt(home: string): number | undefined {
    const share = home === this.name ? 'local' : 'foreign';
    return this.gave?.share === share || this.gave?.share === 'all' ? this.gave.at : undefined;
  }

  #begin(at: number, generation: number, resumed: boolean): void {
    this.powered = true;
    this.alive = true;
    this.generation = generation;
    this.begunAt = at;
    if (!resumed) this.freshAt = at;
    this.activeAt = Number.POSITIVE_INFINITY;
    this.ending = false;
    this.resources = undefined;
    this.gave = undefined;
    this.notice = undefined;
    this.deathsOf.clear();
    this.deadSince.clear();
    this.metActive.clear();
    if (resumed) this.orphaned = false;
  }

  #end(at: number, killed: boolean): void {
    this.alive = false;
    if (!killed) return;
    this.killedAt = at;
    this.orphaned = true;
  }

  #power(at: number, on: boolean): void {
    this.powered = on;
    if (on) return;
    this.alive = false;
    this.orphaned = false;
    if (this.paused) this.#wake(at);
    this.longPauseUntil = NEVER;
    this.heldUpUntil = NEVER;
  }

  #wake(at: number): void {
    if (!this.paused) return;
    this.paused = false;
    this.slept = at - this.pausedAt;
    this.wokenAt = at;
    this.#pauses.push({ from: this.pausedAt, to: at, late: this.lateness });
    if (this.#pauses.length > PAUSES_MAX) this.#pauses.shift();
    if (this.slept >= this.#long) this.longPauseUntil = at;
    if (this.slept >= this.#deadtime) this.deadTimeSleptUntil = at;
  }

  #meet(at: number, peer: string, status: string): void {
    if (status === 'dead') {
      this.deathsOf.set(peer, at);
      this.deadSince.set(peer, at);
      return;
    }
    this.deadSince.delete(peer);
    // Any other status is of a life that is not at work yet.
    if (status !== 'active') this.metActive.delete(peer);
    else if (!this.metActive.has(peer)) this.metActive.set(peer, at);
  }

  #read(at: number, text: string): void {
    if (text.startsWith('Received shutdown')) {
      const from = NOTICE.exec(text)?.[1];
      if (from !== undefined) this.notice = { from, at };
    } else if (this.notice !== undefined && WORKED.test(text)) this.notice = undefined;
    const share = text.startsWith('Local standby') ? GIVEN.exec(text)?.[1] : undefined;
    if (share !== undefined) this.gave = { share, at };
    else if (this.gave !== undefined && TAKES.test(text)) this.gave = undefined;
    if (text.startsWith('Heartbeat shutdown in progress')) this.ending = true;
    else if (text.startsWith('Shutdown refused: ')) this.ending = false;
  }
}
