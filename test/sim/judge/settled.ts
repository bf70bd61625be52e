/**
 * When all faults have ended and the time to settle (`settleBound`) is over:
 *
 * 11. **Somebody serves.** Every group runs, all of it, on exactly one node that lives; with
 *     `auto_failback on` on its home node if that lives, unless it may stay away (see `Away`); with
 *     ipfail on no node that reaches fewer ping nodes than another one. Where every status that a
 *     living node asks before a start says of a group that it runs there, nobody can know that it
 *     does not, nor would start it.
 * 12. **Everybody agrees.** Every living node is active and says so, none is in transition, and of
 *     two nodes exactly one says that it holds the groups of a share: the one that runs them. With
 *     `auto_failback legacy` nobody says what it holds.
 */
import type { Observation, Watched } from '../observation.js';
import { Away } from './away.js';
import { clock } from './bounds.js';
import type { Holding } from './holding.js';
import type { Host } from './host.js';
import type { Kind, Rule, Seen } from './rule.js';
import type { Scene } from './scene.js';

const NEVER = Number.NEGATIVE_INFINITY;

/** Why a group runs nowhere, and whose decision that is. */
interface Reason {
  readonly node: string;
  readonly fact: string;
}

export class Settled implements Rule {
  readonly kinds: readonly Kind[] = [
    'asked',
    'declares',
    'log',
    'script',
    'says',
    'begins',
    'pingNode',
  ];
  readonly #scene: Scene;
  readonly #watched: Watched;
  readonly #away: Away;
  readonly #said = new Map<string, Seen<'says'>>();
  /** By node: the ping nodes that do not answer it. */
  readonly #unreachable: ReadonlyMap<string, Set<string>>;
  /** Groups that were lost with the power of a node which was back before its home missed it. */
  readonly #unmissedLoss = new Map<string, number>();
  #judged = Number.NEGATIVE_INFINITY;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#watched = scene.watched;
    this.#away = new Away(scene);
    this.#unreachable = new Map(scene.hosts.map(({ name }) => [name, new Set<string>()]));
  }

  see(o: Observation): void {
    this.#away.see(o);
    if (o.kind === 'says') this.#said.set(o.node, o);
    else if (o.kind === 'begins') this.#begin(o.node);
    else if (o.kind === 'pingNode') {
      if (o.reachable) this.#unreachable.get(o.node)?.delete(o.name);
      else this.#unreachable.get(o.node)?.add(o.name);
    }
  }

  #begin(node: string): void {
    this.#said.delete(node);
    for (const { host, group, lostAt } of this.#scene.holdings.flat()) {
      if (host.name !== node || lostAt === NEVER) continue;
      const missedAt = this.#scene.host(group.node)?.deathsOf.get(node) ?? NEVER;
      if (missedAt < lostAt) this.#unmissedLoss.set(group.key, lostAt);
    }
  }

  tick(at: number): void {
    const { settledAt, alarm } = this.#scene;
    if (settledAt === Number.POSITIVE_INFINITY || settledAt === this.#judged) return;
    if (at < settledAt) alarm.set(settledAt);
    else {
      this.#judged = settledAt;
      this.#judge(at);
    }
  }

  finish(at: number): void {
    this.tick(at);
    if (at > this.#judged && this.#judged === this.#scene.settledAt) this.#judge(at);
  }

  #judge(at: number): void {
    const living = this.#scene.hosts.filter(({ alive, paused }) => alive && !paused);
    if (living.length === 0) return;
    for (const holdings of this.#scene.holdings) this.#judgeGroup(at, holdings, living);
    for (const host of living) this.#judgeWords(at, host);
    const [one, other] = this.#scene.hosts;
    if (this.#scene.hosts.length !== 2 || this.#watched.autoFailback === 'legacy') return;
    if (one === undefined || other === undefined) return;
    this.#judgeShare(at, one, other);
    this.#judgeShare(at, other, one);
  }

  #judgeGroup(at: number, holdings: readonly Holding[], living: readonly Host[]): void {
    const group = holdings[0]?.group;
    if (group === undefined) return;
    const holders = holdings.filter(({ held, host }) => held && host.alive);
    const [holder] = holders;
    const names = holders.map(({ host }) => host.name).join(' and ');
    const charge = (title: string, fact: string, node: string): void =>
      this.#charge(
        at,
        11,
        title,
        [`${clock(at)} ${group.key} runs on ${names || 'none'}`, fact],
        node,
      );
    if (holder === undefined && holdings.some((h) => h.host.alive && h.seemsToRun)) return;
    if (holder === undefined || holders.length > 1) {
      const fact = `living: ${living.map(({ name }) => name).join(' ')}; its home is ${group.node}`;
      const title = 'a group is not served by exactly one node';
      const reason =
        holder === undefined
          ? (this.#triedInVain(holdings) ?? this.#unmissed(holdings))
          : undefined;
      if (reason === undefined) charge(title, fact, (living[0] ?? { name: '' }).name);
      else charge(title, reason.fact, reason.node);
      return;
    }
    const { host } = holder;
    if (!holder.complete) charge('half of a group is served', 'not all of it runs', host.name);
    const home = this.#scene.host(group.node);
    const belongs = this.#watched.autoFailback === 'on' && !this.#away.has(group.key);
    if (belongs && home !== undefined && home !== host && home.alive && !this.#poor(home)) {
      charge('a group is not back at home', `${home.name} lives, nobody moved it`, host.name);
    }
    if (this.#watched.ipfail && this.#poor(host)) {
      charge('a node without connection serves', 'another node reaches more ping nodes', host.name);
    }
  }

  /**
   * The one node that says it holds a group which runs nowhere, where its last start has failed;
   * the one that tried it last, where nobody says what it holds (with `auto_failback legacy`, and
   * as long as that node is in transition), or where the holder has failed as well: it gave the
   * group alone to the other, and goes on holding the rest. In legacy mode a group is its home
   * node's affair as long as that lives: another one that has run it for a while says so to nobody.
   */
  #triedInVain(holdings: readonly Holding[]): Reason | undefined {
    const legacy = this.#watched.autoFailback === 'legacy';
    const claiming = legacy
      ? []
      : holdings.filter(({ host, group }) =>
          this.#claims(host, host.name === group.node ? 'local' : 'foreign'),
        );
    const isHome = ({ host, group, troubled }: Holding): boolean =>
      host.genuine && troubled && host.name === group.node;
    const home = legacy ? holdings.find(isHome) : undefined;
    if (home !== undefined) {
      const { name } = home.host;
      return { node: name, fact: `${name} is its home, and could not start it` };
    }
    const last = Math.max(...holdings.map(({ triedAt }) => triedAt));
    const silent = holdings.filter(
      ({ host, triedAt }) =>
        triedAt === last && (legacy || this.#said.get(host.name)?.resources === 'transition'),
    );
    const [holding, another] = claiming.length > 0 ? claiming : silent;
    if (another !== undefined || holding?.troubled !== true) return undefined;
    const given = holdings.find(({ triedAt, troubled }) => troubled && triedAt > holding.triedAt);
    const { name: node } = (given ?? holding).host;
    const holds = claiming.length > 0 && given === undefined;
    const words = holds ? 'says that it holds it' : 'was the last to try it';
    return { node, fact: `${node} ${words}, and could not start it` };
  }

  /**
   * The genuine node at home of a group that runs nowhere and that nobody says to hold: it ran
   * elsewhere when the power went there, and has come back so soon that its death was not noticed.
   * A reload changes nothing of that: a life that goes on with something settles at once.
   */
  #unmissed(holdings: readonly Holding[]): Reason | undefined {
    const home = holdings.find(({ host, group }) => host.name === group.node)?.host;
    const holding = holdings.find(({ host, lostAt }) => host !== home && lostAt > NEVER);
    if (home?.genuine !== true || !home.alive || holding === undefined) return undefined;
    const { host, lostAt, group } = holding;
    const later = holdings.some(({ triedAt }) => triedAt > lostAt);
    const missed = this.#unmissedLoss.get(group.key) !== lostAt;
    if (later || missed || home.freshAt > lostAt || !host.alive) return undefined;
    if (home.claims(home.name) || host.claims(home.name)) return undefined;
    const fact =
      `${clock(lostAt)} ${host.name} lost ${group.key} with its power, ` +
      `and ${home.name} has not missed it`;
    return { node: home.name, fact };
  }

  /** Another living node reaches more ping nodes. */
  #poor(host: Host): boolean {
    const count = (name: string): number => this.#unreachable.get(name)?.size ?? 0;
    const mine = count(host.name);
    return this.#scene.hosts.some((other) => other.alive && count(other.name) < mine);
  }

  #judgeWords(at: number, { name }: Host): void {
    const said = this.#said.get(name);
    const legacy = this.#watched.autoFailback === 'legacy';
    const settled = legacy || said?.resources !== 'transition';
    if (said?.status === 'active' && settled) return;
    const words = said === undefined ? 'nothing' : `${said.status}, ${said.resources}`;
    const facts = [`${clock(at)} ${name} says of itself: ${words}`];
    this.#charge(at, 12, 'a node has not settled', facts, name);
  }

  /** Of the groups at home on a node: who says that they run there, and who runs them. */
  #judgeShare(at: number, home: Host, other: Host): void {
    const claims = [
      ...(this.#claims(home, 'local') ? [home.name] : []),
      ...(this.#claims(other, 'foreign') ? [other.name] : []),
    ];
    const holdings = this.#scene.holdings
      .filter(([first]) => first?.group.node === home.name)
      .flat();
    if (holdings.length === 0 || holdings.some(({ troubled }) => troubled)) return;
    const holders = holdings.filter(({ held, host }) => held && host.alive);
    const names = [...new Set(holders.map(({ host }) => host.name))];
    if (claims.length === 1 && names.length <= 1 && (names[0] ?? claims[0]) === claims[0]) return;
    const facts = [
      `${clock(at)} the groups of ${home.name} are claimed by ${claims.join(' and ') || 'none'}`,
      `they run on ${names.join(' and ') || 'none'}`,
      ...(holders.length === 0 ? this.#unmissedAmong(holdings) : []),
    ];
    const inTransition = [home, other].filter(({ resources }) => resources === 'transition');
    const silent = inTransition.find(({ name }) => names.includes(name)) ?? home;
    if (inTransition.includes(silent)) facts.push(`${silent.name} is in transition`);
    this.#charge(at, 12, 'nodes do not agree on who holds what', facts, silent.name);
  }

  #unmissedAmong(holdings: readonly Holding[]): readonly string[] {
    const keys = new Set(holdings.map(({ group }) => group.key));
    const reasons = [...keys].map((key) => this.#unmissed(this.#scene.holdingsOf(key)));
    return reasons.flatMap((reason) => (reason === undefined ? [] : [reason.fact]));
  }

  #claims(host: Host, share: 'local' | 'foreign'): boolean {
    if (!host.alive) return false;
    const resources = this.#said.get(host.name)?.resources;
    return resources === share || resources === 'all';
  }

  #charge(
    at: number,
    invariant: number,
    title: string,
    facts: readonly string[],
    node: string,
  ): void {
    this.#scene.charge({ at, invariant, title, facts, node });
  }
}
