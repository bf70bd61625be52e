/** A pair of models on its way through a story: the stories of test/scenarios, in virtual time. */
import { parseHaCf } from '@ts-heartbeat/core/config/hacf';
import { readGroups } from '@ts-heartbeat/core/config/haresources';
import { machineFixture } from '@ts-heartbeat/core/config/machine.fixture';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { Message } from '@ts-heartbeat/core/message/message';
import { ADDRESSES, DIRECTORS, type Director } from '../../lab/lab.js';
import type { Outcome } from '../../lab/site.js';
import { groupsOf } from '../../scenarios/calls.js';
import type { Share } from '../../scenarios/play.js';
import type { Recording } from '../../scenarios/recording.js';
import type { Stage } from '../../scenarios/stories/story.js';
import type { Behaviour } from './machine.js';
import { Pair } from './pair.js';

/** What must happen may take so long, in virtual milliseconds. */
const LIMIT = 120_000;
/** A pair is looked at this often. */
const LOOK = 10;
/** Without calls for so long, and with no node in transition, it is at rest. */
const QUIET = 1500;
/** Between the starts of two daemons that are started together. */
const APART = 2;
/** From the end of a failfast client to the reboot: one keepalive, and a little. */
const FAILFAST = 300;

const DONE: Outcome = { code: 0, stdout: '', stderr: '' };

/** The settings of a recording, as the daemon of that node reads them. Throws when it cannot. */
function settingsOf({ hacf }: Recording, node: Director): Settings {
  const addresses = Object.entries(ADDRESSES).map(([host, [ip = '']]) => [host, ip] as const);
  const known = new Map(addresses.map(([host, ip]) => [host, ip.replace(/\/.*/, '')]));
  const machine = machineFixture({
    hostName: node,
    isExecutable: () => true,
    resolve: (host) => ({ addresses: [known.get(host) ?? host] }),
  });
  const { settings, lineProblems } = parseHaCf({ path: '/etc/ha.d/ha.cf', text: hacf }, machine);
  if (settings === undefined) throw new Error(JSON.stringify(lineProblems));
  return settings;
}

export class SimulatedStage implements Stage {
  readonly pair: Pair;
  readonly #recording: Recording;
  readonly #running = new Set<Director>();
  #callMark = 0;
  #logMark = 0;
  /** A file was touched that a reload takes for a new configuration. */
  #touched = false;

  /** @param first Of two daemons that are started together, the one that is a little earlier. */
  constructor(
    recording: Recording,
    private readonly first: Director,
    kinds: readonly ['C' | 'TS', 'C' | 'TS'] = ['C', 'C'],
  ) {
    this.#recording = recording;
    const { groups } = readGroups({ path: '/etc/ha.d/haresources', text: recording.haresources });
    this.pair = new Pair((node) => settingsOf(recording, node), groups, kinds);
  }

  start(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    const inOrder = [...nodes].sort((a, b) => Number(b === this.first) - Number(a === this.first));
    for (const node of inOrder) {
      this.#running.add(node);
      this.pair.boot(node);
      this.#pass(APART);
    }
    return Promise.resolve();
  }

  stop(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    for (const node of nodes) {
      this.#running.delete(node);
      this.pair.give(this.pair.host(node), { kind: 'stop', keep: false });
    }
    for (const node of nodes) {
      this.#until(`the end of ${node}`, () => this.pair.host(node).life === undefined);
    }
    return Promise.resolve();
  }

  crash(node: Director): Promise<void> {
    this.#act();
    this.#running.delete(node);
    this.pair.powerOff(node);
    return Promise.resolve();
  }

  /** The machine is there again; its daemon is started by itself. */
  boot(_node: Director): Promise<void> {
    return Promise.resolve();
  }

  /** `hb_standby`: its word goes to the daemon at once. */
  standby(node: Director, share: Share = '', when?: 'meanwhile'): Promise<void> {
    if (when === undefined) this.#act();
    const words = { '': 'all', failback: 'foreign' } as Readonly<Record<string, string>>;
    this.#say(node, { t: 'ask_resources', rsc_hold: words[share] ?? share, info: 'me' });
    return Promise.resolve();
  }

  takeover(node: Director, share: Share = ''): Promise<void> {
    this.#act();
    this.#say(node, { t: 'hb_takeover', rsc_hold: share === '' ? 'all' : share });
    return Promise.resolve();
  }

