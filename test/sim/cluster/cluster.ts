/** A whole simulated cluster: hosts, links, ping nodes and router, and what can be done to them. */
import type { Event } from '@ts-heartbeat/core/event';
import { Message } from '@ts-heartbeat/core/message/message';
import type { Fault } from '../faults.js';
import type { Observation, Stage } from '../observation.js';
import type { Options } from '../options.js';
import { Random } from '../random.js';
import { World } from '../world.js';
import type { Around, Seen } from './around.js';
import { Host } from './host.js';
import type { MakeMind } from './mind.js';
import { Cuts, Network } from './network.js';
import { Router } from './router.js';
import { SerialLine } from './serial.js';
import { keyringOf, settingsOf } from './settings.js';

export interface Onlooker {
  see(observation: Observation): void;
  stage(stage: Stage): void;
}

type PingLost = Pick<Fault & { readonly kind: 'pingLost' }, 'node' | 'pingNode'>;

export class SimulatedCluster {
  readonly world = new World();
  readonly hosts = new Map<string, Host>();
  readonly router: Router;
  readonly #options: Options;
  readonly #onlooker: Onlooker;
  readonly #cuts = new Cuts();
  readonly #networks: Network[] = [];
  readonly #serials: SerialLine[] = [];
  readonly #lost = new Map<string, number>();
  #asked = 0;
  /** False in the calm: no fault begins any more, and none is left to be undone. */
  #stormy = true;

