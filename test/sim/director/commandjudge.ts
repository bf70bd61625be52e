/**
 * Invariants 15, 16, 18 and 19 on each command: it changes something, and something of ours, and
 * there is a reason for it in what the checks have said.
 */
import type { Change } from 'ts-ldirectord/ipvs/change';
import { perform } from 'ts-ldirectord/ipvs/memory';
import { destinationKey, serviceKey, type Table } from 'ts-ldirectord/ipvs/table';
import type { CheckJudge } from './checkjudge.js';
import {
  type FilePlan,
  failureCountOf,
  named,
  placeKey,
  type RealPlan,
  type VirtualPlan,
  virtualAddress,
  virtualKey,
} from './plan.js';
import { ITSELF, type Situation } from './situation.js';
import type { TableJudge } from './tablejudge.js';
import type { Violations } from './violations.js';

export interface CommandTold {
  readonly command: string;
  readonly verb: 'start' | 'stop';
  readonly address: string;
  readonly protocol: string;
}

export class CommandJudge {
  readonly #situation: Situation;
  readonly #checks: CheckJudge;
  readonly #tables: TableJudge;
  readonly #violations: Violations;
  /** The table as the daemon has read it last; undefined when it could not. */
  #read: Table | undefined;
  readonly #told = new Map<string, string>();
  /** True from the moment at which nothing is to change any more. */
  quiet = false;

  constructor(
    situation: Situation,
    judges: { readonly checks: CheckJudge; readonly tables: TableJudge },
    violations: Violations,
  ) {
    this.#situation = situation;
    this.#checks = judges.checks;
    this.#tables = judges.tables;
    this.#violations = violations;
  }

  newLife(): void {
    this.#told.clear();
  }

  /** The daemon is handed the table. */
  reads(table: Table | undefined): void {
    this.#read = table;
  }

  /** The daemon asks for changes of the table that it has read last. */
  changes(changes: readonly Change[]): void {
    if (changes.length === 0) this.#add(15, 'an empty batch of changes');
    if (this.quiet) this.#add(15, 'a change without a cause', ...changes.map(textOf));
    let table = this.#read;
    for (const change of changes) {
      this.#isOurs(change);
      if (table === undefined) continue;
      this.#hasReason(change, table);
      const next = perform(table, change);
      if (typeof next === 'string') {
        this.#add(15, 'a change that must be refused', textOf(change), next);
      } else {
        if (isSame(table, next, change)) {
          this.#add(15, 'a change that changes nothing', textOf(change));
        }
        table = next;
      }
    }
  }

  /** A change was made: what was done there by hand before is over. */
  made(change: Change): void {
    const { deeds } = this.#situation;
    const key = serviceKey(change.target);
    const places = deeds.get(key);
    if (places === undefined) return;
    const place = 'destination' in change ? destinationKey(change.destination) : ITSELF;
    // What is put right beside a weight that was set by hand leaves that weight.
    const isKept =
      change.kind === 'editDestination' && change.contents.weight === places.get(place)?.weight;
    if (change.kind === 'deleteService') deeds.delete(key);
    else if (!isKept) places.delete(place);
    if (places.size === 0) deeds.delete(key);
    this.#situation.turns += 1;
  }

  /** Of virtuals that are gone, and of other commands, nothing is remembered. */
  configured(file: FilePlan): void {
    const kept = new Set(file.virtuals.map((virtual) => commandKey(virtual)));
    for (const key of this.#told.keys()) if (!kept.has(key)) this.#told.delete(key);
  }

  /** The fallback command is told the other thing each time, and the truth. */
  tells({ command, verb, address, protocol }: CommandTold): void {
    const { file } = this.#situation;
    const key = `${protocol} ${address} ${command}`;
    if (this.quiet) this.#add(18, 'the fallback command is told something without a cause', key);
    // All marks are told by the same words.
    if (file === undefined || protocol === 'fwm') return;
    if (this.#told.get(key) === verb) {
      this.#add(18, 'the fallback command is told the same again', `${key} ${verb}`);
    }
    this.#told.set(key, verb);
    const virtual = file.virtuals.find((candidate) => commandKey(candidate) === key);
    if (virtual === undefined) return;
    const serving = this.#tables.isServing(file, virtual);
    if (serving !== undefined && serving !== (verb === 'stop')) {
      this.#add(18, `the fallback command is told ${verb} wrongly`, key);
    }
  }

  #isOurs(change: Change): void {
    const key = serviceKey(change.target);
    const { file, leaving } = this.#situation;
    if (leaving.has(key)) return;
    if (file?.virtuals.some((virtual) => virtualKey(virtual) === key) === true) return;
    this.#add(15, "a change of somebody else's virtual", textOf(change));
  }