  /** What stories run on hosts: signals to processes, and reloads. */
  run(node: Director, argv: readonly string[]): Promise<Outcome> {
    const text = argv.join(' ');
    if (text.includes('touch /etc/ha.d/ha.cf')) this.#touched = true;
    else if (text.endsWith('heartbeat reload')) this.#reload(node);
    else if (text.includes('heartbeat.pid')) this.pair.kill(node);
    else if (text.startsWith('pkill')) this.#killClient(node);
    return Promise.resolve(DONE);
  }

  #reload(node: Director): void {
    if (this.#touched) this.pair.give(this.pair.host(node), { kind: 'stop', keep: true });
    this.#touched = false;
  }

  #killClient(node: Director): void {
    this.#act();
    const failfast = /^failfast /m.test(this.#recording.hacf);
    if (!failfast) return;
    this.#pass(FAILFAST);
    this.pair.calls.push({ node, verb: 'reboot', resource: '-nf' });
    this.pair.powerOff(node);
  }

  cut(): Promise<void> {
    this.#act();
    for (const node of DIRECTORS) this.pair.unheard.add(node);
    return Promise.resolve();
  }

  heal(): Promise<void> {
    this.#act();
    this.pair.unheard.clear();
    return Promise.resolve();
  }

  losePings(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    for (const node of nodes) this.pair.host(node).pings = false;
    return Promise.resolve();
  }

  returnPings(...nodes: readonly Director[]): Promise<void> {
    this.#act();
    for (const node of nodes) this.pair.host(node).pings = true;
    return Promise.resolve();
  }

  behave(
    script: string,
    verb: 'start' | 'stop',
    behaviour: Behaviour,
    nodes: readonly Director[] = DIRECTORS,
  ): Promise<void> {
    for (const node of nodes) {
      this.pair.host(node).machine.behaviours.set(`${verb} ${script}`, behaviour);
    }
    return Promise.resolve();
  }

  logged(node: Director, pattern: RegExp): Promise<void> {
    this.#until(`a line like ${pattern} of ${node}`, () =>
      this.pair.logged
        .slice(this.#logMark)
        .some((seen) => seen.node === node && pattern.test(seen.line.text)),
    );
    return Promise.resolve();
  }

  called(node: Director, call: string): Promise<void> {
    this.#until(`${call} on ${node}`, () =>
      this.pair.calls
        .slice(this.#callMark)
        .some((seen) => seen.node === node && `${seen.verb} ${seen.resource}` === call),
    );
    return Promise.resolve();
  }

  rebooted(node: Director): Promise<void> {
    this.#until(`a reboot of ${node}`, () =>
      this.pair.calls.some((seen) => seen.node === node && seen.verb === 'reboot'),
    );
    this.#running.delete(node);
    return Promise.resolve();
  }

  pause(seconds: number): Promise<void> {
    this.#pass(seconds * 1000);
    return Promise.resolve();
  }

  atRest(): Promise<void> {
    this.#until('rest', () => this.#isAtRest());
    return Promise.resolve();
  }

  lost(node: Director): void {
    this.#running.delete(node);
  }

  group(number: number): readonly string[] {
    return groupsOf(this.#recording.haresources)[number - 1] ?? [];
  }

  #isAtRest(): boolean {
    const machines = DIRECTORS.map((node) => this.pair.host(node).machine);
    const last = Math.max(...machines.map(({ lastCall }) => lastCall));
    if (machines.some(({ busy }) => busy) || this.pair.world.now - last < QUIET) return false;
    const words = [...this.#running].map((node) => this.pair.resources(node));
    return !words.includes('') && !words.includes('transition');
  }

  #say(node: Director, fields: Readonly<Record<string, string>>): void {
    this.pair.give(this.pair.host(node), { kind: 'local', message: Message.of(fields) });
  }

  #act(): void {
    this.#callMark = this.pair.calls.length;
    this.#logMark = this.pair.logged.length;
  }

  #pass(milliseconds: number): void {
    const { world } = this.pair;
    world.runUntil(world.now + milliseconds);
  }

  #until(what: string, holds: () => boolean): void {
    const { world } = this.pair;
    const limit = world.now + LIMIT;
    while (!holds()) {
      if (world.now >= limit) throw new Error(`never came: ${what}`);
      this.#pass(LOOK);
    }
  }
}