  constructor(options: Options, mindOf: MakeMind, onlooker: Onlooker) {
    this.#options = options;
    this.#onlooker = onlooker;
    const random = new Random(options.seed).split('world');
    for (const link of options.links) {
      const own = random.split(link.name);
      if (link.kind === 'serial') {
        this.#serials.push(new SerialLine(link, this.world, own, this.#cuts));
      } else this.#networks.push(new Network(link, this.world, own, this.#cuts));
    }
    const see = (node: string, seen: Seen): void => {
      onlooker.see(Object.assign({ at: this.world.now, node }, seen) as Observation);
    };
    this.router = new Router((address, node) => see(node, { kind: 'arp', address }));
    const around: Around = {
      world: this.world,
      options,
      keyring: keyringOf(options),
      networks: this.#networks,
      serials: this.#serials,
      router: this.router,
      pingAnswers: (pingNode, host) =>
        this.#lost.size === 0 || !this.#lost.has(`${host} ${pingNode}`),
      settingsOf: (node) => settingsOf(options, node),
      mindOf,
      see,
    };
    for (const node of options.nodes) {
      const host = new Host(node, around, random.split(node.name));
      this.hosts.set(node.name, host);
      for (const network of this.#networks) network.attach(host);
      for (const line of this.#serials) line.attach(host);
    }
  }

  /** Does what the fault says, and plans its end. Nothing more begins once the calm has come. */
  commit(fault: Fault): void {
    if (!this.#stormy) return;
    switch (fault.kind) {
      case 'cut':
        this.#cut(fault, 1);
        this.#undo(fault.lasts, () => this.#cut(fault, -1));
        break;
      case 'crash':
        this.#crash(fault.node, fault.lasts);
        break;
      case 'pause':
        this.#host(fault.node).pause();
        this.#undo(fault.lasts, () => this.#host(fault.node).resume());
        break;
      case 'slow':
        this.#host(fault.node).slow(fault.lateness);
        this.#undo(fault.lasts, () => this.#host(fault.node).slow(0));
        break;
      case 'stop':
        this.#ask(fault.node, 'stop');
        this.#host(fault.node).stop();
        this.#undo(fault.lasts, () => this.#host(fault.node).start());
        break;
      case 'pingLost':
        this.#pingLost(fault, 1);
        this.#undo(fault.lasts, () => this.#pingLost(fault, -1));
        break;
      case 'standby':
      case 'takeover':
        this.#request(fault);
        break;
      case 'reload':
        this.#ask(fault.node, 'reload');
        this.#host(fault.node).reload();
        break;
      case 'killDaemon':
        this.#host(fault.node).killDaemon();
        break;
      case 'killRunner':
        this.#host(fault.node).killRunner();
        break;
      case 'wallStep':
        this.#host(fault.node).stepWall(fault.seconds);
        break;
      case 'script':
        this.#host(fault.node).scripts.tell(fault.resource, fault.verb, fault.told);
        break;
      case 'fileLost':
        this.#host(fault.node).loseFiles();
        break;
    }
  }

  /** Tells the onlooker how full the bounded things of every node are. */
  measure(): void {
    for (const host of this.hosts.values()) host.measure();
  }

  /**
   * Everything is well from now on: media healed, machines on, scripts as they should be, but for a
   * node that is left down, or that is left without ping nodes.
   */
  calm(): void {
    this.#stormy = false;
    for (const [link, from, to] of this.#cuts.all) this.#seePath(link, from, to, true);
    this.#cuts.clear();
    for (const key of this.#lost.keys()) this.#seePing(key, true);
    this.#lost.clear();
    const { leftDown, leftBlind, pingNodes } = this.#options;
    if (leftBlind !== undefined) {
      for (const pingNode of pingNodes) this.#pingLost({ node: leftBlind, pingNode }, 1);
    }
    for (const medium of [...this.#networks, ...this.#serials]) medium.stormy = false;
    for (const host of this.hosts.values()) {
      host.scripts.mischief = false;
      host.resume();
      host.slow(0);
      if (host.name === leftDown) host.powerOff();
      else if (host.isOn) host.start();
      else host.powerOn();
    }
  }

  #host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  #undo(ms: number, act: () => void): void {
    this.world.later(ms, () => {
      if (this.#stormy) act();
    });
  }

  #crash(node: string, lasts: number): void {
    const host = this.#host(node);
    if (!host.isOn) return;
    host.powerOff();
    this.#undo(lasts, () => host.powerOn());
  }

  #cut(fault: Fault & { readonly kind: 'cut' }, by: 1 | -1): void {
    const links = this.#options.links.map(({ name }) => name);
    for (const link of fault.link === undefined ? links : [fault.link]) {
      for (const from of this.hosts.keys()) {
        for (const to of this.hosts.keys()) {
          if (from === to || (fault.from !== undefined && fault.from !== from)) continue;
          if (this.#cuts.change(link, from, to, by)) this.#seePath(link, from, to, by < 0);
        }
      }
    }
  }

  #seePath(link: string, from: string, to: string, open: boolean): void {
    this.#onlooker.stage({ at: this.world.now, kind: 'path', link, from, to, open });
  }

  #pingLost({ node, pingNode }: PingLost, by: 1 | -1): void {
    const key = `${node} ${pingNode}`;
    const count = (this.#lost.get(key) ?? 0) + by;
    if (count > 0) this.#lost.set(key, count);
    else this.#lost.delete(key);
    this.#seePing(key, count <= 0);
  }

  #seePing(key: string, reachable: boolean): void {
    const [node = '', name = ''] = key.split(' ');
    this.#onlooker.see({ at: this.world.now, node, kind: 'pingNode', name, reachable });
  }

  #ask(
    node: string,
    what: 'standby' | 'takeover' | 'stop' | 'reload',
    share?: 'all' | 'local' | 'foreign',
  ): void {
    if (!this.#host(node).isLiving) return;
    this.#asked += 1;
    const asked = { at: this.world.now, node, kind: 'asked', id: this.#asked, what } as const;
    this.#onlooker.see(share === undefined ? asked : { ...asked, share });
  }

  /** What hb_standby and hb_takeover hand in. */
  #request({ kind, node, share }: Fault & { readonly kind: 'standby' | 'takeover' }): void {
    this.#ask(node, kind, share);
    const message = Message.of(
      kind === 'standby'
        ? { t: 'ask_resources', rsc_hold: share, info: 'me' }
        : { t: 'hb_takeover', rsc_hold: share, info: 'me' },
    );
    const event: Event = { kind: 'local', message };
    this.#host(node).ask(event);
  }
}