  /** A server goes out because its checks have failed, and comes in because one has not. */
  #hasReason(change: Change, table: Table): void {
    const { file, serving } = this.#situation;
    if (!('destination' in change) || file === undefined || !serving) return;
    const service = serviceKey(change.target);
    const place = destinationKey(change.destination);
    const virtual = file.virtuals.find((candidate) => virtualKey(candidate) === service);
    if (virtual === undefined || virtual.checkType === 'off' || virtual.checkType === 'on') return;
    const reals = virtual.reals.filter((real) => placeKey(virtual, real) === place);
    if (reals.length === 0 || this.#situation.deed(service, place) !== undefined) return;
    if (this.#situation.deeds.get(service)?.has(ITSELF) === true) return;
    const before = table.get(service)?.destinations.get(place)?.contents.weight ?? 0;
    const after = change.kind === 'deleteDestination' ? 0 : change.contents.weight;
    if (before > 0 && after === 0 && !reals.some((real) => this.#mayGo(virtual, real))) {
      this.#add(16, 'a server is taken out without a cause', textOf(change), ...this.#of(reals));
    }
    // A reload puts back a server that counts as up, whatever hands have made of it: as up it
    // counts until a check fails, and where none was made before, none need have answered.
    if (this.#situation.isFound(service, place)) return;
    if (before === 0 && after > 0 && !reals.every((real) => this.#mayCome(virtual, real))) {
      this.#add(16, 'a server is put in without a cause', textOf(change), ...this.#of(reals));
    }
  }

  #mayGo(virtual: VirtualPlan, real: RealPlan): boolean {
    const { file, holds } = this.#situation;
    if (file === undefined || holds.get(real.server) !== undefined) return true;
    const { failures, failing, doubtful } = this.#checks.score(virtual, real);
    // One of two lines for a place is down, though the check of the other has succeeded since.
    if (doubtful && failing.size > 0) return true;
    return failures >= (doubtful ? 1 : failureCountOf(file, virtual));
  }

  #mayCome(virtual: VirtualPlan, real: RealPlan): boolean {
    const { file } = this.#situation;
    const { succeeded, failures, doubtful } = this.#checks.score(virtual, real);
    if (file === undefined || doubtful) return true;
    return succeeded && failures < failureCountOf(file, virtual);
  }

  #of(reals: readonly RealPlan[]): readonly string[] {
    return reals.map(({ server }) => `server ${server}: ${this.#situation.servers.health(server)}`);
  }

  #add(invariant: number, title: string, ...facts: readonly string[]): void {
    this.#violations.add(this.#situation.world.now, invariant, title, ...facts);
  }
}

function commandKey(virtual: VirtualPlan): string {
  const address = named(virtualAddress(virtual), virtual.port);
  return `${virtual.protocol} ${address} ${virtual.fallbackCommand}`;
}

function isSame(before: Table, after: Table, change: Change): boolean {
  if (!change.kind.startsWith('edit')) return false;
  const service = serviceKey(change.target);
  const [one, other] = [before.get(service), after.get(service)];
  if (!('destination' in change)) return isEqual(one?.contents, other?.contents);
  const place = destinationKey(change.destination);
  const [was, is] = [one?.destinations.get(place), other?.destinations.get(place)].map((found) => ({
    upperThreshold: 0,
    lowerThreshold: 0,
    ...found?.contents,
  }));
  return isEqual(was, is);
}

function isEqual(one: object | undefined, other: object | undefined): boolean {
  const sorted = (value: object | undefined) => JSON.stringify(Object.entries(value ?? {}).sort());
  return sorted(one) === sorted(other);
}

export function textOf(change: Change): string {
  const where = serviceKey(change.target);
  if (!('destination' in change)) return `${change.kind} ${where}`;
  const weight = change.kind === 'deleteDestination' ? '' : ` w=${change.contents.weight}`;
  return `${change.kind} ${where} ${destinationKey(change.destination)}${weight}`;
}
