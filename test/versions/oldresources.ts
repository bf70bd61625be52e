/**
 * What a node of heartbeat 1.99.4 or 2.1 does about resources: negotiation, standby, takeover and
 * shutdown, and the requests of `auto_failback legacy`. Both releases say the same.
 */
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Instant } from '@ts-heartbeat/core/time';
import type { OldNode, OldNodeParts } from './oldnode.js';

export type Mode = 'on' | 'off' | 'legacy';
export type Share = 'all' | 'local' | 'foreign';

/** How long it waits for a node that never says that it is stable. */
const SETTLE = 10_000;
/** How long a request to go standby may stay without an answer. */
const ANSWER = 10_000;
/** How often something that has to wait is tried again. */
const RETRY = 1000;

type Phase = 'init' | 'starting' | 'bothStarting' | 'received' | 'stable' | 'shutdown';
type Standby = 'not' | 'me' | 'other' | 'done';

function swapped(share: Share): Share {
  if (share === 'all') return 'all';
  return share === 'local' ? 'foreign' : 'local';
}

export class OldResources {
  /** Keys of the groups that run here. */
  readonly running = new Set<string>();
  readonly mine = { local: false, foreign: false };
  phase: Phase = 'init';
  otherStable = false;
  standby: Standby = 'not';
  readonly #node: OldNode;
  readonly #parts: OldNodeParts;
  #theirs = { local: false, foreign: false };
  #otherGaveUp = false;
  #needsFailback = false;
  #share: Share = 'all';
  #standbyUntil: Instant = 0;
  #settleAt: Instant = 0;
  #working = 0;

  constructor(node: OldNode, parts: OldNodeParts) {
    this.#node = node;
    this.#parts = parts;
  }

  get held(): string {
    const { local, foreign } = this.mine;
    if (local) return foreign ? 'all' : 'local';
    return foreign ? 'foreign' : 'none';
  }

  get busy(): boolean {
    return this.#working > 0 || this.standby !== 'not';
  }

  /** Communication is up. */
  begin(): void {
    if (this.#legacy) {
      this.#askForOwn();
      return;
    }
    this.phase = 'starting';
    this.#node.say({ t: 'starting' });
  }

  /** hb_standby. */
  ask(share: Share): void {
    this.#node.say({ t: 'ask_resources', rsc_hold: share, info: 'me' });
  }

  /** hb_takeover. */
  takeover(share: Share): void {
    this.#node.say({ t: 'hb_takeover', rsc_hold: share });
  }

  /** Comes with every keepalive: has the other node been waited for long enough? */
  beat(): void {
    const due = this.#parts.clock.now >= this.#settleAt;
    if (due && this.phase === 'received') this.#becomeStable();
  }

  /** A message of the other node, or one of its own. */
  act(message: Message, own: boolean): void {
    switch (message.get('t')) {
      case 'starting':
        if (!own) this.#onStarting();
        break;
      case 'resource':
        this.#onResource(message, own);
        break;
      case 'ask_resources':
        this.#onAsk(message, own);
        break;
      case 'hb_takeover':
        if (!own) this.#work(() => this.ask(swapped(message.get('rsc_hold') as Share)));
        break;
      case 'shutdone':
        if (!own) this.#onShutdownNotice();
        break;
      case 'ip-request':
        if (!own) this.#onRequest(message.get('ipaddr') ?? '');
        break;
      case 'ip-request-resp':
        this.#onOffer(message);
        break;
      default:
        break;
    }
  }

  /** The other node has begun another life. */
  otherRestarted(): void {
    this.#otherGaveUp = false;
  }

  /** The other node is dead. */
  otherDied(): void {
    const { other: node } = this.#parts;
    if (this.standby !== 'not') this.#node.log.push('Cancelling pending standby operation');
    this.standby = 'not';
    const gaveUp = this.#otherGaveUp;
    this.#otherGaveUp = false;
    this.#node.say({ t: 'stonith', node, result: gaveUp ? 'unneeded' : 'n_stnth' });
    if (this.phase === 'shutdown') return;
    if (gaveUp && !this.#legacy) return;
    this.#takeOver();
  }

  /** SIGTERM, or the end of a partition: gives up everything as soon as nothing is going on. */
  stop(restart: boolean): void {
    if (!this.#node.alive || this.phase === 'shutdown') return;
    const unsettled = !this.#legacy && this.phase !== 'stable';
    if (this.busy || unsettled || !this.#node.communicationUp) {
      this.#node.log.push('Shutdown delayed until current resource activity finishes.');
      this.#parts.clock.after(RETRY, () => this.stop(restart));
      return;
    }
    this.#node.sayStatus();
    this.phase = 'shutdown';
    this.mine.local = false;
    this.mine.foreign = false;
    this.#say({ info: 'shutdown' });
    this.#work(() => {
      this.running.clear();
      this.#node.say({ t: 'shutdone', st: 'dead' });
      this.#node.leave(restart);
    });
  }

  get #legacy(): boolean {
    return this.#parts.mode === 'legacy';
  }

  #keys(share: Share): string[] {
    const { groups, name } = this.#parts;
    return groups
      .filter(({ node }) => share === 'all' || (node === name) === (share === 'local'))
      .map(({ key }) => key);
  }

  /** Scripts run, or a child of the daemon does something: takes a while. */
  #work(done: () => void): void {
    this.#working += 1;
    this.#parts.clock.after(this.#parts.scripts, () => {
      this.#working -= 1;
      if (this.#node.alive) done();
    });
  }

  #say(more: Readonly<Record<string, string>> = {}): void {
    if (this.#legacy) return;
    const isstable = this.phase === 'stable' ? '1' : '0';
    this.#node.say({ t: 'resource', rsc_hold: this.held, rtype: 'full', isstable, ...more });
  }

  #onStarting(): void {
    if (this.#legacy) return;
    if (this.phase === 'init') {
      this.#node.log.push("Received 'starting' message in state 0");
      return;
    }
    if (this.phase === 'starting') this.phase = 'bothStarting';
    this.otherStable = false;
    this.#say();
  }

  #onResource(message: Message, own: boolean): void {
    if (this.#legacy || this.phase === 'init') return;
    if (this.phase === 'starting' || this.phase === 'bothStarting') {
      this.phase = 'received';
      this.#settleAt = this.#parts.clock.now + SETTLE;
    }
    if (own) return;
    const word = message.get('rsc_hold');
    const local = word === 'local' || word === 'all';
    const foreign = word === 'foreign' || word === 'all';
    const full = message.get('rtype') === 'full' || word === 'none';
    this.#theirs = {
      local: local || (!full && this.#theirs.local),
      foreign: foreign || (!full && this.#theirs.foreign),
    };
    const stable = message.get('isstable');
    if (stable === '0') this.otherStable = false;
    if (stable === '1' && !this.otherStable) {
      this.otherStable = true;
      this.#say();
      this.#considerFailback();
    }
    if (this.phase === 'received' && this.otherStable) {
      this.#becomeStable();
      this.#considerFailback();
    }
  }

  #becomeStable(): void {
    this.phase = 'stable';
    this.#acquireOwn(false);
    this.#say();
  }

  /** `req_our_resources`: says that its own groups are its own, which starts them. */
  #acquireOwn(forced: boolean): void {
    if (!forced && (this.mine.local || this.#theirs.foreign)) return;
    this.mine.local = true;
    this.#work(() => {
      this.#offerIdle();
      this.#say({ info: 'req_our_resources()' });
    });
  }

  #offerIdle(): void {
    const { name: dest } = this.#parts;
    for (const ipaddr of this.#keys('local').filter((key) => !this.running.has(key))) {
      this.#node.say({ t: 'ip-request-resp', dest, ipaddr, weown: 'yes', ok: 'OK' });
    }
  }

  #considerFailback(): void {
    if (this.#parts.mode !== 'on' || !this.#needsFailback || !this.mine.foreign) return;
    if (this.busy || this.phase !== 'stable') {
      this.#parts.clock.after(RETRY, () => this.#considerFailback());
      return;
    }
    this.#needsFailback = false;
    this.ask('foreign');
  }

  #takeOver(before?: () => void): void {
    this.#theirs = { local: false, foreign: false };
    this.otherStable = true;
    this.mine.foreign = true;
    if (this.#legacy) this.#askForOwn();
    else this.#acquireOwn(true);
    if (before !== undefined && !this.#legacy) this.#work(before);
    this.#work(() => {
      for (const key of this.#keys('foreign')) this.running.add(key);
      this.#needsFailback = true;
      if (!this.#legacy) {
        this.#node.say({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
      }
    });
  }

  #onShutdownNotice(): void {
    this.#node.log.push(`Received shutdown notice from '${this.#parts.other}'.`);
    this.#otherGaveUp = true;
    this.standby = 'not';
    if (this.phase === 'shutdown') return;
    const lacking = this.held === 'none' ? 'all' : this.mine.local ? 'foreign' : 'local';
    this.#takeOver(() => {
      // It also ends a standby that nobody began: an old habit of both releases.
      this.#node.say({ t: 'ask_resources', rsc_hold: lacking, info: 'done' });
    });
  }

  #onAsk(message: Message, own: boolean): void {
    if (this.phase === 'shutdown') return;
    if (this.#legacy) {
      this.#node.log.push('Standby mode only implemented when nice_failback on');
      return;
    }
    const share = message.get('rsc_hold') as Share;
    const info = message.get('info');
    if (info === 'me') this.#onStandbyRequest(share, own);
    else if (info === 'other' && !own) this.#give();
    else if (info === 'done') this.#onStandbyDone(own);
  }

  #onStandbyRequest(share: Share, own: boolean): void {
    const { log } = this.#node;
    if (this.standby !== 'not' && this.#parts.clock.now < this.#standbyUntil) {
      log.push('Standby in progress- new request ignored');
      return;
    }
    if (!this.otherStable || this.#node.other.status === 'dead') {
      log.push('standby message [me] ignored.  Other side is in flux.');
      return;
    }
    if (this.phase !== 'stable') {
      log.push('standby message [me] ignored.  local resources in flux.');
      return;
    }
    this.#share = share;
    this.standby = own ? 'me' : 'other';
    const limit = own ? ANSWER : 3_600_000;
    this.#standbyUntil = this.#parts.clock.now + limit;
    if (own) this.#parts.clock.after(ANSWER, () => this.#expire());
    else this.#node.say({ t: 'ask_resources', rsc_hold: share, info: 'other' });
  }

  #expire(): void {
    if (this.standby !== 'me' || this.#parts.clock.now < this.#standbyUntil) return;
    this.#node.log.push('No reply to standby request.  Standby request cancelled.');
    this.standby = 'not';
    this.otherStable = true;
  }

  #give(): void {
    if (this.standby !== 'me') return;
    const share = this.#share;
    this.#standbyUntil = this.#parts.clock.now + 3_600_000;
    if (share !== 'foreign') this.mine.local = false;
    if (share !== 'local') this.mine.foreign = false;
    this.otherStable = false;
    this.#say({ isstable: '0', info: 'standby' });
    this.#work(() => {
      for (const key of this.#keys(share)) this.running.delete(key);
      if (this.standby !== 'me') return;
      this.#node.say({ t: 'ask_resources', rsc_hold: share, info: 'done' });
      this.standby = 'done';
    });
  }

  #onStandbyDone(own: boolean): void {
    if (own) {
      // Its own `done` ends the taking side; on the giving side it is only the half of it.
      if (this.standby === 'me') return;
      if (this.standby === 'other') {
        this.#node.log.push(`Standby resource acquisition done [${this.#share}].`);
      }
      this.standby = 'not';
      this.#say();
      return;
    }
    if (this.standby === 'done') {
      const text = `Other node completed standby takeover of ${this.#share} resources.`;
      this.#node.log.push(text);
      this.standby = 'not';
      this.#say();
      return;
    }
    if (this.standby !== 'other') return;
    const share = this.#share;
    const ours = swapped(share);
    if (ours !== 'foreign') this.mine.local = true;
    if (ours !== 'local') this.mine.foreign = true;
    this.#work(() => {
      for (const key of this.#keys(ours)) this.running.add(key);
      this.#node.say({ t: 'ask_resources', rsc_hold: share, info: 'done' });
    });
  }

  /** Legacy: asks the other node for its groups if it has seen that node at work. */
  #askForOwn(): void {
    const atWork = this.#node.other.status === 'active';
    this.#work(() => {
      if (!atWork) {
        this.#offerIdle();
        return;
      }
      for (const ipaddr of this.#keys('local').filter((key) => !this.running.has(key))) {
        this.#node.say({ t: 'ip-request', ipaddr });
      }
    });
  }

  /** The script does not quote the key: it gives up what the first word names, and says all back. */
  #onRequest(ipaddr: string): void {
    const [key = ''] = ipaddr.split(' ');
    this.#work(() => {
      const weown = this.running.delete(key) ? 'yes' : 'no';
      const { other: dest } = this.#parts;
      this.#node.say({ t: 'ip-request-resp', dest, ipaddr, weown, ok: 'OK' });
    });
  }

  #onOffer(message: Message): void {
    const key = message.get('ipaddr') ?? '';
    if (message.get('dest') !== this.#parts.name || message.get('ok') !== 'OK') return;
    if (this.phase === 'shutdown') return;
    this.#work(() => {
      if (this.phase !== 'shutdown') this.running.add(key);
    });
  }
}
